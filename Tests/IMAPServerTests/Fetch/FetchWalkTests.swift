import IMAP
import MailCore
import Testing

@testable import IMAPServer

@Suite struct FetchWalkTests {
    /// Rows as a table has them: some of those asked for are gone, others stand between them.
    private func walked(_ uids: UIDSet, _ view: IMAPSequenceView, rows: [UInt32], pageMax: Int) -> [(UInt32, UInt32)] {
        var met: [(UInt32, UInt32)] = []
        var place = FetchWalk.Place()
        while true {
            var walk = FetchWalk(uids, in: view, from: place)
            var count = 0
            spans: while let span = walk.nextSpan() {
                for row in rows where span.contains(row) {
                    guard let number = walk.move(to: row) else { continue }
                    met.append((row, number.rawValue))
                    count += 1
                    if count == pageMax { break spans }
                }
                walk.endSpan(span)
            }
            place = walk.place
            if walk.isOver { return met }
        }
    }

    @Test func meetsEachMessageOnce() {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<300 {
            var known: Set<UInt32> = []
            let spread = UInt32.random(in: 10...400_000, using: &random)
            for _ in 0..<Int.random(in: 1...200, using: &random) {
                let first = UInt32.random(in: 1...spread, using: &random)
                for uid in first...(first + UInt32.random(in: 0...5, using: &random)) { known.insert(uid) }
            }
            let view = IMAPSequenceView(uids: UIDSet(known.map { UID(rawValue: $0) }))
            let asked = known.filter { _ in Bool.random(using: &random) }
            let rows = known.filter { _ in Int.random(in: 0..<10, using: &random) > 0 }.sorted()
            let uids = UIDSet(asked.map { UID(rawValue: $0) })
            let met = walked(uids, view, rows: rows, pageMax: Int.random(in: 1...50, using: &random))
            #expect(met.map(\.0) == rows.filter { asked.contains($0) })
            for (uid, number) in met {
                #expect(view.sequenceNumber(of: UID(rawValue: uid))?.rawValue == number)
            }
        }
    }

    @Test func theHighestNumbers() {
        let top = UInt32.max
        let uids = UIDSet(ranges: [(top - 100_000)...top])
        let view = IMAPSequenceView(uids: uids)
        let met = walked(uids, view, rows: [top - 100_000, top - 1, top], pageMax: 2)
        #expect(met.map(\.0) == [top - 100_000, top - 1, top])
        #expect(met.map(\.1) == [1, 100_000, 100_001])
    }

    @Test func nothing() {
        var walk = FetchWalk(UIDSet(), in: IMAPSequenceView(uids: UIDSet()))
        #expect(walk.isOver)
        #expect(walk.nextSpan() == nil)
    }
}
