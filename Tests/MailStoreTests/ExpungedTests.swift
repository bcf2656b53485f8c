import AgentTestSupport
import Delivery
import Directory
import MailCore
import Storage
import Testing

@testable import MailStore

@Suite struct ExpungedTests {
    private func expunged(
        since modSeq: Int64, _ account: AccountID, _ test: TestStore
    ) async throws -> MailStore.ExpungeHistory {
        try await test.store.read {
            try MailStore.expunged(since: ModSeq(rawValue: modSeq), from: .inbox, account, in: $0)
        }
    }

    /// Delivers and expunges so many messages, one by one; the clock before each expunge.
    private func fill(_ test: TestStore, _ account: AccountID, count: Int) async throws -> [Int64] {
        var clocks: [Int64] = []
        for _ in 0..<count { try await test.deliver("\r\nx\r\n", to: "ana@example.test") }
        for number in 1...count {
            clocks.append(try await test.mailStore.mailboxes(account)[0].highestModSeq.rawValue)
            try await test.mailStore.expunge([UID(rawValue: UInt32(number))], from: .inbox, account)
        }
        return clocks
    }

    @Test func whoComesBackLearnsWhatWent() async throws {
        try await withTestStore { test in
            let ana = try await test.addAccount("ana@example.test")
            let clocks = try await fill(test, ana, count: 4)
            #expect(try await expunged(since: 0, ana, test) == .known((1...4).map { UID(rawValue: $0) }))
            #expect(try await expunged(since: clocks[2], ana, test) == .known([UID(rawValue: 3), UID(rawValue: 4)]))
            #expect(try await expunged(since: clocks[3] + 1, ana, test) == .known([]))
        }
    }

    @Test(arguments: [1, 2, 100])
    func theOldestAreForgottenAndSaidToBe(deletedTogether: Int) async throws {
        try await withTestStore { test in
            let ana = try await test.addAccount("ana@example.test")
            let clocks = try await fill(test, ana, count: 10)
            var limits = MailStoreLimits()
            limits.expungedMax = 4
            limits.deletedTogetherMax = deletedTogether
            let mailStore = MailStore(store: test.store, limits: limits)
            #expect(try await mailStore.forgetOldExpunges() == 6)
            #expect(try await mailStore.forgetOldExpunges() == 0)
            #expect(try await test.count("SELECT count(*) FROM expunged") == 4)
            #expect(try await expunged(since: clocks[5], ana, test) == .forgotten)
            #expect(try await expunged(since: clocks[6], ana, test) == .known((7...10).map { UID(rawValue: $0) }))
            #expect(try await test.complaints() == [])
        }
    }

    /// Messages that went together have one tick of the clock: half of them would be no answer.
    @Test func whatWentTogetherIsForgottenTogether() async throws {
        try await withTestStore { test in
            let ana = try await test.addAccount("ana@example.test")
            for _ in 0..<6 { try await test.deliver("\r\nx\r\n", to: "ana@example.test") }
            let before = try await test.mailStore.mailboxes(ana)[0].highestModSeq.rawValue
            try await test.mailStore.expunge((1...6).map { UID(rawValue: $0) }, from: .inbox, ana)
            var limits = MailStoreLimits()
            limits.expungedMax = 4
            #expect(try await MailStore(store: test.store, limits: limits).forgetOldExpunges() == 6)
            #expect(try await expunged(since: before, ana, test) == .forgotten)
            #expect(try await expunged(since: before + 1, ana, test) == .known([]))
        }
    }

    @Test func aRebuildHasForgottenEverything() async throws {
        let folder = TestFolder()
        var ana = AccountID(rawValue: 0)
        var clock: Int64 = 0
        try await withTestStore(folder) { test in
            ana = try await test.addAccount("ana@example.test")
            clock = try await fill(test, ana, count: 3)[2] + 1
            #expect(try await expunged(since: clock, ana, test) == .known([]))
        }
        try folder.removeDatabase()
        #expect(try MailSystemStore.rebuild(folder.path).problems.isEmpty)
        try await withTestStore(folder) { test in
            #expect(try await expunged(since: clock, ana, test) == .forgotten)
            let now = try await test.mailStore.mailboxes(ana)[0].highestModSeq.rawValue
            #expect(try await expunged(since: now, ana, test) == .known([]))
        }
    }
}
