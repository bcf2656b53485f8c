internal import Directory
public import MailCore
public import Storage

/// Which mailboxes an account may use, its own and others'.
extension MailStore {
    /// The mailbox that a name means to an account; nil when there is none, or none that the account may know of.
    ///
    /// What it may do with it is in `rights`: see `AccessibleMailbox.refusal(of:)`.
    public func resolve(_ name: String, for account: AccountID) async throws -> AccessibleMailbox? {
        try await store.read { try Self.resolve(name, for: account, in: $0) }
    }

    /// The mailbox that a name means to an account; nil when there is none, or none that the account may know of.
    public static func resolve(
        _ name: String, for account: AccountID, in transaction: SQLTransaction
    ) throws -> AccessibleMailbox? {
        guard let place = try place(of: name, for: account, in: transaction) else { return nil }
        return try accessible(at: place, for: account, in: transaction)
    }

    /// The mailbox that a name means to an account that has a right on it.
    ///
    /// - Throws: `MailStoreError.noSuchMailbox` also for a mailbox that the account may not see.
    public static func require(
        _ right: AccessRights, _ name: String, for account: AccountID, in transaction: SQLTransaction
    ) throws -> AccessibleMailbox {
        guard let mailbox = try resolve(name, for: account, in: transaction) else {
            throw MailStoreError.noSuchMailbox(name)
        }
        try mailbox.require(right)
        return mailbox
    }

    /// The mailbox as an account sees it now: for who keeps its key. Nil when it is gone or the account may not know of it.
    public static func accessible(
        _ key: MailboxKey, for account: AccountID, in transaction: SQLTransaction
    ) throws -> AccessibleMailbox? {
        guard let owner = try owner(key.account, for: account, in: transaction) else { return nil }
        let rights = try Self.rights(of: account, on: key, in: transaction)
        guard !rights.isDisjoint(with: revealing) else { return nil }
        return try transaction.first(
            """
            SELECT mailbox, name, special_use, uid_validity, uid_next, mod_seq, messages, unseen, octets
            FROM mailbox WHERE account = ?1 AND mailbox = ?2
            """, .integer(key.account.rawValue), .integer(key.mailbox.rawValue)
        ) { AccessibleMailbox(MailboxSummary($0), owner, rights) }
    }

    /// The mailbox as an account sees it now: for who keeps its key.
    public func accessible(_ key: MailboxKey, for account: AccountID) async throws -> AccessibleMailbox? {
        try await store.read { try Self.accessible(key, for: account, in: $0) }
    }

    /// All mailboxes that LIST may tell an account: its own and those that are shared with it, in the order of their names,
    /// each namespace by itself.
    public func list(for account: AccountID) async throws -> [AccessibleMailbox] {
        try await store.read { try Self.list(for: account, in: $0) }
    }

    /// All mailboxes that LIST may tell an account.
    public static func list(for account: AccountID, in transaction: SQLTransaction) throws -> [AccessibleMailbox] {
        var list: [AccessibleMailbox] = []
        let owner = MailboxOwner(account: account, namespace: .personal, address: "")
        try transaction.query(
            """
            SELECT mailbox, name, special_use, uid_validity, uid_next, mod_seq, messages, unseen, octets
            FROM mailbox WHERE account = ?1 ORDER BY name
            """, .integer(account.rawValue)
        ) { list.append(AccessibleMailbox(MailboxSummary($0), owner, .all)) }
        list += try shared(with: account, in: transaction)
        return list
    }

    /// What an account may do with a mailbox: what the entries that are for it give together, less what they take
    /// (RFC 4314 §2); its owner everything.
    public static func rights(
        of account: AccountID, on key: MailboxKey, in transaction: SQLTransaction
    ) throws -> AccessRights {
        guard account != key.account else { return .all }
        let parties = Set(try parties(of: account, in: transaction))
        var granted: AccessRights = []
        var denied: AccessRights = []
        for entry in try entries(of: key, in: transaction) where parties.contains(entry.party) {
            granted.formUnion(entry.granted)
            denied.formUnion(entry.denied)
        }
        return granted.subtracting(denied)
    }

    /// A right that tells that there is such a mailbox: whoever may ask MYRIGHTS (RFC 4314 §4).
    private static let revealing: AccessRights = [.lookup, .read, .insert, .create, .deleteMailbox, .administer]

    // MARK: Places

    /// An account whose mailboxes another one sees.
    struct MailboxOwner: Hashable {
        var account: AccountID
        var namespace: MailboxNamespace
        var address: String

        /// What the names of its mailboxes begin with.
        var prefix: String { namespace.prefix(of: address) }
    }

    /// Where a name leads: to a mailbox that may or may not be there.
    struct MailboxPlace: Hashable {
        var owner: MailboxOwner
        /// The owner's own name for it.
        var name: String
    }

    /// Where a name leads to an account; nil for one that names nobody's mailbox.
    static func place(
        of name: String, for account: AccountID, in transaction: SQLTransaction
    ) throws -> MailboxPlace? {
        let name = try seenName(name)
        let namespace = MailboxNamespace(of: name)
        guard namespace != .personal else {
            return MailboxPlace(owner: MailboxOwner(account: account, namespace: .personal, address: ""), name: name)
        }
        let levels = levels(of: name)
        guard levels.count > 2, let address = EmailAddress(MailboxNamespace.address(ofLevel: levels[1])),
            let id = try Directory.account(address, in: transaction), id != account,
            let owner = try owner(id, for: account, in: transaction), owner.namespace == namespace,
            levels[1].utf8.elementsEqual(owner.prefix.utf8.dropFirst(namespace.prefix.utf8.count).dropLast())
        else { return nil }
        return MailboxPlace(owner: owner, name: levels[2...].joined(separator: "/"))
    }

    static func accessible(
        at place: MailboxPlace, for account: AccountID, in transaction: SQLTransaction
    ) throws -> AccessibleMailbox? {
        let summary = try transaction.first(
            """
            SELECT mailbox, name, special_use, uid_validity, uid_next, mod_seq, messages, unseen, octets
            FROM mailbox WHERE account = ?1 AND name = ?2
            """, .integer(place.owner.account.rawValue), .text(place.name)
        ) { MailboxSummary($0) }
        guard let summary else { return nil }
        let key = MailboxKey(account: place.owner.account, mailbox: summary.mailbox)
        let rights = try Self.rights(of: account, on: key, in: transaction)
        guard !rights.isDisjoint(with: revealing) else { return nil }
        return AccessibleMailbox(summary, place.owner, rights)
    }

    static func owner(
        _ owner: AccountID, for account: AccountID, in transaction: SQLTransaction
    ) throws -> MailboxOwner? {
        guard owner != account else { return MailboxOwner(account: owner, namespace: .personal, address: "") }
        guard let address = try Directory.writtenAddress(of: owner, in: transaction) else { return nil }
        return MailboxOwner(
            account: owner, namespace: try namespace(of: owner, in: transaction), address: address)
    }

    // MARK: Sharing

    /// All that entries may be for which are for the account.
    static func parties(of account: AccountID, in transaction: SQLTransaction) throws -> [AccessParty] {
        try [.anyone] + Directory.parties(of: account, in: transaction).map { .party($0) }
    }

    /// What others share with an account: found by whom their lists name, not by looking at all of them.
    private static func shared(
        with account: AccountID, in transaction: SQLTransaction
    ) throws -> [AccessibleMailbox] {
        var granted: [MailboxKey: AccessRights] = [:]
        var denied: [MailboxKey: AccessRights] = [:]
        for party in try parties(of: account, in: transaction) {
            let (kind, grantee) = party.columns
            try transaction.query(
                "SELECT account, mailbox, granted, denied FROM acl WHERE kind = ?1 AND grantee = ?2",
                .integer(kind), .integer(grantee)
            ) { row in
                let key = MailboxKey(
                    account: AccountID(rawValue: row.integer(0)), mailbox: MailboxID(rawValue: row.integer(1)))
                guard key.account != account else { return }
                granted[key, default: []].formUnion(AccessRights(stored: row.integer(2)))
                denied[key, default: []].formUnion(AccessRights(stored: row.integer(3)))
            }
        }
        var owners: [AccountID: MailboxOwner?] = [:]
        var list: [AccessibleMailbox] = []
        for (key, rights) in granted {
            let rights = rights.subtracting(denied[key] ?? [])
            guard rights.contains(.lookup) else { continue }
            let owner = try owners[key.account] ?? self.owner(key.account, for: account, in: transaction)
            owners[key.account] = owner
            guard let owner else { continue }
            let summary = try transaction.first(
                """
                SELECT mailbox, name, special_use, uid_validity, uid_next, mod_seq, messages, unseen, octets
                FROM mailbox WHERE account = ?1 AND mailbox = ?2
                """, .integer(key.account.rawValue), .integer(key.mailbox.rawValue)
            ) { MailboxSummary($0) }
            if let summary { list.append(AccessibleMailbox(summary, owner, rights)) }
        }
        return list.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    }

    /// Where others see an account's mailboxes.
    public static func namespace(
        of account: AccountID, in transaction: SQLTransaction
    ) throws -> MailboxNamespace {
        let stored = try transaction.first(
            "SELECT seen_in FROM account_state WHERE account = ?1", .integer(account.rawValue)
        ) { MailboxNamespace(rawValue: $0.integer(0)) }
        return (stored ?? nil) ?? .users
    }

    /// What the names of an account's mailboxes begin with for others.
    public func prefixForOthers(of account: AccountID) async throws -> String {
        try await store.read { transaction in
            let address = try Directory.writtenAddress(of: account, in: transaction) ?? ""
            return try Self.namespace(of: account, in: transaction).prefix(of: address)
        }
    }

    /// Says where others see an account's mailboxes.
    public func show(_ account: AccountID, in namespace: MailboxNamespace) async throws {
        precondition(namespace != .personal)
        try await store.change { transaction in
            let key = SQLValue.integer(account.rawValue)
            let changed = try transaction.run(
                "UPDATE account_state SET seen_in = ?2 WHERE account = ?1", key, .integer(namespace.rawValue))
            guard changed > 0 else { throw MailStoreError.noSuchAccount }
            try transaction.salvage(table: "account_state", key: "account", key)
            transaction.announce(.access(MailboxKey(account: account, mailbox: .inbox)))
        }
    }
}

extension AccessibleMailbox {
    init(_ summary: MailStore.MailboxSummary, _ owner: MailStore.MailboxOwner, _ rights: AccessRights) {
        self.init(
            key: MailboxKey(account: owner.account, mailbox: summary.mailbox), name: owner.prefix + summary.name,
            namespace: owner.namespace, rights: rights,
            specialUse: owner.namespace == .personal ? summary.specialUse : nil, uidValidity: summary.uidValidity,
            uidNext: summary.uidNext, highestModSeq: summary.highestModSeq, messages: summary.messages,
            unseen: summary.unseen, octets: summary.octets)
    }
}

extension AccessibleMailbox {
    /// Refuses what needs a right that the account has not.
    func require(_ right: AccessRights) throws {
        switch refusal(of: right) {
        case nil: break
        case .noPermission: throw MailStoreError.notPermitted(name)
        case .nonExistent: throw MailStoreError.noSuchMailbox(name)
        }
    }
}

extension AccessRights {
    /// As rows have it.
    init(stored: Int64) { self.init(rawValue: UInt16(truncatingIfNeeded: stored)) }

    /// As rows have it.
    var stored: SQLValue { .integer(Int64(rawValue)) }
}
