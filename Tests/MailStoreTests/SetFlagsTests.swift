import AgentTestSupport
import MailCore
import Storage
import Testing

@testable import MailStore

@Suite struct SetFlagsTests {
    /// What is there, what is asked for, and what comes of it.
    static let changes: [(before: String, change: FlagChange, after: String)] = {
        func words(_ text: String...) -> [Keyword] { text.compactMap { Keyword($0) } }
        return [
            ("1 ", FlagChange(.add, [.flagged]), "5 "),
            ("1 ", FlagChange(.add, [.seen]), "1 "),
            ("5 ", FlagChange(.remove, [.seen, .draft]), "4 "),
            ("5 ", FlagChange(.replace, [.answered]), "2 "),
            ("5 a,b", FlagChange(.replace, []), "0 "),
            ("0 ", FlagChange(.add, [], keywords: words("b", "a")), "0 a,b"),
            ("0 a", FlagChange(.add, [], keywords: words("A", "c", "C")), "0 a,c"),
            ("0 A,b", FlagChange(.remove, [], keywords: words("a", "x")), "0 b"),
            ("0 A,b", FlagChange(.replace, [.seen], keywords: words("a", "c")), "1 A,c"),
            // Only what is in scope is touched (RFC 4314 §4).
            ("9 a", FlagChange(.replace, [.flagged], within: FlagScope([.seen], keywords: .none)), "8 a"),
            ("9 a", FlagChange(.replace, [], within: FlagScope([.deleted], keywords: .all)), "1 "),
            (
                "0 ",
                FlagChange(.add, [.seen, .deleted], keywords: words("k"), within: FlagScope([.seen], keywords: .none)),
                "1 "
            ),
            ("8 ", FlagChange(.remove, [.deleted], within: FlagScope([.seen], keywords: .all)), "8 "),
        ]
    }()

    @Test(arguments: changes) func change(_ before: String, _ change: FlagChange, _ after: String) async throws {
        try await withTestStore { test in
            let key = test.inboxKey(try await test.addAccount("ana@example.test"))
            let parts = before.split(separator: " ", omittingEmptySubsequences: false)
            let flags = SystemFlags(rawValue: UInt8(parts[0]) ?? 0)
            try await test.append(
                1, to: key, flags, keywords: parts[1].split(separator: ",").compactMap { Keyword($0) })
            let clock = try await test.mailStore.open(key, .looks).highestModSeq
            let outcome = try await test.mailStore.setFlags(change, of: .of(1), in: key)
            #expect(try await test.listing(key) == ["1 \(after)"])
            let now = try await test.mailStore.open(key, .looks).highestModSeq
            #expect(outcome.messages.map(\.modSeq) == [now])
            #expect(outcome.messages.map(\.difference) == [before == after ? .unchanged : .changed])
            #expect((now == clock) == (before == after))
            #expect(try await test.complaints() == [])
        }
    }

    /// RFC 7162 §3.1.3: messages that were changed later are named, the others are changed.
    @Test func unchangedSince() async throws {
        try await withTestStore { test in
            let key = test.inboxKey(try await test.addAccount("ana@example.test"))
            try await test.append(6, to: key)
            _ = try await test.mailStore.setFlags(FlagChange(.add, [.seen]), of: .of(3, 4), in: key)
            let since = try await test.mailStore.open(key, .looks).highestModSeq
            _ = try await test.mailStore.setFlags(FlagChange(.add, [.seen]), of: .of(2, 5), in: key)
            let outcome = try await test.mailStore.setFlags(
                FlagChange(.add, [.flagged]), of: UIDSet(ranges: [1...5, 9...12]), in: key, unchangedSince: since)
            #expect(outcome.modified == .of(2, 5))
            #expect(outcome.changed == .of(1, 3, 4))
            #expect(try await test.listing(key) == ["1 4 ", "2 1 ", "3 5 ", "4 5 ", "5 1 ", "6 0 "])
            let none = try await test.mailStore.setFlags(
                FlagChange(.add, [.draft]), of: .of(1, 6), in: key, unchangedSince: ModSeq(rawValue: 0))
            #expect(none.modified == .of(1, 6))
            #expect(none.messages.isEmpty)
            #expect(try await test.complaints() == [])
        }
    }

    /// Several transactions, each of which stops in the middle of a range.
    @Test func manyMessagesInPieces() async throws {
        try await withTestStore { test in
            let key = test.inboxKey(try await test.addAccount("ana@example.test"))
            try await test.append(25, to: key)
            _ = try await test.mailStore.expunge(.all(.of(4, 5, 11)), from: key)
            _ = try await test.mailStore.setFlags(FlagChange(.add, [.seen]), of: .of(8, 17), in: key)
            var limits = MailStoreLimits()
            limits.changedTogetherMax = 4
            let mailStore = MailStore(store: test.store, limits: limits)
            let recorder = ChangeRecorder()
            let subscription = recorder.listen(test, key.account)
            let outcome = try await mailStore.setFlags(
                FlagChange(.add, [.seen]), of: UIDSet(ranges: [2...9, 12...22, 24...24]), in: key)
            subscription.cancel()
            #expect(outcome.messages.count == 18)
            #expect(outcome.changed.numbers == [2, 3, 6, 7, 9] + Array(12...16) + Array(18...22) + [24])
            let seen = try await test.listing(key).filter { $0.contains(" 1 ") }.count
            #expect(seen == 18)
            var heard = UIDSet()
            for change in recorder.take() {
                guard case .flags(key, let uids, _) = change else {
                    Issue.record("\(change)")
                    continue
                }
                #expect(heard.intersection(uids).isEmpty)
                heard = heard.union(uids)
            }
            #expect(heard == outcome.changed)
            #expect(try await test.complaints() == [])
        }
    }

    @Test func limitsAndMissingMailboxes() async throws {
        try await withTestStore { test in
            let key = test.inboxKey(try await test.addAccount("ana@example.test"))
            try await test.append(2, to: key)
            let many = (0...200).compactMap { Keyword("k\($0)") }
            await #expect(throws: MailStoreError.tooManyKeywords) {
                _ = try await test.mailStore.setFlags(FlagChange(.add, [.seen], keywords: many), of: .of(1), in: key)
            }
            #expect(try await test.listing(key) == ["1 0 ", "2 0 "])
            let nowhere = MailboxKey(account: key.account, mailbox: MailboxID(rawValue: 99))
            await #expect(throws: MailStoreError.self) {
                _ = try await test.mailStore.setFlags(FlagChange(.add, [.seen]), of: .of(1), in: nowhere)
            }
            await #expect(throws: MailStoreError.self) { _ = try await test.mailStore.open(nowhere, .claims) }
        }
    }
}
