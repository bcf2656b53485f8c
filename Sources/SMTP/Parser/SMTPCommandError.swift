internal import MailCore

/// A command that cannot be obeyed as written, with the reply that says why.
struct SMTPCommandError: Error, Hashable {
    /// What it does to the connection.
    enum Severity: Hashable {
        /// Counts among the protocol errors.
        case protocolError
        /// A known command that is refused; does not count.
        case refusal
        /// Nothing after it can be trusted.
        case fatal
    }

    let reply: SMTPReply
    let severity: Severity

    /// Wrong syntax of an argument: `501 5.5.4` unless a more telling status is given.
    static func syntax(_ text: String, status: EnhancedStatusCode = EnhancedStatusCode(.permanentFailure, 5, 4)) -> Self
    {
        Self(reply: SMTPReply(501, status, text), severity: .protocolError)
    }

    /// A parameter that was not announced (RFC 5321 §4.1.1.11).
    static func unknownParameter(_ text: String) -> Self {
        Self(
            reply: SMTPReply(555, EnhancedStatusCode(.permanentFailure, 5, 4), "\(text): parameter not recognised"),
            severity: .protocolError)
    }
}
