internal import MailCore
internal import Storage
internal import Synchronization

/// What one account's mailboxes hold, as it was at a tick of its clock: who asks again reads only what changed since.
///
/// Readers of one account take turns. Who comes with an older snapshot than the one before gets the later counts: its client
/// is told again what it knows already.
final class AccountCounting: Sendable {
    private struct Copy {
        let uid: UInt32
        let email: Int64
        var marks: AccountTally.Marks
    }

    private struct Mailbox {
        var modSeq: Int64
        var uidNext: Int64
        /// Ascending.
        var copies: [Copy] = []
    }

    private struct State {
        var clock: Int64 = -1
        var tally = AccountTally(trash: nil)
        var mailboxes: [Int64: Mailbox] = [:]
        var changedAt: [Int64: Int64] = [:]
    }

    private let state = Mutex(State())

    /// Messages that are held.
    var emailCount: Int { state.withLock { $0.tally.emailCount } }

    /// The counts of an account's mailboxes.
    func counts(_ account: AccountID, in transaction: SQLTransaction) throws -> [MailboxID: MailboxCounts] {
        try state.withLock { state in
            do {
                try Reading(account: account, transaction: transaction).follow(&state)
            } catch {
                state = State()
                throw error
            }
            var counts: [MailboxID: MailboxCounts] = [:]
            for (mailbox, counted) in state.tally.counts {
                var counted = counted
                counted.changedAt = ModSeq(rawValue: state.changedAt[mailbox] ?? state.clock)
                counts[MailboxID(rawValue: mailbox)] = counted
            }
            return counts
        }
    }

    private struct Reading {
        let account: AccountID
        let transaction: SQLTransaction

        private var key: SQLValue { .integer(account.rawValue) }

        func follow(_ state: inout State) throws {
            let clock = try MailStore.clock(of: account, in: transaction).rawValue
            guard clock > state.clock else { return }
            var present: [(mailbox: Int64, modSeq: Int64, uidNext: Int64)] = []
            var trash: Int64?
            try transaction.query(
                "SELECT mailbox, mod_seq, uid_next, special_use FROM mailbox WHERE account = ?1", key
            ) { row in
                present.append((row.integer(0), row.integer(1), row.integer(2)))
                if row.optionalText(3) == SpecialUse.trash.rawValue { trash = row.integer(0) }
            }
            if state.clock < 0 || state.tally.trash != trash {
                state = State(tally: AccountTally(trash: trash))
            }
            let before = state.tally.counts
            let numbers = Set(present.map(\.mailbox))
            for mailbox in state.mailboxes.keys where !numbers.contains(mailbox) { empty(mailbox, &state) }
            for (mailbox, modSeq, uidNext) in present {
                state.tally.open(mailbox)
                guard state.mailboxes[mailbox]?.modSeq != modSeq else { continue }
                try follow(mailbox, to: modSeq, uidNext, &state)
            }
            for (mailbox, counts) in state.tally.counts where before[mailbox] != counts {
                state.changedAt[mailbox] = clock
            }
            state.clock = clock
        }

        private func empty(_ mailbox: Int64, _ state: inout State) {
            for copy in state.mailboxes[mailbox]?.copies ?? [] {
                state.tally.remove(copy.email, copy.marks, from: mailbox)
            }
            state.mailboxes[mailbox] = nil
            state.changedAt[mailbox] = nil
            state.tally.close(mailbox)
        }

        private func follow(_ mailbox: Int64, to modSeq: Int64, _ uidNext: Int64, _ state: inout State) throws {
            var known = state.mailboxes[mailbox] ?? Mailbox(modSeq: 0, uidNext: 1)
            // One owner: else the array is copied with each change.
            state.mailboxes[mailbox] = nil
            let history = try MailStore.expunged(
                since: ModSeq(rawValue: known.modSeq), from: MailboxID(rawValue: mailbox), account, in: transaction)
            switch history {
            case .known(let gone):
                remove(gone, from: mailbox, &known, &state)
                try readChanged(mailbox, &known, &state)
            case .forgotten:
                for copy in known.copies { state.tally.remove(copy.email, copy.marks, from: mailbox) }
                known = Mailbox(modSeq: 0, uidNext: 1)
            }
            try readArrived(mailbox, &known, &state)
            known.modSeq = modSeq
            known.uidNext = uidNext
            state.mailboxes[mailbox] = known
        }

        private func remove(_ gone: [UID], from mailbox: Int64, _ known: inout Mailbox, _ state: inout State) {
            guard !gone.isEmpty, !known.copies.isEmpty else { return }
            let gone = Set(gone.map(\.rawValue))
            known.copies.removeAll { copy in
                guard gone.contains(copy.uid) else { return false }
                state.tally.remove(copy.email, copy.marks, from: mailbox)
                return true
            }
        }

        private func readChanged(_ mailbox: Int64, _ known: inout Mailbox, _ state: inout State) throws {
            try transaction.query(
                """
                SELECT uid, flags FROM message INDEXED BY message_touched
                WHERE account = ?1 AND mailbox = ?2 AND mod_seq > ?3 AND touched = 1 AND uid < ?4
                """, key, .integer(mailbox), .integer(known.modSeq), .integer(known.uidNext)
            ) { row in
                let uid = UInt32(truncatingIfNeeded: row.integer(0))
                let index = known.copies.partitioned { $0.uid >= uid }
                guard known.copies.indices.contains(index), known.copies[index].uid == uid else { return }
                let marks = AccountTally.Marks(flags: row.integer(1))
                state.tally.mark(known.copies[index].email, known.copies[index].marks, marks)
                known.copies[index].marks = marks
            }
        }

        private func readArrived(_ mailbox: Int64, _ known: inout Mailbox, _ state: inout State) throws {
            try transaction.query(
                """
                SELECT uid, email, thread, flags FROM message WHERE account = ?1 AND mailbox = ?2 AND uid >= ?3
                ORDER BY uid
                """, key, .integer(mailbox), .integer(known.uidNext)
            ) { row in
                let copy = Copy(
                    uid: UInt32(truncatingIfNeeded: row.integer(0)), email: row.integer(1),
                    marks: AccountTally.Marks(flags: row.integer(3)))
                state.tally.add(copy.email, of: row.integer(2), copy.marks, in: mailbox)
                known.copies.append(copy)
            }
        }
    }
}

extension AccountTally.Marks {
    /// From the flags of a row.
    fileprivate init(flags: Int64) {
        let flags = SystemFlags(rawValue: UInt8(truncatingIfNeeded: flags))
        self = flags.contains(.seen) ? .seen : []
        if flags.contains(.draft) { insert(.draft) }
    }
}
