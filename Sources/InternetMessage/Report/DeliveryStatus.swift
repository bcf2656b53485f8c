package import MailCore

/// What a message/delivery-status part says, whoever wrote it (RFC 3464 §2).
package struct DeliveryStatus: Sendable, Equatable {
    /// A value with its type: `dns; mx.example.test`, `rfc822; a@example.test`, `smtp; 550 No`.
    package struct Typed: Sendable, Equatable {
        /// Lower case.
        package let type: String
        package let text: String

        package init(type: String, text: String) {
            self.type = type
            self.text = text
        }
    }

    /// The fields of one recipient (RFC 3464 §2.3). Action and status are nil when they are missing or none.
    package struct Recipient: Sendable, Equatable {
        package var originalRecipient: Typed?
        package var finalRecipient: Typed?
        package var action: DeliveryReport.Action?
        package var status: EnhancedStatusCode?
        package var remoteMTA: Typed?
        package var diagnosticCode: Typed?
        package var lastAttemptDate: MailDate?
        package var finalLogID: String?
        package var willRetryUntil: MailDate?

        package init() {}
    }

    package var originalEnvelopeID: String?
    package var reportingMTA: Typed?
    package var receivedFromMTA: Typed?
    package var arrivalDate: MailDate?
    package var recipients: [Recipient] = []
}

extension DeliveryStatus: CustomStringConvertible {
    /// Without addresses and words of people.
    package var description: String { "status of \(recipients.count) recipients" }
}

extension DeliveryStatus.Typed: CustomStringConvertible {
    package var description: String { "\(type); \(text.utf8.count) octets" }
}
