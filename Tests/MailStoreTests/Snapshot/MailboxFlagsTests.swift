import AgentTestSupport
import MailCore
import Storage
import Testing

@testable import MailStore

@Suite struct MailboxFlagsTests {
    private struct Message: Equatable {
        var flags: SystemFlags
        var keywords: String
    }

    private static let keywords = ["", "", "$Junk", "$Junk blue", "blue", "blueish"]

    private func listing(_ flags: MailboxFlags, _ range: ClosedRange<UInt32> = 1...UInt32.max) -> [UInt32: Message] {
        var listing: [UInt32: Message] = [:]
        var last: UInt32 = 0
        flags.scan(range) { message in
            #expect(message.uid.rawValue > last)
            last = message.uid.rawValue
            let keywords = String(decoding: flags.keywords(inList: message.list), as: UTF8.self)
            listing[last] = Message(flags: message.flags, keywords: keywords)
            return .more
        }
        return listing
    }

    private func withKeywords<T>(_ text: String, _ body: (UnsafeRawBufferPointer) -> T) -> T {
        Array(text.utf8).withUnsafeBytes(body)
    }

    @Test func emptyMailbox() {
        var flags = MailboxFlags()
        flags.set([])
        flags.remove(.of(1, 7))
        #expect(listing(flags) == [:])
        #expect(flags.uids.isEmpty)
    }

    @Test func scanningEndsWhenAsked() {
        var flags = MailboxFlags()
        for uid: UInt32 in [1, 2, 5] { withKeywords("") { flags.append(UID(rawValue: uid), .seen, keywords: $0) } }
        var met: [UInt32] = []
        flags.scan(2...9) { message in
            met.append(message.uid.rawValue)
            return .enough
        }
        #expect(met == [2])
    }

    /// Appended to, changed and taken from, it is what a dictionary is.
    @Test(arguments: 0..<20 as Range<UInt64>) func followsLikeADictionary(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var flags = MailboxFlags()
        var model: [UInt32: Message] = [:]
        var next: UInt32 = 1
        func message() -> Message {
            // Some mailboxes have no keywords at all.
            let most = seed % 4 == 0 ? 0 : Self.keywords.count - 1
            return Message(
                flags: SystemFlags(rawValue: .random(in: 0..<32, using: &random)),
                keywords: Self.keywords[Int.random(in: 0...most, using: &random)])
        }
        for _ in 0..<60 {
            switch Int.random(in: 0..<4, using: &random) {
            case 0, 1:
                for _ in 0..<Int.random(in: 1...20, using: &random) {
                    next += Int.random(in: 0..<5, using: &random) == 0 ? 3 : 1
                    let new = message()
                    withKeywords(new.keywords) { flags.append(UID(rawValue: next), new.flags, keywords: $0) }
                    model[next] = new
                }
            case 2:
                // Some are not there, before, between and behind those that are.
                let uids = Set((0..<8).map { _ in UInt32.random(in: 0...(next + 3), using: &random) })
                let changes = uids.shuffled(using: &random).map { uid in
                    let new = message()
                    if model[uid] != nil { model[uid] = new }
                    return withKeywords(new.keywords) { flags.change(UID(rawValue: uid), new.flags, keywords: $0) }
                }
                flags.set(changes)
            default:
                let uids = (0..<6).map { _ in UInt32.random(in: 0...(next + 3), using: &random) }
                flags.remove(UIDSet(uids.map(UID.init(rawValue:))))
                for uid in uids { model[uid] = nil }
            }
            #expect(flags.uids.numbers == model.keys.sorted())
            #expect(listing(flags) == model)
            let lower = UInt32.random(in: 0...next, using: &random)
            let range = lower...UInt32.random(in: lower...(next + 2), using: &random)
            #expect(listing(flags, range) == model.filter { range.contains($0.key) })
        }
    }

    @Test func keywordsAreComparedWithoutCase() throws {
        var flags = MailboxFlags()
        for (uid, keywords) in [(1, ""), (2, "$Junk Blue"), (3, "blueish"), (4, "blue")] as [(UInt32, String)] {
            withKeywords(keywords) { flags.append(UID(rawValue: uid), [], keywords: $0) }
        }
        let having = flags.having(try #require(Keyword("BLUE")))
        var found: [UInt32] = []
        flags.scan(1...9) { message in
            if having(message) { found.append(message.uid.rawValue) }
            return .more
        }
        #expect(found == [2, 4])
    }

    /// Nothing but what is remembered is asked for a few messages; all are read for all.
    @Test func whatIsNotRemembered() async throws {
        try await withTestStore { test in
            let key = test.inboxKey(try await test.addAccount("ana@example.test"))
            try await test.append(3, to: key, .flagged)
            let mailStore = test.mailStore
            #expect(try await test.store.read { try mailStore.flags(of: key, .remembered, in: $0) == nil })
            let all = try await test.store.read { try mailStore.flags(of: key, .all, in: $0) }
            #expect(listing(try #require(all)).values.allSatisfy { $0.flags == .flagged })
            #expect(try await test.store.read { try mailStore.flags(of: key, .remembered, in: $0) != nil })
            let nowhere = MailboxKey(account: key.account, mailbox: MailboxID(rawValue: 99))
            #expect(try await test.store.read { try mailStore.flags(of: nowhere, .all, in: $0) == nil })
        }
    }

    /// A transaction that began before what is remembered sees its own.
    @Test func anOlderSnapshotIsNotTold() async throws {
        try await withTestStore { test in
            let key = test.inboxKey(try await test.addAccount("ana@example.test"))
            try await test.append(3, to: key)
            let mailStore = test.mailStore
            _ = try await mailStore.open(key, .looks)
            let before = try await mailStore.open(key, .looks).highestModSeq
            _ = try await mailStore.setFlags(FlagChange(.add, .seen), of: .of(2), in: key)
            let now = try await test.store.read { try mailStore.flags(of: key, .all, in: $0) }
            #expect(listing(try #require(now))[2]?.flags == .seen)
            let old = try await test.store.change { transaction in
                try transaction.run("UPDATE mailbox SET mod_seq = ?1", .integer(before.rawValue))
                return try mailStore.flags(of: key, .all, in: transaction)
            }
            #expect(old == nil)
        }
    }

    /// Changes of most messages are read as a whole.
    @Test func manyChanges() async throws {
        try await withTestStore { test in
            let key = test.inboxKey(try await test.addAccount("ana@example.test"))
            try await test.append(200, to: key)
            let mailStore = test.mailStore
            _ = try await mailStore.open(key, .looks)
            for (count, flag) in [(100, SystemFlags.seen), (150, .flagged), (3, .deleted)] as [(UInt32, SystemFlags)] {
                let uids = UIDSet(ranges: [1...count])
                _ = try await mailStore.setFlags(
                    FlagChange(.add, flag, keywords: [try #require(Keyword("all"))]), of: uids, in: key)
                let flags = try await test.store.read { try mailStore.flags(of: key, .remembered, in: $0) }
                let told = listing(try #require(flags)).map { "\($0) \($1.flags.rawValue) \($1.keywords)" }
                #expect(try await Set(told) == Set(test.listing(key)))
            }
            #expect(try await mailStore.open(key, .looks).keywords == ["all"])
        }
    }
}
