package import MailCore
package import Storage

/// Mailboxes by their numbers, as JMAP has them: each change is one transaction (RFC 8621 §2.5).
extension MailStore {
    /// The mailboxes of an account that a user may see, by their names.
    package static func arranged(
        _ account: AccountID, for user: AccountID, in transaction: SQLTransaction
    ) throws -> [ArrangedMailbox] {
        guard let owner = try owner(account, for: user, in: transaction) else { return [] }
        let subscribed = Set(try subscriptions(of: user, in: transaction))
        var rows: [(MailboxSummary, Int64)] = []
        try transaction.query(
            """
            SELECT mailbox, name, special_use, uid_validity, uid_next, mod_seq, messages, unseen, octets, sort_order
            FROM mailbox WHERE account = ?1 ORDER BY name
            """, .integer(account.rawValue)
        ) { rows.append((MailboxSummary($0), $0.integer(9))) }
        var list: [ArrangedMailbox] = []
        for (summary, sortOrder) in rows {
            let key = MailboxKey(account: account, mailbox: summary.mailbox)
            let rights = try rights(of: user, on: key, in: transaction)
            guard rights.isSuperset(of: [.lookup, .read]) else { continue }
            let mailbox = AccessibleMailbox(summary, owner, rights)
            list.append(
                ArrangedMailbox(
                    mailbox: mailbox, ownName: summary.name, sortOrder: sortOrder,
                    subscription: subscribed.contains(mailbox.name) ? .subscribed : .unsubscribed))
        }
        return list
    }

    /// JMAP's sortOrder of an account's mailboxes (RFC 8621 §2).
    package static func sortOrders(
        of account: AccountID, in transaction: SQLTransaction
    ) throws -> [MailboxID: Int64] {
        var orders: [MailboxID: Int64] = [:]
        try transaction.query(
            "SELECT mailbox, sort_order FROM mailbox WHERE account = ?1", .integer(account.rawValue)
        ) { orders[MailboxID(rawValue: $0.integer(0))] = $0.integer(1) }
        return orders
    }

    /// Makes a mailbox. One that its owner makes is subscribed if nothing else is said.
    ///
    /// - Parameter now: seconds since 1970.
    /// - Throws: `MailStoreError`.
    package func make(
        _ description: MailboxPatch, in account: AccountID, for user: AccountID, now: Int64
    ) async throws -> MailboxKey {
        let limits = limits
        return try await store.change { transaction in
            let name = try Self.seenName(
                description.name ?? "", description.parent ?? .top, account, for: user, in: transaction)
            let made = try Self.create(name, for: user, specialUse: nil, now: now, limits, in: transaction)
            var rest = description
            (rest.name, rest.parent) = (nil, nil)
            rest.subscription = description.subscription ?? (account == user ? .subscribed : nil)
            try Self.change(made.key, rest, for: user, now: now, limits, in: transaction)
            return made.key
        }
    }

    /// Changes a mailbox, all or nothing.
    ///
    /// - Parameter now: seconds since 1970.
    /// - Throws: `MailStoreError`.
    package func change(_ key: MailboxKey, _ patch: MailboxPatch, for user: AccountID, now: Int64) async throws {
        let limits = limits
        try await store.change { transaction in
            try Self.change(key, patch, for: user, now: now, limits, in: transaction)
        }
    }

    /// What becomes of the messages of a mailbox that is destroyed.
    package enum DestroyedMessages: Hashable, Sendable {
        /// There may be none.
        case none
        /// They go with it, but for their copies in other mailboxes.
        case removed
    }

    /// Takes a mailbox away for good.
    ///
    /// - Throws: `MailboxOccupied`, `MailStoreError`.
    package func destroy(_ key: MailboxKey, _ messages: DestroyedMessages, for user: AccountID) async throws {
        let limits = limits
        try await store.change { transaction in
            guard let mailbox = try Self.accessible(key, for: user, in: transaction) else {
                throw MailStoreError.noSuchMailbox("number \(key.mailbox.rawValue)")
            }
            try mailbox.require(.deleteMailbox)
            guard key.mailbox != .inbox else { throw MailStoreError.inboxStays }
            let name = try Self.ownName(of: key, in: transaction)
            guard try Self.mailboxes(below: name, key.account, in: transaction).isEmpty else {
                throw MailboxOccupied.hasChildren
            }
            guard messages == .removed || mailbox.messages == 0 else { throw MailboxOccupied.hasMessages }
            try Self.remove(key, limits, in: transaction)
            try Self.unsubscribe(user, from: mailbox.name, in: transaction)
        }
        try await beginRemoval(of: key)
    }

    private static func change(
        _ key: MailboxKey, _ patch: MailboxPatch, for user: AccountID, now: Int64, _ limits: MailStoreLimits,
        in transaction: SQLTransaction
    ) throws {
        guard let mailbox = try accessible(key, for: user, in: transaction) else {
            throw MailStoreError.noSuchMailbox("number \(key.mailbox.rawValue)")
        }
        var name = mailbox.name
        if patch.name != nil || patch.parent != nil {
            name = try place(mailbox, patch, for: user, now: now, limits, in: transaction)
        }
        if let role = patch.role {
            switch role {
            case .none:
                if mailbox.specialUse != nil {
                    _ = try setSpecialUse(of: key, for: user, nil, in: transaction)
                }
            case .use(let use) where use != mailbox.specialUse:
                try requireFree(use, key.account, in: transaction)
                _ = try setSpecialUse(of: key, for: user, Array(use.rawValue.utf8), in: transaction)
            case .use: break
            }
        }
        if let sortOrder = patch.sortOrder {
            guard key.account == user else { throw MailStoreError.notPermitted(name) }
            try transaction.run(
                "UPDATE mailbox SET sort_order = ?3 WHERE account = ?1 AND mailbox = ?2",
                .integer(key.account.rawValue), .integer(key.mailbox.rawValue), .integer(sortOrder))
            try markChanged([key.mailbox], key.account, in: transaction)
            try salvageMailbox(key, in: transaction)
            transaction.announce(.mailboxArranged(key))
        }
        switch patch.subscription {
        case .subscribed: try subscribe(user, to: name, in: transaction)
        case .unsubscribed: try unsubscribe(user, from: name, in: transaction)
        case nil: break
        }
    }

    /// Gives a mailbox another name or place; the user's subscriptions go with it.
    ///
    /// - Returns: the name that the user sees then.
    private static func place(
        _ mailbox: AccessibleMailbox, _ patch: MailboxPatch, for user: AccountID, now: Int64,
        _ limits: MailStoreLimits, in transaction: SQLTransaction
    ) throws -> String {
        let old = mailbox.name
        let levels = levels(of: old)
        let leaf = patch.name ?? String(levels.last ?? "")
        let new: String
        if let parent = patch.parent {
            new = try seenName(leaf, parent, mailbox.key.account, for: user, in: transaction)
        } else {
            new = try seenName((levels.dropLast().map(String.init) + [checkedLevel(leaf)]).joined(separator: "/"))
        }
        guard new != old else { return old }
        guard mailbox.key.mailbox != .inbox else { throw MailStoreError.notPermitted(old) }
        _ = try rename(old, to: new, for: user, now: now, limits, in: transaction)
        for name in try subscriptions(of: user, in: transaction) {
            guard name == old || name.utf8.starts(with: (old + "/").utf8) else { continue }
            try unsubscribe(user, from: name, in: transaction)
            let rest = String(Substring(name.utf8.dropFirst(old.utf8.count)))
            try subscribe(user, to: new + rest, in: transaction)
        }
        return new
    }

    /// The name that a user sees of a mailbox of this last level in a place.
    private static func seenName(
        _ level: String, _ parent: MailboxPatch.Parent, _ account: AccountID, for user: AccountID,
        in transaction: SQLTransaction
    ) throws -> String {
        let level = try checkedLevel(level)
        switch parent {
        case .top:
            guard let owner = try owner(account, for: user, in: transaction) else {
                throw MailStoreError.noSuchAccount
            }
            return try seenName(owner.prefix + level)
        case .below(let mailbox):
            let key = MailboxKey(account: account, mailbox: mailbox)
            guard let above = try accessible(key, for: user, in: transaction) else {
                throw MailStoreError.noSuchMailbox("number \(mailbox.rawValue)")
            }
            return try seenName("\(above.name)/\(level)")
        }
    }

    /// One level of a name: the separator parts levels for IMAP.
    private static func checkedLevel(_ level: String) throws -> String {
        guard !level.isEmpty, !level.utf8.contains(separator) else { throw MailStoreError.badMailboxName(level) }
        return level
    }

    private static func ownName(of key: MailboxKey, in transaction: SQLTransaction) throws -> String {
        try transaction.first(
            "SELECT name FROM mailbox WHERE account = ?1 AND mailbox = ?2", .integer(key.account.rawValue),
            .integer(key.mailbox.rawValue)
        ) { $0.text(0) } ?? ""
    }
}
