/// Where an account sees a mailbox (RFC 2342, RFC 9051 §6.3.10).
public enum MailboxNamespace: Int64, Hashable, Sendable, CaseIterable {
    /// Its own: `Archive/2026`.
    case personal = 0
    /// Another person's: `Users/ana@example.org/Archive/2026`.
    case users = 1
    /// A team's, whose account the postmaster put there: `Shared/office@example.org/INBOX`.
    case shared = 2

    /// What its names begin with, the last level's separator with it.
    public var prefix: String {
        switch self {
        case .personal: ""
        case .users: "Users/"
        case .shared: "Shared/"
        }
    }
}
