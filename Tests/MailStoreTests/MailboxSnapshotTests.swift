import AgentTestSupport
import MailCore
import Storage
import Testing

@testable import MailStore

@Suite struct MailboxSnapshotTests {
    /// RFC 3501 §2.3.2: recent to the first session that selects the mailbox, not to one that looks only.
    @Test func recentMessagesAreClaimedOnce() async throws {
        try await withTestStore { test in
            let key = test.inboxKey(try await test.addAccount("ana@example.test"))
            try await test.append(3, to: key)
            #expect(try await test.mailStore.open(key, .looks).recent.numbers == [1, 2, 3])
            #expect(try await test.mailStore.open(key, .looks).recent.numbers == [1, 2, 3])
            #expect(try await test.store.read { try MailStore.recentCount(key, in: $0) } == 3)
            #expect(try await test.mailStore.open(key, .claims).recent.numbers == [1, 2, 3])
            #expect(try await test.mailStore.open(key, .claims).recent.isEmpty)
            try await test.append(2, to: key)
            #expect(try await test.store.read { try MailStore.recentCount(key, in: $0) } == 2)
            _ = try await test.mailStore.expunge(.all(.of(4)), from: key)
            #expect(try await test.mailStore.open(key, .looks).recent.numbers == [5])
            // A session that had the mailbox open told its client of message 5.
            #expect(try await test.mailStore.claimRecent(key, below: 6) == 4)
            #expect(try await test.mailStore.open(key, .claims).recent.isEmpty)
            // Copies are recent in their mailbox.
            _ = try await test.mailStore.copy(.of(1), from: key, to: key, savedAt: 1)
            #expect(try await test.mailStore.open(key, .claims).recent.numbers == [6])
            #expect(try await test.complaints() == [])
        }
    }

    /// Of sessions that select it at one time, one gets each message.
    @Test func recentMessagesGoToOneSession() async throws {
        try await withTestStore { test in
            let key = test.inboxKey(try await test.addAccount("ana@example.test"))
            try await test.append(4, to: key)
            let mailStore = test.mailStore
            let recent = try await withThrowingTaskGroup(of: [UInt32].self) { group in
                for _ in 0..<8 { group.addTask { try await mailStore.open(key, .claims).recent.numbers } }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(recent.sorted() == [1, 2, 3, 4])
        }
    }

    @Test func firstUnseenAndKeywords() async throws {
        try await withTestStore { test in
            let key = test.inboxKey(try await test.addAccount("ana@example.test"))
            let mailStore = test.mailStore
            #expect(try await mailStore.open(key, .looks).firstUnseen == nil)
            try await test.append(5, to: key)
            #expect(try await mailStore.open(key, .looks).firstUnseen == UID(rawValue: 1))
            _ = try await mailStore.setFlags(FlagChange(.add, [.seen]), of: .of(1, 2, 4), in: key)
            #expect(try await mailStore.open(key, .looks).firstUnseen == UID(rawValue: 3))
            _ = try await mailStore.expunge(.all(.of(3)), from: key)
            #expect(try await mailStore.open(key, .looks).firstUnseen == UID(rawValue: 5))
            _ = try await mailStore.setFlags(FlagChange(.remove, [.seen]), of: .of(2), in: key)
            #expect(try await mailStore.open(key, .looks).firstUnseen == UID(rawValue: 2))
            _ = try await mailStore.setFlags(
                FlagChange(.add, [.seen], keywords: [try keyword("$Forwarded"), try keyword("b")]),
                of: UIDSet(ranges: [1...9]), in: key)
            let snapshot = try await mailStore.open(key, .looks)
            #expect(snapshot.firstUnseen == nil)
            #expect(snapshot.keywords == ["$Forwarded", "b"])
            try await test.append(1, to: key, [.seen], keywords: [try keyword("B"), try keyword("c")])
            #expect(try await mailStore.open(key, .looks).keywords == ["$Forwarded", "b", "c"])
            #expect(try await mailStore.open(key, .looks).uids.ranges == [1...2, 4...6])
        }
    }

    /// What is remembered and what is read anew say the same, also when what went is forgotten.
    @Test func forgottenExpunges() async throws {
        try await withTestStore { test in
            let key = test.inboxKey(try await test.addAccount("ana@example.test"))
            var limits = MailStoreLimits()
            limits.expungedMax = 1
            let mailStore = MailStore(store: test.store, limits: limits)
            try await test.append(9, to: key)
            _ = try await mailStore.open(key, .looks)
            for uid in [UInt32(2), 4, 6] { _ = try await mailStore.expunge(.all(.of(uid)), from: key) }
            try await mailStore.forgetOldExpunges()
            #expect(try await mailStore.open(key, .looks).uids.numbers == [1, 3, 5, 7, 8, 9])
            #expect(
                try await mailStore.open(key, .looks) == MailStore(store: test.store).open(key, .looks))
        }
    }

    @Test func memoryIsBounded() async throws {
        try await withTestStore { test in
            let ana = try await test.addAccount("ana@example.test")
            var limits = MailStoreLimits()
            limits.cachedOctetsMax = 2000
            let mailStore = MailStore(store: test.store, limits: limits)
            for number in 1...6 {
                _ = try await mailStore.open(
                    MailboxKey(account: ana, mailbox: MailboxID(rawValue: Int64(number))), .looks)
                #expect(mailStore.cache.octets <= 2000)
            }
            #expect(mailStore.cache.octets > 0)
        }
    }
}
