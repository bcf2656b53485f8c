package import MailCore

/// What one transaction asks of a server; the message's octets come later.
package struct SMTPTransaction: Hashable, Sendable {
    /// DELIVERBY's parameter (RFC 2852 §4).
    package struct DeliverBy: Hashable, Sendable {
        /// What is to become of a message that is late.
        package enum Mode: Hashable, Sendable {
            /// `N`: the sender hears of it.
            case notify
            /// `R`: it comes back.
            case `return`
        }

        /// Seconds from now; negative where the time has passed (mode `N` only).
        package var seconds: Int
        /// What then.
        package var mode: Mode

        package init(seconds: Int, mode: Mode) {
            self.seconds = seconds
            self.mode = mode
        }
    }

    /// Sender, parameters and recipients; at least one.
    package var envelope: Envelope
    /// The message's octets with CRLF at each line's end, without stuffed dots, for SIZE; nil where not known.
    package var sizeOctets: Int?
    /// BY=.
    package var deliverBy: DeliverBy?

    /// A transaction.
    package init(_ envelope: Envelope, sizeOctets: Int? = nil, deliverBy: DeliverBy? = nil) {
        self.envelope = envelope
        self.sizeOctets = sizeOctets
        self.deliverBy = deliverBy
    }

    /// Whether only a server with SMTPUTF8 can take it: by its parameter, or by an address in it (RFC 6531 §3.2).
    package var needsSMTPUTF8: Bool {
        if envelope.parameters.smtpUTF8 == .needed { return true }
        if let sender = envelope.reversePath.address, !sender.isASCII { return true }
        return envelope.recipients.contains { $0.path.address?.isASCII == false }
    }
}
