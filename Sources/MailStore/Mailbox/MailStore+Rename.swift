public import MailCore
internal import Storage

/// Mailboxes get other names (RFC 9051 §6.3.6).
extension MailStore {
    /// Gives a mailbox and all below it another name; or moves all messages of INBOX to a new mailbox, whatever is below
    /// INBOX staying as it is.
    ///
    /// Mailboxes stay within their account. Subscriptions are to names, and do not change. Names above the new one that have
    /// no mailbox get one each, as with `create`.
    ///
    /// - Parameter now: seconds since 1970.
    /// - Returns: the mailbox under its new name, or nil where the name had but mailboxes below it.
    @discardableResult
    public func rename(
        _ name: String, to newName: String, for account: AccountID, now: Int64
    ) async throws -> AccessibleMailbox? {
        let limits = limits
        let inbox = try await store.change { transaction in
            try Self.rename(name, to: newName, for: account, now: now, limits, in: transaction)
        }
        if let inbox {
            // What comes from here on stays.
            let uids = try await open(inbox.inbox, .looks).uids
            _ = try await move(uids, from: inbox.inbox, to: inbox.target, savedAt: now)
        }
        return try await resolve(newName, for: account)
    }

    /// Messages of INBOX are to move to a mailbox that was made for them.
    struct InboxMove {
        var inbox: MailboxKey
        var target: MailboxKey
    }

    static func rename(
        _ name: String, to newName: String, for account: AccountID, now: Int64, _ limits: MailStoreLimits,
        in transaction: SQLTransaction
    ) throws -> InboxMove? {
        guard let from = try place(of: name, for: account, in: transaction) else {
            throw MailStoreError.noSuchMailbox(name)
        }
        let mailbox = try accessible(at: from, for: account, in: transaction)
        let below = try mailboxes(below: from.name, from.owner.account, in: transaction)
        guard mailbox != nil || !below.isEmpty else { throw MailStoreError.noSuchMailbox(name) }
        if let mailbox { try mailbox.require(.deleteMailbox) }
        guard let to = try place(of: newName, for: account, in: transaction) else {
            throw try nowhere(newName)
        }
        guard to.owner.account == from.owner.account, !isBelow(to.name, from.name) else {
            throw MailStoreError.cannotRename(name, to: newName)
        }
        try requireMaking(to, for: account, in: transaction)
        if let mailbox, mailbox.key.mailbox == .inbox {
            let target = try makeMailbox(
                to.name, to.owner.account, specialUse: nil, now: now, limits, in: transaction)
            let key = MailboxKey(account: to.owner.account, mailbox: target)
            try copyAnnotations(from: mailbox.key, to: key, in: transaction)
            return InboxMove(inbox: mailbox.key, target: key)
        }
        if mailbox == nil {
            // A name without a mailbox: each mailbox that moves has to let the account.
            for child in below {
                let key = MailboxKey(account: from.owner.account, mailbox: child.mailbox)
                let rights = try Self.rights(of: account, on: key, in: transaction)
                guard rights.contains(.deleteMailbox) else {
                    throw rights.contains(.lookup)
                        ? MailStoreError.notPermitted(name) : MailStoreError.noSuchMailbox(name)
                }
            }
        }
        try move(from, to, mailbox?.key.mailbox, below, now: now, limits, in: transaction)
        return nil
    }

    /// The mailbox at the first place, if there is one, and those below it go to the other.
    private static func move(
        _ from: MailboxPlace, _ to: MailboxPlace, _ mailbox: MailboxID?, _ below: [NamedMailbox], now: Int64,
        _ limits: MailStoreLimits, in transaction: SQLTransaction
    ) throws {
        let account = from.owner.account
        var moving: [(mailbox: MailboxID, from: String, to: String)] = []
        if let mailbox { moving.append((mailbox, from.name, to.name)) }
        for child in below {
            let rest = String(Substring(child.name.utf8.dropFirst(from.name.utf8.count)))
            moving.append((child.mailbox, child.name, to.name + rest))
        }
        for (_, _, newName) in moving {
            _ = try ownMailboxName(newName, limits)
            guard try Self.mailbox(named: newName, account, in: transaction) == nil else {
                throw MailStoreError.mailboxExists(to.owner.prefix + newName)
            }
        }
        if mailbox == nil, try Self.mailbox(named: to.name, account, in: transaction) != nil {
            throw MailStoreError.mailboxExists(to.owner.prefix + to.name)
        }
        try makeParents(of: to.name, account, now: now, limits, in: transaction)
        // Where the mailbox itself moves, those below it are still below it by the same names.
        let changed = mailbox.map { [$0] } ?? moving.map(\.mailbox)
        let joined = try mailboxes(below: to.name, account, in: transaction).map(\.mailbox)
        try markChanged(changed + joined, account, in: transaction)
        for (mailbox, oldName, newName) in moving {
            try transaction.run(
                "UPDATE mailbox SET name = ?3 WHERE account = ?1 AND mailbox = ?2", .integer(account.rawValue),
                .integer(mailbox.rawValue), .text(newName))
            let key = MailboxKey(account: account, mailbox: mailbox)
            try salvageMailbox(key, in: transaction)
            transaction.announce(.mailboxRenamed(key, from: oldName, to: newName))
        }
    }

    struct NamedMailbox {
        var mailbox: MailboxID
        var name: String
    }

    /// The mailboxes below a name, by their names.
    static func mailboxes(
        below name: String, _ account: AccountID, in transaction: SQLTransaction
    ) throws -> [NamedMailbox] {
        var list: [NamedMailbox] = []
        // "0" comes right behind "/".
        try transaction.query(
            "SELECT mailbox, name FROM mailbox WHERE account = ?1 AND name > ?2 AND name < ?3 ORDER BY name",
            .integer(account.rawValue), .text(name + "/"), .text(name + "0")
        ) { list.append(NamedMailbox(mailbox: MailboxID(rawValue: $0.integer(0)), name: $0.text(1))) }
        return list
    }

    private static func isBelow(_ name: String, _ parent: String) -> Bool {
        name.utf8.starts(with: (parent + "/").utf8)
    }
}
