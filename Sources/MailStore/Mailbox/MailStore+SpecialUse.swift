internal import MailCore
internal import Storage

/// What a mailbox is for (RFC 6154), as its annotation `/private/specialuse` says it.
extension MailStore {
    static let specialUseEntry = "/private/specialuse"

    /// Says what a mailbox is for; the one that was for that before is so no more, since an account has one mailbox for
    /// each use (RFC 8621 §2).
    ///
    /// - Parameter value: a use as LIST has it, or nil.
    /// - Returns: the names of mailboxes that have lost the use.
    static func setSpecialUse(
        of key: MailboxKey, for account: AccountID, _ value: [UInt8]?, in transaction: SQLTransaction
    ) throws -> [String] {
        // Another's drafts and trash are not this account's.
        guard key.account == account, key.mailbox != .inbox || value == nil else {
            throw MailStoreError.notPermitted("INBOX")
        }
        let use = try value.map { value in
            let word = String(decoding: value, as: UTF8.self).lowercased()
            guard let use = SpecialUse.allCases.first(where: { $0.rawValue.lowercased() == word }) else {
                throw MailStoreError.noSuchSpecialUse
            }
            return use
        }
        var losers: [(mailbox: MailboxID, name: String)] = []
        if let use {
            try transaction.query(
                "SELECT mailbox, name FROM mailbox WHERE account = ?1 AND special_use = ?2 AND mailbox <> ?3",
                .integer(account.rawValue), .text(use.rawValue), .integer(key.mailbox.rawValue)
            ) { losers.append((MailboxID(rawValue: $0.integer(0)), $0.text(1))) }
        }
        let changes = losers.map { (mailbox: $0.mailbox, use: nil) } + [(mailbox: key.mailbox, use: use)]
        try markChanged(changes.map(\.mailbox), account, in: transaction)
        for (mailbox, use) in changes {
            try transaction.run(
                "UPDATE mailbox SET special_use = ?3 WHERE account = ?1 AND mailbox = ?2", .integer(account.rawValue),
                .integer(mailbox.rawValue), .optional(use?.rawValue))
            let changed = MailboxKey(account: account, mailbox: mailbox)
            try salvageMailbox(changed, in: transaction)
            transaction.announce(.metadata(changed, account, entry: specialUseEntry))
        }
        return losers.map(\.name)
    }

    static func specialUse(
        of key: MailboxKey, for account: AccountID, in transaction: SQLTransaction
    ) throws -> SpecialUse? {
        guard key.account == account else { return nil }
        let stored = try transaction.first(
            "SELECT special_use FROM mailbox WHERE account = ?1 AND mailbox = ?2", .integer(account.rawValue),
            .integer(key.mailbox.rawValue)
        ) { $0.optionalText(0) }
        return (stored ?? nil).flatMap(SpecialUse.init(rawValue:))
    }
}
