package import MailCore

/// What a sender is told about the fate of a message: a delivery status notification, DSN (RFC 3461 §6, RFC 3464).
///
/// It is a value that knows nothing of queues: whoever gave up on a recipient, or reached one, says so here, and
/// ``message(_:original:options:)`` makes the message that goes back, with the null reverse-path.
package struct DeliveryReport: Sendable {
    /// What became of the message for one recipient (RFC 3464 §2.3.3).
    package enum Action: String, Sendable, CaseIterable {
        /// Given up.
        case failed
        /// Not yet delivered; tried further.
        case delayed
        /// In the recipient's mailbox.
        case delivered
        /// Handed to a server that sends no reports.
        case relayed
        /// Delivered to an address that stands for several others.
        case expanded
    }

    /// Why, in the words of whoever said so (RFC 3464 §2.3.6).
    package enum Diagnostic: Sendable, Hashable {
        /// The lines of an SMTP reply with their codes, `550 5.1.1 No such user`.
        case smtp([String])
        /// Our own words, where there was no reply.
        case local(String)
    }

    /// One recipient (RFC 3464 §2.3).
    package struct Recipient: Sendable {
        /// ORCPT: as the sender addressed it.
        package var original: EnvelopeRecipient.OriginalRecipient?
        /// As it was addressed last.
        package var final: EmailAddress
        package var action: Action
        package var status: EnhancedStatusCode
        /// The server that was spoken to.
        package var remoteMTA: Domain?
        package var diagnostic: Diagnostic?
        package var lastAttempt: MailDate?
        /// When a delayed message is given up.
        package var willRetryUntil: MailDate?

        package init(_ final: EmailAddress, _ action: Action, _ status: EnhancedStatusCode) {
            self.final = final
            self.action = action
            self.status = status
        }

        /// The address that the sender knows.
        var address: String {
            guard let original, ["rfc822", "utf-8"].contains(original.addressType.lowercased()) else {
                return final.written
            }
            return original.address
        }
    }

    /// The server that reports.
    package var reportingMTA: Domain
    /// ENVID, decoded.
    package var envelopeID: String?
    /// When the message came to the server that reports.
    package var arrival: MailDate?
    /// Whence it came.
    package var receivedFrom: Domain?
    /// At least one.
    package var recipients: [Recipient]

    package init(reportingMTA: Domain, recipients: [Recipient]) {
        self.reportingMTA = reportingMTA
        self.recipients = recipients
    }

    /// The head of the message that carries a report.
    package struct Heading: Sendable {
        /// Who writes, the server's own mailbox; the envelope has the null reverse-path all the same.
        package var from: MessageBuilder.NamedAddress
        /// The reverse-path of the message reported on.
        package var to: EmailAddress
        package var date: MailDate
        package var messageID: InternetMessageID
        package var language: ReportLanguage

        package init(
            from: MessageBuilder.NamedAddress, to: EmailAddress, date: MailDate, messageID: InternetMessageID,
            language: ReportLanguage = .english
        ) {
            self.from = from
            self.to = to
            self.date = date
            self.messageID = messageID
            self.language = language
        }
    }

    /// The message reported on, as far as it comes back.
    package struct Original: Sendable {
        /// All its octets; they are read only as far as they are needed.
        package var source: ByteSource
        package var sizeBytes: Int
        /// RET; the server decides when it was not given (RFC 3461 §4.3).
        package var dsnReturn: EnvelopeParameters.Return?

        package init(source: ByteSource, sizeBytes: Int, dsnReturn: EnvelopeParameters.Return? = nil) {
            self.source = source
            self.sizeBytes = sizeBytes
            self.dsnReturn = dsnReturn
        }
    }

    /// Nothing in the report needs more than the oldest server has, unless the sender's address itself has UTF-8.
    package static func options(for sender: EmailAddress) -> MessageWriteOptions {
        sender.isASCII ? MessageWriteOptions() : MessageWriteOptions(headers: .utf8, bodies: .eightBit)
    }
}

/// The languages in which people are told.
package enum ReportLanguage: String, Sendable, CaseIterable {
    case english = "en"
    case spanish = "es"
}

extension DeliveryReport: CustomStringConvertible {
    /// Without addresses and words of people.
    package var description: String {
        "report of \(recipients.map { "\($0.action.rawValue) \($0.status)" }.joined(separator: ", "))"
    }
}
