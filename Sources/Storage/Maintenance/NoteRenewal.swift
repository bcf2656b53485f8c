internal import MailCore

/// Notes of a segment that is to go, gathered to be written anew many at a time: rows once, however often they changed,
/// and what was expunged from one mailbox as one note.
struct NoteRenewal {
    private struct Mailbox: Hashable {
        let account: AccountID
        let mailbox: MailboxID
    }

    private struct Rows: Hashable {
        let table: String
        let key: LogNote.Column
    }

    /// Rows that were written anew already.
    private var known: Set<Rows> = []
    private var rows: [Rows] = []
    private var expunged: [Mailbox: (uids: [UID], modSeq: ModSeq)] = [:]
    private var others: [LogNote] = []
    /// Notes gathered since the last `take`.
    private(set) var count = 0

    mutating func add(_ note: LogNote) {
        count += 1
        switch note {
        case .rows(let table, let key, _):
            let these = Rows(table: table, key: key)
            if known.insert(these).inserted { rows.append(these) }
        case .expunged(let account, let mailbox, let uids, let modSeq):
            let key = Mailbox(account: account, mailbox: mailbox)
            let before = expunged[key, default: ([], modSeq)]
            expunged[key] = (before.uids + uids, max(before.modSeq, modSeq))
        case .filed, .flags:
            others.append(note)
        }
    }

    /// What was gathered, as a job for the writer; nothing is left here but the knowledge of rows.
    mutating func take(_ renew: @escaping LogDescribing.Renew) -> @Sendable (SQLTransaction) throws -> Void {
        let rows = rows.map { ($0.table, $0.key) }
        let notes =
            others
            + expunged.map { mailbox, gone in
                .expunged(mailbox.account, mailbox.mailbox, Set(gone.uids).sorted(), gone.modSeq)
            }
        (self.rows, expunged, others, count) = ([], [:], [], 0)
        return { transaction in
            for (table, key) in rows { try transaction.salvage(table: table, key: key.name, key.value) }
            for note in notes {
                if let note = try renew(note, transaction) { transaction.note(note) }
            }
        }
    }
}
