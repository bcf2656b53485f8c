public import Directory
public import MailCore

/// Whom an entry of an access control list is for (RFC 4314 §2).
public enum AccessParty: Hashable, Sendable {
    /// Every account of this server.
    case anyone
    /// An account, a list's members, a domain's accounts.
    case party(Directory.Party)
}

/// One entry of a mailbox's access control list.
public struct AccessEntry: Hashable, Sendable {
    /// Whom it is for.
    public var party: AccessParty
    /// What that is called: an address, `@example.org`, `anyone`.
    public var name: String
    /// What it gives.
    public var granted: AccessRights
    /// What it takes, whoever gives it (negative rights).
    public var denied: AccessRights
}

extension AccessParty {
    /// How the rows of `acl` have it.
    var columns: (kind: Int64, grantee: Int64) {
        switch self {
        case .anyone: (0, 0)
        case .party(.account(let account)): (1, account.rawValue)
        case .party(.list(let list)): (2, list)
        case .party(.domain(let domain)): (3, domain)
        }
    }

    init?(kind: Int64, grantee: Int64) {
        switch kind {
        case 0: self = .anyone
        case 1: self = .party(.account(AccountID(rawValue: grantee)))
        case 2: self = .party(.list(grantee))
        case 3: self = .party(.domain(grantee))
        default: return nil
        }
    }
}
