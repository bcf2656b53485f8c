/// A service that mail programs look for, by its name in the DNS.
package enum MailService: String, Sendable, Hashable, CaseIterable {
    /// Sending, TLS from the first octet (RFC 8314 §5.1).
    case submissions
    /// Sending, STARTTLS (RFC 6186 §3.1).
    case submission
    /// Reading by IMAP, TLS from the first octet (RFC 6186 §3.2).
    case imaps
    /// Reading by IMAP, STARTTLS (RFC 6186 §3.2).
    case imap
    /// Reading by POP3, TLS from the first octet (RFC 6186 §3.3).
    case pop3s
    /// Reading by POP3, STARTTLS (RFC 6186 §3.3).
    case pop3

    /// Lower is better: TLS from the first octet first (RFC 8314 §4.1), and IMAP before POP3.
    var priority: Int {
        switch self {
        case .submissions, .imaps: 0
        case .submission, .imap: 10
        case .pop3s: 20
        case .pop3: 30
        }
    }
}
