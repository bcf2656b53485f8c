import MailCore
import Testing

@testable import Storage

@Suite struct NoteRenewalTests {
    private static func expunged(_ account: Int64, _ uids: [UInt32], _ modSeq: Int64) -> LogNote {
        .expunged(
            AccountID(rawValue: account), MailboxID(rawValue: 1), uids.map(UID.init(rawValue:)),
            ModSeq(rawValue: modSeq))
    }

    @Test func notesOfAMailboxBecomeOne() async throws {
        let folder = try TestFolder()
        let store = try folder.open().store
        var notes = NoteRenewal()
        for note in [
            Self.expunged(1, [3, 1], 7), Self.expunged(2, [9], 8), Self.expunged(1, [2, 3, .max], 6),
        ] { notes.add(note) }
        #expect(notes.count == 3)
        let job = notes.take { note, _ in note }
        #expect(notes.count == 0)
        let written = try await store.change { transaction in
            try job(transaction)
            return Set(transaction.notes)
        }
        #expect(written == [Self.expunged(1, [1, 2, 3, .max], 7), Self.expunged(2, [9], 8)])
        await store.close()
    }

    @Test func rowsAreWrittenOnce() async throws {
        let folder = try TestFolder()
        let store = try folder.open().store
        var notes = NoteRenewal()
        let key = LogNote.Column(name: "name", value: "colour")
        let rows = LogNote.rows(table: "setting", key: key, rows: [])
        for expected in [1, 0] {
            notes.add(rows)
            notes.add(rows)
            let job = notes.take { note, _ in note }
            let count = try await store.change { transaction in
                try job(transaction)
                return transaction.notes.count
            }
            #expect(count == expected)
        }
        await store.close()
    }

    @Test(arguments: [[], [1], [1, 2, 3], [5, 4, .max, 0], [.max, .max]] as [[UInt32]])
    func numbersComeBack(_ uids: [UInt32]) throws {
        let note = Self.expunged(-4, uids, 1 << 40)
        #expect(try LogNote(octets: note.octets) == note)
    }
}
