public import MailCore
package import Storage

extension MailStore {
    /// What an expunge came to.
    package struct ExpungeOutcome: Hashable, Sendable {
        /// The messages that went.
        package var uids = UIDSet()
        /// The clock when the last of them went; nil where none did.
        package var modSeq: ModSeq?
    }

    /// Which messages an expunge takes.
    package enum ExpungeChoice: Hashable, Sendable {
        /// Those with `\Deleted`: EXPUNGE and CLOSE.
        case deleted
        /// Those of these that have `\Deleted`: UID EXPUNGE (RFC 4315 §2.1).
        case deletedAmong(UIDSet)
        /// All of these.
        case all(UIDSet)
    }

    /// Takes messages out of a mailbox for good; durable when it returns. Those that are gone already are passed over. Many go
    /// in several transactions.
    package func expunge(_ choice: ExpungeChoice, from key: MailboxKey) async throws -> ExpungeOutcome {
        var rest = try await store.read { try Self.chosen(choice, in: key, $0) }
        var outcome = ExpungeOutcome()
        while !rest.isEmpty {
            let (piece, most) = (rest, limits.changedTogetherMax)
            // Those that lost \Deleted meanwhile stay.
            let isMarked = if case .all = choice { false } else { true }
            let (part, left) = try await store.change { transaction in
                let messages = isMarked ? piece.intersection(try Self.deletedUIDs(of: key, in: transaction)) : piece
                return try Self.expunge(messages, most: most, from: key, in: transaction)
            }
            outcome.uids = outcome.uids.union(part.uids)
            outcome.modSeq = part.modSeq ?? outcome.modSeq
            rest = left
        }
        return outcome
    }

    /// Takes messages out of a mailbox for good, all in one transaction; durable when it returns. Those that are gone already
    /// are passed over.
    ///
    /// - Returns: how many went.
    @discardableResult
    public func expunge(_ uids: [UID], from mailbox: MailboxID, _ account: AccountID) async throws -> Int {
        let key = MailboxKey(account: account, mailbox: mailbox)
        return try await store.change { try Self.expunge(.all(UIDSet(uids)), from: key, in: $0).uids.count }
    }

    /// The same as a piece of a transaction.
    package static func expunge(
        _ choice: ExpungeChoice, from key: MailboxKey, in transaction: SQLTransaction
    ) throws -> ExpungeOutcome {
        try expunge(try chosen(choice, in: key, transaction), most: .max, from: key, in: transaction).outcome
    }

    private static func chosen(
        _ choice: ExpungeChoice, in key: MailboxKey, _ transaction: SQLTransaction
    ) throws -> UIDSet {
        switch choice {
        case .deleted: try deletedUIDs(of: key, in: transaction)
        case .deletedAmong(let uids): uids.intersection(try deletedUIDs(of: key, in: transaction))
        case .all(let uids): uids
        }
    }

    /// - Returns: what went, and which of the messages have not been looked at, where there are more than `most`.
    private static func expunge(
        _ uids: UIDSet, most: Int, from key: MailboxKey, in transaction: SQLTransaction
    ) throws -> (outcome: ExpungeOutcome, rest: UIDSet) {
        var going: [StandingCopy] = []
        let rest = try page(of: uids, in: key, [], transaction) { row in
            going.append(StandingCopy(row))
            return going.count < most ? .more : .enough
        }
        guard !going.isEmpty else { return (ExpungeOutcome(), rest) }
        let modSeq = try nextModSeq(key.account, in: transaction)
        let gone = try remove(going, from: key, modSeq, in: transaction)
        for copy in going { try releaseContent(copy.email, in: transaction) }
        return (ExpungeOutcome(uids: gone, modSeq: modSeq), rest)
    }

    /// Takes one message out of its mailbox in whose place another comes.
    ///
    /// - Returns: what the record of the other one says of it; nil when it is gone already.
    package static func replace(
        _ uid: UID, in key: MailboxKey, in transaction: SQLTransaction
    ) throws -> ReplacedCopy? {
        let outcome = try expunge(.all(UIDSet(uid...uid)), from: key, in: transaction)
        return outcome.modSeq.map { ReplacedCopy(mailbox: key, uid: uid, modSeq: $0) }
    }

    /// Does that again.
    static func remove(_ replaced: ReplacedCopy, in transaction: SQLTransaction) throws {
        var going: [StandingCopy] = []
        _ = try page(of: UIDSet(replaced.uid...replaced.uid), in: replaced.mailbox, [], transaction) { row in
            going.append(StandingCopy(row))
            return .more
        }
        guard !going.isEmpty else { return }
        _ = try remove(going, from: replaced.mailbox, replaced.modSeq, in: transaction)
        for copy in going { try releaseContent(copy.email, in: transaction) }
    }

    /// Takes copies out of their mailbox, counts, notes and announces that. What they refer to stays.
    static func remove(
        _ copies: [StandingCopy], from key: MailboxKey, _ modSeq: ModSeq, in transaction: SQLTransaction
    ) throws -> UIDSet {
        let (account, mailbox) = (SQLValue.integer(key.account.rawValue), SQLValue.integer(key.mailbox.rawValue))
        var gone = UIDSet()
        var removed = MailboxDelta()
        for copy in copies {
            let uid = SQLValue.integer(Int64(copy.uid.rawValue))
            try transaction.run(
                """
                INSERT INTO expunged (account, mailbox, mod_seq, uid, email, thread, created)
                SELECT account, mailbox, ?4, uid, email, thread, created FROM message
                WHERE account = ?1 AND mailbox = ?2 AND uid = ?3
                """, account, mailbox, uid, .integer(modSeq.rawValue))
            try transaction.run(
                "DELETE FROM message WHERE account = ?1 AND mailbox = ?2 AND uid = ?3", account, mailbox, uid)
            gone.append(copy.uid)
            removed.messages -= 1
            removed.unseen -= copy.flags.contains(.seen) ? 0 : 1
            removed.octets -= copy.octets
        }
        try count(removed, key, modSeq, in: transaction)
        transaction.note(.expunged(key.account, key.mailbox, copies.map(\.uid), modSeq))
        transaction.announce(.expunged(key, gone, modSeq))
        return gone
    }
}

/// A copy as it stands in a mailbox, as far as an expunge needs it.
struct StandingCopy {
    let uid: UID
    let email: EmailID
    let flags: SystemFlags
    let octets: Int64

    init(_ row: MessageRow) {
        uid = row.uid
        email = row.email
        flags = row.flags
        octets = row.octets
    }
}
