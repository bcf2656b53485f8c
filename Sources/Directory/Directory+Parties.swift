public import MailCore
public import Storage

/// Whom rights can be given to, as the directory knows them.
extension Directory {
    /// One account, or several at once.
    public enum Party: Hashable, Sendable {
        case account(AccountID)
        /// The members of a distribution list, those of lists within it too.
        case list(Int64)
        /// All accounts of a domain.
        case domain(Int64)
    }

    /// The party that an identifier means: an account's or a list's address, `@example.org`, or the local part of an account
    /// in the primary domain; nil where there is none.
    public static func party(named identifier: String, in transaction: SQLTransaction) throws -> Party? {
        guard identifier.utf8.count <= 1024, let prepared = PasswordPreparation.query(identifier) else { return nil }
        if prepared.hasPrefix("@") {
            guard let name = Domain(prepared.dropFirst()) else { return nil }
            return try transaction.domain(name).map { .domain($0.id) }
        }
        if let account = try transaction.login(prepared)?.account.id { return .account(account) }
        guard let address = EmailAddress(prepared),
            case .list(let list) = try transaction.address(address.lookupKey)?.object
        else { return nil }
        return .list(list)
    }

    /// Whether an identifier can be one at all (RFC 4314 §3: SASLprep leaves something of it).
    public static func isIdentifier(_ text: String) -> Bool {
        text.utf8.count <= 1024 && PasswordPreparation.query(text).map { !$0.isEmpty } ?? false
    }

    /// What a party is called; nil when it is gone.
    public static func name(of party: Party, in transaction: SQLTransaction) throws -> String? {
        switch party {
        case .account(let account): try writtenAddress(of: account, in: transaction)
        case .list(let list):
            try transaction.first("SELECT address FROM mailing_list WHERE id = ?1", .integer(list)) { $0.text(0) }
        case .domain(let domain):
            try transaction.first("SELECT name FROM domain WHERE id = ?1", .integer(domain)) { "@" + $0.text(0) }
        }
    }

    /// An account's address; nil when it is gone.
    public static func writtenAddress(of account: AccountID, in transaction: SQLTransaction) throws -> String? {
        try transaction.first("SELECT address FROM account WHERE id = ?1", .integer(account.rawValue)) { $0.text(0) }
    }

    /// Where people write to who look after this server (RFC 5321 §4.5.1); nil without a domain.
    public static func postmasterAddress(in transaction: SQLTransaction) throws -> String? {
        try transaction.primaryDomain().map { "postmaster@\($0.name.ascii)" }
    }

    /// The account whose address this is, in any case of letters.
    public static func account(_ address: EmailAddress, in transaction: SQLTransaction) throws -> AccountID? {
        guard case .account(let account, _) = try transaction.address(address.lookupKey)?.object else { return nil }
        return account
    }

    /// The most that an account's messages may take, in octets; 0 for no limit.
    public static func quotaBytes(of account: AccountID, in transaction: SQLTransaction) throws -> Int64 {
        try transaction.first("SELECT quota_bytes FROM account WHERE id = ?1", .integer(account.rawValue)) {
            $0.integer(0)
        } ?? 0
    }

    /// All parties that an account belongs to: itself, its domain, and the lists that it is a member of, directly or by an
    /// alias or another list.
    public static func parties(of account: AccountID, in transaction: SQLTransaction) throws -> [Party] {
        guard let text = try writtenAddress(of: account, in: transaction), let address = EmailAddress(text) else {
            return []
        }
        var parties: [Party] = [.account(account)]
        if let domain = try transaction.domain(address.domain) { parties.append(.domain(domain.id)) }
        var seen: Set<Int64> = []
        var waiting = [address.lookupKey]
        while let next = waiting.popLast(), seen.count < partiesMax {
            for naming in try transaction.naming(next) where seen.insert(naming.ownerID).inserted {
                if naming.kind == .list { parties.append(.list(naming.ownerID)) }
                if let owner = EmailAddress(naming.owner) { waiting.append(owner.lookupKey) }
            }
        }
        return parties
    }

    /// Lists and aliases above an account that are looked at.
    private static let partiesMax = 1000
}
