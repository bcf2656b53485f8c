public import MailCore
public import Storage

/// Mailboxes are made (RFC 9051 §6.3.4).
extension MailStore {
    /// Makes a mailbox for an account: one of its own, or one below another's that lets it.
    ///
    /// Names above it that have no mailbox get one each: RFC 9051 §6.3.4 asks for that, and clients show folders that can be
    /// opened. A new mailbox has the access control list of the one above it (RFC 4314 §4); one at the top of a team's
    /// account that of its INBOX.
    ///
    /// - Parameter now: seconds since 1970.
    @discardableResult
    public func create(
        _ name: String, for account: AccountID, specialUse: SpecialUse? = nil, now: Int64
    ) async throws -> AccessibleMailbox {
        let limits = limits
        return try await store.change {
            try Self.create(name, for: account, specialUse: specialUse, now: now, limits, in: $0)
        }
    }

    static func create(
        _ name: String, for account: AccountID, specialUse: SpecialUse?, now: Int64, _ limits: MailStoreLimits,
        in transaction: SQLTransaction
    ) throws -> AccessibleMailbox {
        guard let place = try place(of: name, for: account, in: transaction) else {
            throw try nowhere(name)
        }
        try requireMaking(place, for: account, in: transaction)
        let mailbox = try makeMailbox(
            place.name, place.owner.account, specialUse: specialUse, now: now, limits, in: transaction)
        let key = MailboxKey(account: place.owner.account, mailbox: mailbox)
        guard let made = try accessible(key, for: account, in: transaction) else {
            throw MailStoreError.notPermitted(name)
        }
        return made
    }

    /// Why there is no mailbox to be made: whether there is such an owner is not told.
    static func nowhere(_ name: String) throws -> MailStoreError {
        let name = try seenName(name)
        return levels(of: name).count > 2 ? .notPermitted(name) : .reservedMailboxName(name)
    }

    /// Refuses to make a mailbox where the account may not: RFC 4314 §4 asks for `k` on the nearest mailbox above it.
    static func requireMaking(
        _ place: MailboxPlace, for account: AccountID, in transaction: SQLTransaction
    ) throws {
        guard place.owner.account != account else { return }
        let above = try nearestParent(of: place, in: transaction)
        let rights = try above.map { try Self.rights(of: account, on: $0, in: transaction) } ?? []
        guard rights.contains(.create) else { throw MailStoreError.notPermitted(place.owner.prefix + place.name) }
    }

    /// The nearest mailbox above a name; of a team's account, INBOX where there is none.
    private static func nearestParent(
        of place: MailboxPlace, in transaction: SQLTransaction
    ) throws -> MailboxKey? {
        let owner = place.owner.account
        for parent in parents(of: place.name) {
            guard let mailbox = try mailbox(named: parent, owner, in: transaction) else { continue }
            return MailboxKey(account: owner, mailbox: mailbox)
        }
        guard try namespace(of: owner, in: transaction) == .shared else { return nil }
        return MailboxKey(account: owner, mailbox: .inbox)
    }

    /// Makes a mailbox in an account, and those above it that are not there.
    ///
    /// - Parameter uidValidity: what its UIDVALIDITY is at least: the time in seconds since 1970.
    @discardableResult
    public static func createMailbox(
        _ name: String, _ account: AccountID, specialUse: SpecialUse?, _ uidValidity: UIDValidity,
        in transaction: SQLTransaction
    ) throws -> MailboxID {
        try makeMailbox(
            try ownMailboxName(name), account, specialUse: specialUse, now: Int64(uidValidity.rawValue),
            MailStoreLimits(), in: transaction)
    }

    static func makeMailbox(
        _ name: String, _ account: AccountID, specialUse: SpecialUse?, now: Int64, _ limits: MailStoreLimits,
        in transaction: SQLTransaction
    ) throws -> MailboxID {
        let name = try ownMailboxName(name, limits)
        guard try mailbox(named: name, account, in: transaction) == nil else {
            throw MailStoreError.mailboxExists(name)
        }
        if let specialUse { try requireFree(specialUse, account, in: transaction) }
        try makeParents(of: name, account, now: now, limits, in: transaction)
        return try insertMailbox(name, account, specialUse: specialUse, now: now, limits, in: transaction)
    }

    /// Makes the mailboxes above a name that are not there, the highest first.
    static func makeParents(
        of name: String, _ account: AccountID, now: Int64, _ limits: MailStoreLimits, in transaction: SQLTransaction
    ) throws {
        var missing: [String] = []
        for parent in parents(of: name) {
            if try mailbox(named: parent, account, in: transaction) != nil { break }
            missing.append(parent)
        }
        for parent in missing.reversed() {
            _ = try insertMailbox(parent, account, specialUse: nil, now: now, limits, in: transaction)
        }
    }

    /// Refuses a special use that a mailbox of the account has.
    static func requireFree(_ use: SpecialUse, _ account: AccountID, in transaction: SQLTransaction) throws {
        let taken = try transaction.first(
            "SELECT name FROM mailbox WHERE account = ?1 AND special_use = ?2", .integer(account.rawValue),
            .text(use.rawValue)
        ) { $0.text(0) }
        if let taken { throw MailStoreError.specialUseTaken(use, by: taken) }
    }

    private static func insertMailbox(
        _ name: String, _ account: AccountID, specialUse: SpecialUse?, now: Int64, _ limits: MailStoreLimits,
        in transaction: SQLTransaction
    ) throws -> MailboxID {
        let key = SQLValue.integer(account.rawValue)
        let count = try transaction.first("SELECT count(*) FROM mailbox WHERE account = ?1", key) { $0.integer(0) }
        guard count ?? 0 < Int64(limits.mailboxesMax) else {
            throw MailStoreError.tooManyMailboxes(limits.mailboxesMax)
        }
        let modSeq = try nextModSeq(account, in: transaction)
        // A name that is made anew has another UIDVALIDITY, however quickly that is (RFC 9051 §2.3.1.1).
        let numbers = try transaction.first(
            """
            UPDATE account_state SET next_mailbox = next_mailbox + 1, mod_seq = ?2,
                uid_validity = max(uid_validity + 1, ?3)
            WHERE account = ?1 RETURNING next_mailbox - 1, uid_validity
            """, key, .integer(modSeq.rawValue), .integer(max(1, now))
        ) { (mailbox: MailboxID(rawValue: $0.integer(0)), uidValidity: $0.integer(1)) }
        guard let (mailbox, uidValidity) = numbers else { throw MailStoreError.noSuchAccount }
        guard uidValidity <= Int64(UInt32.max) else { throw MailStoreError.uidsUsedUp }
        try insert(name, account, mailbox, specialUse, uidValidity, modSeq, in: transaction)
        let made = MailboxKey(account: account, mailbox: mailbox)
        let place = MailboxPlace(
            owner: MailboxOwner(account: account, namespace: .personal, address: ""), name: name)
        if let parent = try nearestParent(of: place, in: transaction) {
            try inheritAccess(made, from: parent, in: transaction)
        }
        try transaction.salvage(table: "account_state", key: "account", key)
        // Mailboxes that had lost the one above them have one again.
        try markChanged(try mailboxes(below: name, account, in: transaction).map(\.mailbox), account, in: transaction)
        transaction.announce(.mailboxCreated(made, name: name))
        return mailbox
    }

    /// The row of a mailbox and its note in the log.
    static func insert(
        _ name: String, _ account: AccountID, _ mailbox: MailboxID, _ specialUse: SpecialUse?, _ uidValidity: Int64,
        _ modSeq: ModSeq, in transaction: SQLTransaction
    ) throws {
        try transaction.run(
            """
            INSERT INTO mailbox (account, mailbox, name, special_use, uid_validity, uid_next, mod_seq, messages,
                unseen, octets, expunged_floor, created, changed)
            VALUES (?1, ?2, ?3, ?4, ?5, 1, ?6, 0, 0, 0, 0, ?6, ?6)
            """, .integer(account.rawValue), .integer(mailbox.rawValue), .text(name),
            .optional(specialUse?.rawValue), .integer(uidValidity), .integer(modSeq.rawValue))
        try salvageMailbox(MailboxKey(account: account, mailbox: mailbox), in: transaction)
    }

    /// Notes how a mailbox is now, or that it is gone.
    static func salvageMailbox(_ key: MailboxKey, in transaction: SQLTransaction) throws {
        try transaction.salvage(
            table: "mailbox",
            key: ["account": .integer(key.account.rawValue), "mailbox": .integer(key.mailbox.rawValue)])
    }
}
