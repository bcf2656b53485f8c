import MailCore
import Testing

@testable import IMAP

@Suite struct IMAPSequenceViewTests {
    private static let rev1 = IMAPDialect()

    private func view(_ ranges: [ClosedRange<UInt32>], recent: [ClosedRange<UInt32>] = []) -> IMAPSequenceView {
        IMAPSequenceView(uids: UIDSet(ranges: ranges), recent: UIDSet(ranges: recent))
    }

    private func numbers(_ update: MailboxViewUpdate) -> [UInt32] {
        if case .sequenceNumbers(let numbers) = update.expunged { numbers.map(\.rawValue) } else { [] }
    }

    @Test func expungesWait() throws {
        var view = view([1...10])
        view.noteExpunged(UIDSet(ranges: [3...3, 5...6]))
        #expect(view.takeUpdate(.forbidden, Self.rev1).isEmpty)
        #expect(view.count == 10)
        #expect(view.sequenceNumber(of: UID(rawValue: 7))?.rawValue == 7)
        #expect(view.expungedUntold.ranges == [3...3, 5...6])
        #expect(view.hasPendingChanges)
        let update = view.takeUpdate(.permitted, Self.rev1)
        #expect(numbers(update) == [6, 5, 3])
        #expect(update.exists == nil)
        #expect(view.count == 7)
        #expect(view.sequenceNumber(of: UID(rawValue: 7))?.rawValue == 4)
        #expect(!view.hasPendingChanges)
    }

    @Test func vanished() {
        var view = view([1...10])
        view.noteExpunged(UIDSet(ranges: [3...4, 99...99]))
        let update = view.takeUpdate(.permitted, IMAPDialect(enabled: [.qresync]))
        #expect(update.expunged == .vanished(UIDSet(ranges: [3...4])))
        view.noteExpunged(UIDSet(ranges: [5...5]))
        // VANISHED waits as EXPUNGE does (RFC 7162 §3.2.10).
        #expect(view.takeUpdate(.forbidden, IMAPDialect(enabled: [.uidOnly])).isEmpty)
        let byUID = view.takeUpdate(.permitted, IMAPDialect(enabled: [.uidOnly]))
        #expect(byUID.expunged == .vanished(UIDSet(ranges: [5...5])))
    }

    @Test func newMessagesAndRecent() {
        var view = view([1...10], recent: [9...10])
        #expect(view.recentCount == 2)
        view.noteNew(UIDSet(ranges: [11...12]), recent: UIDSet(ranges: [11...12]))
        view.noteNew(UIDSet(ranges: [10...13]))
        #expect(view.count == 10)
        #expect(view.recency(of: UID(rawValue: 11)) == .old)
        let update = view.takeUpdate(.forbidden, Self.rev1)
        #expect(update.exists == 13)
        #expect(update.recent == 4)
        #expect(view.recency(of: UID(rawValue: 11)) == .recent)
        #expect(view.recency(of: UID(rawValue: 13)) == .old)
        view.noteNew(UIDSet(ranges: [14...14]), recent: UIDSet(ranges: [14...14]))
        #expect(view.takeUpdate(.permitted, IMAPDialect(enabled: [.imap4rev2])).recent == nil)
    }

    /// A message that came and went between two looks is never told.
    @Test func cameAndWent() {
        var view = view([1...3])
        view.noteNew(UIDSet(ranges: [4...5]))
        view.noteExpunged(UIDSet(ranges: [2...2, 4...4]))
        let update = view.takeUpdate(.permitted, Self.rev1)
        #expect(numbers(update) == [2])
        #expect(update.exists == 3)
        #expect(view.uids.ranges == [1...1, 3...3, 5...5])
        view.noteNew(UIDSet(ranges: [6...6]))
        view.noteExpunged(UIDSet(ranges: [6...6]))
        #expect(view.takeUpdate(.permitted, Self.rev1).isEmpty)
    }

    @Test func flagChanges() {
        var view = view([1...10])
        view.noteFlagsChanged(UID(rawValue: 7), ModSeq(rawValue: 5))
        view.noteFlagsChanged(UID(rawValue: 2), ModSeq(rawValue: 6))
        view.noteFlagsChanged(UID(rawValue: 7), ModSeq(rawValue: 8))
        view.noteFlagsChanged(UID(rawValue: 99), ModSeq(rawValue: 8))
        view.noteFlagsChanged(UID(rawValue: 3), ModSeq(rawValue: 9))
        view.noteFlagsTold(UID(rawValue: 2), ModSeq(rawValue: 6))
        view.noteFlagsTold(UID(rawValue: 7), ModSeq(rawValue: 7))
        view.noteExpunged(UIDSet(ranges: [1...1, 3...3]))
        view.noteFlagsChanged(UID(rawValue: 3), ModSeq(rawValue: 10))
        let held = view.takeUpdate(.forbidden, Self.rev1)
        let seven = MailboxViewUpdate.ChangedMessage(
            number: SequenceNumber(rawValue: 7), uid: UID(rawValue: 7), modSeq: ModSeq(rawValue: 8))
        #expect(held.flagChanges == .messages([seven]))
        view.noteFlagsChanged(UID(rawValue: 7), ModSeq(rawValue: 11))
        let told = view.takeUpdate(.permitted, Self.rev1)
        #expect(numbers(told) == [3, 1])
        let five = MailboxViewUpdate.ChangedMessage(
            number: SequenceNumber(rawValue: 5), uid: UID(rawValue: 7), modSeq: ModSeq(rawValue: 11))
        #expect(told.flagChanges == .messages([five]))
    }

    @Test func tooManyFlagChanges() {
        var limits = IMAPLimits()
        limits.pendingFlagChangesMax = 3
        var view = IMAPSequenceView(uids: UIDSet(ranges: [1...10]), limits: limits)
        for uid in UInt32(1)...4 { view.noteFlagsChanged(UID(rawValue: uid), ModSeq(rawValue: Int64(uid) + 20)) }
        view.noteFlagsChanged(UID(rawValue: 9), ModSeq(rawValue: 90))
        #expect(view.takeUpdate(.permitted, Self.rev1).flagChanges == .since(ModSeq(rawValue: 20)))
        #expect(view.takeUpdate(.permitted, Self.rev1).isEmpty)
    }

    @Test func savedResults() throws {
        var view = view([1...10])
        view.savedResult = UIDSet(ranges: [3...5, 42...42])
        #expect(view.savedResult.ranges == [3...5])
        view.noteExpunged(UIDSet(ranges: [4...4]))
        _ = view.takeUpdate(.permitted, Self.rev1)
        #expect(view.savedResult.ranges == [3...3, 5...5])
        #expect(try view.resolve(.savedResult, .sequenceNumbers, uidNext: 11).ranges == [3...3, 5...5])
        #expect(try view.resolve(.of("3:*"), .sequenceNumbers, uidNext: 11).ranges == [3...3, 5...10])
        #expect(try view.resolve(.of("3:4,20:*"), .uids, uidNext: 11).ranges == [3...3, 10...10])
        #expect(throws: SequenceSet.NumberOutOfRange()) { try view.resolve(.of("10"), .sequenceNumbers, uidNext: 11) }
        #expect(try self.view([]).resolve(.of("*"), .uids, uidNext: 11).isEmpty)
    }

    /// A client that believes what it is told has the store's mailbox in the end, whatever is told when.
    @Test(arguments: [1, 2, 3, 4, 5, 6] as [UInt64]) func aClientKeepsUp(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var store: [UInt32] = Array(1...20)
        var next: UInt32 = 21
        var view = IMAPSequenceView(uids: UIDSet(store.map(UID.init(rawValue:))))
        var client = store
        let dialect = seed % 2 == 0 ? Self.rev1 : IMAPDialect(enabled: [.qresync])
        for _ in 0..<2_000 {
            switch Int.random(in: 0..<6, using: &generator) {
            case 0:
                let count = UInt32.random(in: 1...3, using: &generator)
                view.noteNew(UIDSet(ranges: [next...(next + count - 1)]))
                store += Array(next..<(next + count))
                next += count + UInt32.random(in: 0...2, using: &generator)
            case 1, 2:
                guard let uid = store.randomElement(using: &generator), store.count > 5 else { continue }
                store.removeAll { $0 == uid }
                view.noteExpunged(UIDSet(ranges: [uid...uid]))
            case 3:
                guard let uid = store.randomElement(using: &generator) else { continue }
                view.noteFlagsChanged(UID(rawValue: uid), ModSeq(rawValue: Int64(next)))
            case 4:
                tell(view.takeUpdate(.forbidden, dialect), view, &client)
            default:
                tell(view.takeUpdate(.permitted, dialect), view, &client)
                #expect(client == store)
            }
            #expect(view.count == UInt32(client.count))
            #expect(view.uids == UIDSet(client.map(UID.init(rawValue:))))
        }
    }

    private func tell(_ update: MailboxViewUpdate, _ view: IMAPSequenceView, _ client: inout [UInt32]) {
        switch update.expunged {
        case .none: break
        case .sequenceNumbers(let numbers): for number in numbers { client.remove(at: Int(number.rawValue) - 1) }
        case .vanished(let uids): client.removeAll { uids.contains(UID(rawValue: $0)) }
        }
        if case .messages(let messages) = update.flagChanges {
            for message in messages { #expect(client[Int(message.number.rawValue) - 1] == message.uid.rawValue) }
        }
        guard let exists = update.exists else { return }
        // A client asks for the UIDs of the messages that it does not know.
        for number in UInt32(client.count + 1)...exists {
            client.append(view.uid(at: SequenceNumber(rawValue: number))?.rawValue ?? 0)
        }
    }

    /// A FETCH of many messages tells their flags as they stood when they were read.
    @Test func flagsToldTogether() {
        var view = IMAPSequenceView(uids: UIDSet(ranges: [1...5]))
        for (uid, modSeq) in [(1, 7), (2, 8), (4, 7)] as [(UInt32, Int64)] {
            view.noteFlagsChanged(UID(rawValue: uid), ModSeq(rawValue: modSeq))
        }
        view.noteFlagsTold(UIDSet(ranges: [1...3]), through: ModSeq(rawValue: 7))
        let left = [(2, 8), (4, 7)].map { (uid: Int, modSeq: Int) in
            MailboxViewUpdate.ChangedMessage(
                number: SequenceNumber(rawValue: UInt32(uid)), uid: UID(rawValue: UInt32(uid)),
                modSeq: ModSeq(rawValue: Int64(modSeq)))
        }
        #expect(view.takeUpdate(.forbidden, IMAPDialect()).flagChanges == .messages(left))
    }
}
