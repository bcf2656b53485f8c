import AgentTestSupport
import Delivery
import MailCore
import NIOCore
import Storage
import Testing

@testable import MailStore

/// Random operations on several mailboxes, each compared with what a simple model of them says: what is in them, what they
/// remember, what listeners hear, and what is left of it after the store was opened again, compacted or made anew.
@Suite struct MailStoreModelTests {
    @Test(arguments: [1, 2, 3, 4, 5, 6] as [UInt64]) func randomOperations(_ seed: UInt64) async throws {
        let folder = TestFolder()
        var limits = StorageLimits()
        limits.segmentBytesMax = 6000
        var run = ModelRun(seed: seed)
        try await withTestStore(folder, limits: limits) { try await run.begin($0) }
        for _ in 0..<6 {
            try await withTestStore(folder, limits: limits) { try await run.live($0, operations: 40) }
            if Int.random(in: 0..<2, using: &run.generator) == 0 {
                try folder.removeDatabase()
                let report = try MailSystemStore.rebuild(folder.path)
                #expect(report.problems == [])
                run.isRebuilt = true
            }
        }
        try await withTestStore(folder, limits: limits) { try await run.live($0, operations: 0) }
    }
}

/// What should be in the store, and what has been heard of it.
private struct ModelRun {
    struct Message: Equatable {
        var email: Int64
        var flags: SystemFlags
        var keywords: [String]
        var modSeq: Int64
    }

    struct Mailbox {
        var uidNext: UInt32 = 1
        var recentFrom: UInt32 = 1
        var messages: [UInt32: Message] = [:]
        var expunged: [UInt32: Int64] = [:]
        /// What went before this tick is not known after a rebuild.
        var floor: Int64 = 0
    }

    var generator: SeededGenerator
    var accounts: [AccountID] = []
    var boxes: [MailboxKey: Mailbox] = [:]
    var clocks: [AccountID: Int64] = [:]
    var isRebuilt = false
    private var keys: [MailboxKey] = []
    private let recorder = ChangeRecorder()

    init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

    private mutating func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &generator) }

    mutating func begin(_ test: TestStore) async throws {
        for name in ["ana@example.test", "bob@example.test"] {
            let account = try await test.addAccount(name)
            accounts.append(account)
            keys.append(test.inboxKey(account))
            keys.append(try await test.addMailbox("Work", account))
            clocks[account] = 0
        }
        for key in keys { boxes[key] = Mailbox() }
    }

    mutating func live(_ test: TestStore, operations: Int) async throws {
        if isRebuilt { try await followRebuild(test) }
        let subscription = test.mailStore.changes.subscribe(to: Set(accounts), recorder.receive)
        try await compare(test)
        for operation in 0..<operations {
            try await act(test)
            if operation % 8 == 0 { try await compare(test) }
        }
        try await compare(test)
        #expect(try await test.complaints() == [])
        subscription.cancel()
    }

    /// Numbers and clocks have gone on, and nobody knows of what went, or of who was told of what.
    private mutating func followRebuild(_ test: TestStore) async throws {
        isRebuilt = false
        for key in keys {
            let snapshot = try await test.mailStore.open(key, .looks)
            #expect(snapshot.uidNext >= boxes[key]?.uidNext ?? 0)
            #expect(snapshot.highestModSeq.rawValue >= boxes[key]?.messages.values.map(\.modSeq).max() ?? 0)
            boxes[key]?.uidNext = snapshot.uidNext
            boxes[key]?.recentFrom = snapshot.recent.first?.rawValue ?? snapshot.uidNext
            boxes[key]?.expunged = [:]
            boxes[key]?.floor = snapshot.highestModSeq.rawValue
            clocks[key.account] = max(clocks[key.account] ?? 0, snapshot.highestModSeq.rawValue)
        }
    }

    // MARK: Acting

    private mutating func act(_ test: TestStore) async throws {
        guard let key = keys.randomElement(using: &generator), let other = keys.randomElement(using: &generator) else {
            return
        }
        switch number(0...19) {
        case 0...6: try await deliver(test)
        case 7...11: try await flag(test, key)
        case 12...13: try await transfer(test, key, to: other, .copy)
        case 14...15: try await transfer(test, key, to: other, .move)
        case 16...17: try await expunge(test, key)
        case 18: try await claim(test, key)
        default: _ = try await test.store.compact()
        }
    }

    private mutating func deliver(_ test: TestStore) async throws {
        let text = "Subject: s\r\n\r\n" + String(repeating: "x", count: number(0...1500))
        let everybody = number(0...2) == 0
        let delivered =
            everybody
            ? try await test.deliver(text, to: "ana@example.test", "bob@example.test")
            : try await test.deliver(text, to: "ana@example.test")
        let copies = try await test.store.read { try MailStore.copies(of: delivered.email, in: $0) }
        #expect(copies.count == (everybody ? 2 : 1))
        for copy in copies {
            let message = Message(
                email: delivered.email.rawValue, flags: [], keywords: [], modSeq: copy.modSeq.rawValue)
            try arrive(copy.uid.rawValue, message, in: MailboxKey(account: copy.account, mailbox: copy.mailbox))
        }
    }

    private mutating func arrive(_ uid: UInt32, _ message: Message, in key: MailboxKey) throws {
        let expected = boxes[key]?.uidNext
        #expect(uid == expected)
        boxes[key]?.uidNext = uid + 1
        boxes[key]?.messages[uid] = message
        tick(key.account, message.modSeq)
    }

    /// The clock only grows; messages of one transaction share a tick.
    private mutating func tick(_ account: AccountID, _ modSeq: Int64) {
        #expect(modSeq >= clocks[account] ?? 0)
        clocks[account] = modSeq
    }

    private mutating func someUIDs(_ key: MailboxKey) -> UIDSet {
        var uids = UIDSet()
        let all = (boxes[key]?.messages.keys.sorted() ?? [])
        switch number(0...3) {
        case 0: return UIDSet(ranges: [1...UInt32.max])
        case 1: for uid in all where number(0...1) == 0 { uids.append(uid...uid) }
        default:
            if let first = all.randomElement(using: &generator) { uids.append(first...first + UInt32(number(0...9))) }
        }
        return uids
    }

    private mutating func flag(_ test: TestStore, _ key: MailboxKey) async throws {
        let kind: FlagChange.Kind = [.replace, .add, .remove][number(0...2)]
        let flags = SystemFlags(rawValue: UInt8(number(0...31) & number(0...31)))
        let keywords = ["a", "b", "c"].filter { _ in number(0...4) == 0 }
        let change = FlagChange(kind, flags, keywords: keywords.compactMap { Keyword($0) })
        let uids = someUIDs(key)
        let since = number(0...2) == 0 ? Int64(number(0...Int(clocks[key.account] ?? 0))) : nil
        let outcome = try await test.mailStore.setFlags(
            change, of: uids, in: key, unchangedSince: since.map(ModSeq.init(rawValue:)))
        var expected: [UInt32: Message] = [:]
        var modified: [UInt32] = []
        for (uid, message) in boxes[key]?.messages ?? [:] where uids.contains(UID(rawValue: uid)) {
            if let since, message.modSeq > since {
                modified.append(uid)
                continue
            }
            var after = message
            switch kind {
            case .replace: (after.flags, after.keywords) = (flags, keywords)
            case .add:
                after.flags.formUnion(flags)
                after.keywords = Set(message.keywords + keywords).sorted()
            case .remove:
                after.flags.subtract(flags)
                after.keywords = message.keywords.filter { !keywords.contains($0) }
            }
            expected[uid] = after
        }
        #expect(outcome.modified.numbers == modified.sorted())
        #expect(outcome.messages.map(\.uid.rawValue) == expected.keys.sorted())
        for message in outcome.messages {
            let before = boxes[key]?.messages[message.uid.rawValue]
            let after = expected[message.uid.rawValue]
            #expect(message.flags == after?.flags)
            #expect(message.keywords == after?.keywords)
            #expect((message.difference == .changed) == (before != after))
            if message.difference == .changed {
                #expect(message.modSeq.rawValue > before?.modSeq ?? .max)
                tick(key.account, message.modSeq.rawValue)
            } else {
                #expect(message.modSeq.rawValue == before?.modSeq)
            }
            boxes[key]?.messages[message.uid.rawValue] = Message(
                email: before?.email ?? 0, flags: message.flags, keywords: message.keywords,
                modSeq: message.modSeq.rawValue)
        }
    }

    private mutating func transfer(
        _ test: TestStore, _ key: MailboxKey, to target: MailboxKey, _ kind: MessageTransfer.Kind
    ) async throws {
        let uids = someUIDs(key)
        let expected = (boxes[key]?.messages.keys.sorted() ?? []).filter { uids.contains(UID(rawValue: $0)) }
        let outcome =
            kind == .copy
            ? try await test.mailStore.copy(uids, from: key, to: target, savedAt: 5)
            : try await test.mailStore.move(uids, from: key, to: target, savedAt: 5)
        #expect(outcome.from.numbers == expected)
        let clock = try await test.mailStore.open(target, .looks).highestModSeq.rawValue
        for (from, to) in zip(outcome.from.numbers, outcome.to.numbers) {
            guard var message = boxes[key]?.messages[from] else { continue }
            message.modSeq = clock
            try arrive(to, message, in: target)
        }
        #expect(outcome.to.count == expected.count)
        guard kind == .move, !expected.isEmpty else { return }
        try leave(expected, try #require(outcome.expungedAt), key)
    }

    private mutating func leave(_ uids: [UInt32], _ modSeq: ModSeq, _ key: MailboxKey) throws {
        for uid in uids {
            boxes[key]?.messages[uid] = nil
            boxes[key]?.expunged[uid] = modSeq.rawValue
        }
        tick(key.account, modSeq.rawValue)
    }

    private mutating func expunge(_ test: TestStore, _ key: MailboxKey) async throws {
        let uids = someUIDs(key)
        let choice: MailStore.ExpungeChoice =
            switch number(0...2) {
            case 0: .deleted
            case 1: .deletedAmong(uids)
            default: .all(uids)
            }
        let expected = (boxes[key]?.messages ?? [:]).filter { uid, message in
            switch choice {
            case .deleted: message.flags.contains(.deleted)
            case .deletedAmong: message.flags.contains(.deleted) && uids.contains(UID(rawValue: uid))
            case .all: uids.contains(UID(rawValue: uid))
            }
        }.keys.sorted()
        let outcome = try await test.mailStore.expunge(choice, from: key)
        #expect(outcome.uids.numbers == expected)
        #expect((outcome.modSeq == nil) == expected.isEmpty)
        if let modSeq = outcome.modSeq { try leave(expected, modSeq, key) }
    }

    private mutating func claim(_ test: TestStore, _ key: MailboxKey) async throws {
        let recent = try await test.mailStore.open(key, .claims).recent.numbers
        let box = boxes[key] ?? Mailbox()
        #expect(recent == box.messages.keys.filter { $0 >= box.recentFrom }.sorted())
        if !recent.isEmpty { boxes[key]?.recentFrom = box.uidNext }
    }

    // MARK: Comparing

    private mutating func compare(_ test: TestStore) async throws {
        for key in keys { try await compare(test, key, boxes[key] ?? Mailbox()) }
        try compareHeard()
    }

    private struct Flags: Hashable {
        let system: SystemFlags
        let keywords: [String]

        init(_ system: SystemFlags, _ keywords: [String]) { (self.system, self.keywords) = (system, keywords) }
    }

    /// What is remembered of a mailbox.
    private func flags(_ test: TestStore, _ key: MailboxKey) async throws -> [UInt32: Flags] {
        let mailStore = test.mailStore
        let flags = try await test.store.read { try mailStore.flags(of: key, .all, in: $0) }
        var messages: [UInt32: Flags] = [:]
        guard let flags else { return messages }
        flags.scan(1...UInt32.max) { message in
            let keywords = String(decoding: flags.keywords(inList: message.list), as: UTF8.self)
            messages[message.uid.rawValue] = Flags(message.flags, keywords.split(separator: " ").map(String.init))
            return .more
        }
        return messages
    }

    private mutating func compare(_ test: TestStore, _ key: MailboxKey, _ box: Mailbox) async throws {
        let snapshot = try await test.mailStore.open(key, .looks)
        #expect(snapshot == (try await MailStore(store: test.store).open(key, .looks)).with(snapshot.keywords))
        #expect(snapshot.uids.numbers == box.messages.keys.sorted())
        #expect(snapshot.uidNext == box.uidNext)
        #expect(
            snapshot.firstUnseen?.rawValue == box.messages.filter { !$0.value.flags.contains(.seen) }.keys.min())
        #expect(snapshot.recent.numbers == box.messages.keys.filter { $0 >= box.recentFrom }.sorted())
        #expect(Set(snapshot.keywords).isSuperset(of: box.messages.values.flatMap(\.keywords)))
        #expect(try await flags(test, key) == box.messages.mapValues { Flags($0.flags, $0.keywords) })
        let since = Int64(number(0...Int(clocks[key.account] ?? 0)))
        let (rows, changed, gone) = try await test.store.read { transaction in
            var rows: [UInt32: Message] = [:]
            try MailStore.rows(of: snapshot.uids, in: key, [.facts, .content], transaction) { row in
                rows[row.uid.rawValue] = Message(
                    email: row.email.rawValue, flags: row.flags, keywords: row.keywords, modSeq: row.modSeq.rawValue)
                #expect(row.content.count > 0)
                #expect(row.withEnvelope { !$0.isEmpty })
            }
            let modSeq = ModSeq(rawValue: since)
            return (
                rows, try MailStore.uids(changedSince: modSeq, of: key, in: transaction),
                try MailStore.expunged(since: modSeq, from: key, in: transaction)
            )
        }
        #expect(rows == box.messages)
        #expect(changed.numbers == box.messages.filter { $0.value.modSeq > since }.keys.sorted())
        if since >= box.floor {
            #expect(gone?.numbers == box.expunged.filter { $0.value > since }.keys.sorted())
        } else {
            #expect(gone == nil)
        }
    }

    /// What was heard, applied to what was heard before, is what there is: nothing twice, nothing lost, in order.
    private var heard: [MailboxKey: [UInt32: Int64]] = [:]

    private mutating func compareHeard() throws {
        for change in recorder.take() {
            switch change {
            case .arrived(let key, let uids, let modSeq):
                let last = heard[key]?.keys.max() ?? 0
                #expect(uids.first?.rawValue ?? 0 > last || heard[key]?.isEmpty ?? true)
                for uid in uids.numbers {
                    #expect(heard[key]?[uid] == nil)
                    heard[key, default: [:]][uid] = modSeq.rawValue
                }
            case .flags(let key, let uids, let modSeq):
                for uid in uids.numbers {
                    #expect(heard[key]?[uid] ?? .max < modSeq.rawValue)
                    heard[key]?[uid] = modSeq.rawValue
                }
            case .expunged(let key, let uids, let modSeq):
                for uid in uids.numbers {
                    #expect(heard[key]?[uid] ?? .max < modSeq.rawValue)
                    heard[key]?[uid] = nil
                }
            default: Issue.record("\(change)")
            }
        }
        for key in keys {
            #expect(heard[key] ?? [:] == boxes[key]?.messages.mapValues(\.modSeq) ?? [:])
        }
    }
}

extension MailboxSnapshot {
    /// The same with other keywords: those that messages had once are still remembered.
    fileprivate func with(_ keywords: [String]) -> MailboxSnapshot {
        MailboxSnapshot(
            key: key, uidValidity: uidValidity, uidNext: uidNext, highestModSeq: highestModSeq, uids: uids,
            recent: recent,
            firstUnseen: firstUnseen, keywords: keywords)
    }
}
