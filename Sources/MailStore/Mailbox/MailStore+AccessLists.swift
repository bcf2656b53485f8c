internal import Directory
public import MailCore
public import Storage

/// Who may do what with a mailbox (RFC 4314).
extension MailStore {
    /// The entries of a mailbox's access control list, without its owner, who has all rights; those of parties that are
    /// gone are left out.
    public func accessList(of key: MailboxKey) async throws -> [AccessEntry] {
        try await store.read { try Self.accessList(of: key, in: $0) }
    }

    static func accessList(of key: MailboxKey, in transaction: SQLTransaction) throws -> [AccessEntry] {
        try entries(of: key, in: transaction).compactMap { row in
            guard let name = try name(of: row.party, in: transaction) else { return nil }
            return AccessEntry(party: row.party, name: name, granted: row.granted, denied: row.denied)
        }
    }

    /// The address of a mailbox's owner; nil when it is gone.
    public func ownerAddress(of key: MailboxKey) async throws -> String? {
        try await store.read { try Directory.writtenAddress(of: key.account, in: $0) }
    }

    /// Whether a change is of the rights that an entry gives, or of those that it takes.
    public enum AccessSide: Hashable, Sendable {
        case granted
        /// Negative rights: the identifier was written with `-` before it (RFC 4314 §2).
        case denied
    }

    /// Changes the entry of a party; one that neither gives nor takes anything goes.
    ///
    /// - Throws: `MailStoreError.ownerKeepsRights` for what would take rights from the owner.
    public func changeAccess(
        to key: MailboxKey, of party: AccessParty, _ side: AccessSide, _ change: AccessRightsChange
    ) async throws {
        let limits = limits
        try await store.change {
            try Self.changeAccess(to: key, of: party, side, change, limits, in: $0)
        }
    }

    static func changeAccess(
        to key: MailboxKey, of party: AccessParty, _ side: AccessSide, _ change: AccessRightsChange,
        _ limits: MailStoreLimits, in transaction: SQLTransaction
    ) throws {
        guard try hasMailbox(key.mailbox, key.account, in: transaction) else {
            throw MailStoreError.noSuchMailbox("number \(key.mailbox.rawValue)")
        }
        guard party != .party(.account(key.account)) else {
            let before: AccessRights = side == .granted ? .all : []
            guard change.applied(to: before) == before else { throw MailStoreError.ownerKeepsRights }
            return
        }
        let entries = try entries(of: key, in: transaction)
        var entry = entries.first { $0.party == party } ?? AccessRow(party: party, granted: [], denied: [])
        switch side {
        case .granted: entry.granted = change.applied(to: entry.granted)
        case .denied: entry.denied = change.applied(to: entry.denied)
        }
        let isNew = !entries.contains { $0.party == party }
        guard !isNew || entry.isEmpty || entries.count < limits.accessEntriesMax else {
            throw MailStoreError.tooManyAccessEntries(limits.accessEntriesMax)
        }
        try put(entry, key, in: transaction)
        try salvageAccess(key, in: transaction)
        try markChanged([key.mailbox], key.account, in: transaction)
        transaction.announce(.access(key))
    }

    /// The party that an identifier means; nil where there is none.
    public static func party(
        named identifier: String, in transaction: SQLTransaction
    ) throws -> AccessParty? {
        if identifier == anyone { return .anyone }
        return try Directory.party(named: identifier, in: transaction).map { .party($0) }
    }

    /// The party that an identifier means; nil where there is none.
    public func party(named identifier: String) async throws -> AccessParty? {
        try await store.read { try Self.party(named: identifier, in: $0) }
    }

    /// What is called so by RFC 4314 §2: here, every account.
    static let anyone = "anyone"

    private static func name(of party: AccessParty, in transaction: SQLTransaction) throws -> String? {
        switch party {
        case .anyone: anyone
        case .party(let party): try Directory.name(of: party, in: transaction)
        }
    }

    // MARK: Rows

    struct AccessRow {
        var party: AccessParty
        var granted: AccessRights
        var denied: AccessRights

        var isEmpty: Bool { granted.isEmpty && denied.isEmpty }
    }

    static func entries(of key: MailboxKey, in transaction: SQLTransaction) throws -> [AccessRow] {
        var rows: [AccessRow] = []
        try transaction.query(
            """
            SELECT kind, grantee, granted, denied FROM acl WHERE account = ?1 AND mailbox = ?2
            ORDER BY kind DESC, grantee
            """, .integer(key.account.rawValue), .integer(key.mailbox.rawValue)
        ) { row in
            guard let party = AccessParty(kind: row.integer(0), grantee: row.integer(1)) else { return }
            rows.append(
                AccessRow(
                    party: party, granted: AccessRights(stored: row.integer(2)),
                    denied: AccessRights(stored: row.integer(3))))
        }
        return rows
    }

    private static func put(_ row: AccessRow, _ key: MailboxKey, in transaction: SQLTransaction) throws {
        let (kind, grantee) = row.party.columns
        if row.isEmpty {
            try transaction.run(
                "DELETE FROM acl WHERE account = ?1 AND mailbox = ?2 AND kind = ?3 AND grantee = ?4",
                .integer(key.account.rawValue), .integer(key.mailbox.rawValue), .integer(kind), .integer(grantee))
        } else {
            try transaction.run(
                """
                INSERT INTO acl VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                ON CONFLICT DO UPDATE SET granted = excluded.granted, denied = excluded.denied
                """, .integer(key.account.rawValue), .integer(key.mailbox.rawValue), .integer(kind),
                .integer(grantee), row.granted.stored, row.denied.stored)
        }
    }

    static func inheritAccess(
        _ key: MailboxKey, from parent: MailboxKey, in transaction: SQLTransaction
    ) throws {
        let copied = try transaction.run(
            """
            INSERT INTO acl SELECT account, ?3, kind, grantee, granted, denied FROM acl
            WHERE account = ?1 AND mailbox = ?2
            """, .integer(parent.account.rawValue), .integer(parent.mailbox.rawValue),
            .integer(key.mailbox.rawValue))
        if copied > 0 { try salvageAccess(key, in: transaction) }
    }

    private static func salvageAccess(_ key: MailboxKey, in transaction: SQLTransaction) throws {
        try transaction.salvage(
            table: "acl",
            key: ["account": .integer(key.account.rawValue), "mailbox": .integer(key.mailbox.rawValue)])
    }

    /// Takes a mailbox's list away (RFC 4314 §4: DELETE must).
    static func forgetAccess(to key: MailboxKey, in transaction: SQLTransaction) throws {
        let gone = try transaction.run(
            "DELETE FROM acl WHERE account = ?1 AND mailbox = ?2", .integer(key.account.rawValue),
            .integer(key.mailbox.rawValue))
        if gone > 0 { try salvageAccess(key, in: transaction) }
    }

    /// Takes an account out of all lists, and all lists of its mailboxes away.
    static func forgetAccess(of account: AccountID, in transaction: SQLTransaction) throws {
        let party = AccessParty.party(.account(account)).columns
        var keys: [MailboxKey] = []
        try transaction.query(
            "SELECT account, mailbox FROM acl WHERE kind = ?1 AND grantee = ?2", .integer(party.kind),
            .integer(party.grantee)
        ) { row in
            keys.append(
                MailboxKey(
                    account: AccountID(rawValue: row.integer(0)), mailbox: MailboxID(rawValue: row.integer(1))))
        }
        try transaction.run(
            "DELETE FROM acl WHERE kind = ?1 AND grantee = ?2", .integer(party.kind), .integer(party.grantee))
        for key in keys { try salvageAccess(key, in: transaction) }
        try transaction.run("DELETE FROM acl WHERE account = ?1", .integer(account.rawValue))
        try transaction.salvage(table: "acl", key: "account", .integer(account.rawValue))
    }
}
