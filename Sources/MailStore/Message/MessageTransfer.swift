internal import MailCore
internal import Storage

/// One transaction that copies or moves messages. What was read from a message, and its octets, stay where they are: a copy is a
/// row that refers to them.
struct MessageTransfer {
    /// What becomes of the originals.
    enum Kind {
        case copy
        case move
    }

    let source: MailboxKey
    let target: MailboxKey
    let kind: Kind
    /// Flags that the copies may have.
    let kept: FlagScope
    let quota: MailQuota
    let savedAt: Int64
    /// Messages that the transaction takes.
    let most: Int
    /// What the copies have instead of what their originals have; nil: the same.
    var look: Look?

    /// What may be different of a copy that a client describes (RFC 8621 §4.7).
    struct Look {
        var flags: SystemFlags
        var keywords: [String]
        var internalDate: Int64
    }

    private struct Original {
        let standing: StandingCopy
        let thread: ThreadID
        let keywords: [String]
        let internalDate: Int64
        let prefix: [UInt8]

        init(_ row: MessageRow) {
            standing = StandingCopy(row)
            thread = row.thread
            keywords = row.keywords
            internalDate = row.internalDate
            prefix = row.withPrefix { [UInt8]($0) }
        }
    }

    /// - Returns: what was done, and the messages that were not looked at.
    func run(_ uids: UIDSet, in transaction: SQLTransaction) throws -> (CopyOutcome, rest: UIDSet) {
        let (uidValidity, uidNext) = try targetNumbers(transaction)
        var outcome = CopyOutcome(uidValidity: uidValidity)
        var originals: [Original] = []
        let rest = try MailStore.page(of: uids, in: source, .prefix, transaction) { row in
            originals.append(Original(row))
            return originals.count < most ? .more : .enough
        }
        guard !originals.isEmpty else { return (outcome, rest) }
        guard uidNext + Int64(originals.count) <= Int64(UInt32.max) else { throw MailStoreError.uidsUsedUp }
        try checkQuota(originals, transaction)
        let modSeq = try MailStore.nextModSeq(target.account, in: transaction)
        try file(originals, from: uidNext, modSeq, &outcome, transaction)
        if kind == .move {
            let clock =
                source.account == target.account
                ? modSeq : try MailStore.nextModSeq(source.account, in: transaction)
            _ = try MailStore.remove(originals.map(\.standing), from: source, clock, in: transaction)
            outcome.expungedAt = clock
        }
        return (outcome, rest)
    }

    private func targetNumbers(_ transaction: SQLTransaction) throws -> (UIDValidity, uidNext: Int64) {
        let row = try transaction.first(
            "SELECT uid_validity, uid_next FROM mailbox WHERE account = ?1 AND mailbox = ?2",
            .integer(target.account.rawValue), .integer(target.mailbox.rawValue)
        ) { (UIDValidity(rawValue: UInt32(truncatingIfNeeded: $0.integer(0))), $0.integer(1)) }
        guard let row else { throw MailStoreError.noSuchMailbox("number \(target.mailbox.rawValue)") }
        return row
    }

    private func checkQuota(_ originals: [Original], _ transaction: SQLTransaction) throws {
        guard quota != .none, kind == .copy || source.account != target.account else { return }
        let used = try MailStore.usage(target.account, in: transaction)
        let octets = originals.reduce(used.octets) { $0 + $1.standing.octets }
        let messages = used.messages + Int64(originals.count)
        guard octets <= quota.octetsMax, messages <= quota.messagesMax else { throw MailStoreError.overQuota }
    }

    private func file(
        _ originals: [Original], from uidNext: Int64, _ modSeq: ModSeq, _ outcome: inout CopyOutcome,
        _ transaction: SQLTransaction
    ) throws {
        var added = MailboxDelta(uidNext: uidNext)
        for original in originals {
            let standing = original.standing
            let copy = FiledCopy(
                account: target.account, mailbox: target.mailbox,
                uid: UID(rawValue: UInt32(truncatingIfNeeded: added.uidNext)), modSeq: modSeq,
                thread: try thread(of: original, transaction),
                flags: (look?.flags ?? standing.flags).intersection(kept.flags),
                keywords: kept.keywords == .all ? look?.keywords ?? original.keywords : [],
                internalDate: look?.internalDate ?? original.internalDate,
                saveDate: savedAt, prefix: original.prefix)
            guard
                try MailStore.insertRow(copy, standing.email, size: standing.octets, .arrival, in: transaction)
            else { throw StorageError(.corrupt, "UID \(copy.uid.rawValue) is given already") }
            // A move gives one reference for another.
            if kind == .copy { try transaction.retain(standing.email) }
            transaction.note(.filed(standing.email, copy))
            added.uidNext += 1
            added.messages += 1
            added.unseen += copy.flags.contains(.seen) ? 0 : 1
            added.octets += standing.octets
            outcome.from.append(standing.uid)
            outcome.to.append(copy.uid)
        }
        try MailStore.count(added, target, modSeq, in: transaction)
        transaction.announce(.arrived(target, outcome.to, modSeq))
    }

    /// In another account the message may have come before, in a conversation of that account.
    private func thread(of original: Original, _ transaction: SQLTransaction) throws -> ThreadID {
        guard source.account != target.account else { return original.thread }
        return try transaction.first(
            "SELECT thread FROM message WHERE email = ?1 AND account = ?2 LIMIT 1",
            .integer(original.standing.email.rawValue), .integer(target.account.rawValue)
        ) { ThreadID(rawValue: $0.integer(0)) } ?? original.thread
    }
}
