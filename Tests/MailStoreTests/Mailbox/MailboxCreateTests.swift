import AgentTestSupport
import MailCore
import Storage
import Testing

@testable import MailStore

/// Mailboxes are made.
@Suite struct MailboxCreateTests {
    @Test func namesAboveAreMadeToo() async throws {
        try await withTestStore { test in
            let ana = try await test.addAccount("ana@example.test")
            let made = try await test.mailStore.create("foo/bar/zap", for: ana, now: TestStore.now)
            #expect(made.name == "foo/bar/zap")
            #expect(made.rights == .all)
            #expect(made.objectID == "M\(ana.rawValue)-9")
            let names = try await test.mailStore.list(for: ana).map(\.name)
            #expect(names == ["Archive", "Drafts", "INBOX", "Junk", "Sent", "Trash", "foo", "foo/bar", "foo/bar/zap"])
            #expect(try await test.complaints() == [])
        }
    }

    @Test func aNameMadeAnewHasAnotherLife() async throws {
        try await withTestStore { test in
            let ana = try await test.addAccount("ana@example.test")
            var lives: [UInt32] = []
            var numbers: [MailboxID] = []
            for _ in 0..<5 {
                let made = try await test.mailStore.create("Work", for: ana, now: TestStore.now)
                lives.append(made.uidValidity.rawValue)
                numbers.append(made.key.mailbox)
                try await test.mailStore.delete("Work", for: ana)
            }
            #expect(Set(lives).count == 5)
            #expect(lives == lives.sorted())
            #expect(Set(numbers).count == 5)
        }
    }

    static let refused: [(String, MailStoreError)] = [
        ("INBOX", .mailboxExists("INBOX")), ("inbox", .mailboxExists("INBOX")), ("Sent", .mailboxExists("Sent")),
        ("Users", .reservedMailboxName("Users")), ("Shared", .reservedMailboxName("Shared")),
        ("Users/nobody@example.test/x", .notPermitted("Users/nobody@example.test/x")),
        ("Users/x", .reservedMailboxName("Users/x")), ("", .badMailboxName("")), ("a//b", .badMailboxName("a//b")),
    ]

    @Test(arguments: refused) func namesThatAreRefused(_ name: String, _ error: MailStoreError) async throws {
        try await withTestStore { test in
            let ana = try await test.addAccount("ana@example.test")
            let before = try await test.mailStore.mailboxes(ana)
            await #expect(throws: error) { try await test.mailStore.create(name, for: ana, now: TestStore.now) }
            #expect(try await test.mailStore.mailboxes(ana) == before)
        }
    }

    /// A combining mark behind the separator makes one character of both: it is a separator all the same.
    @Test func marksHideNoSeparator() async throws {
        try await withTestStore { test in
            let ana = try await test.addAccount("ana@example.test")
            try await test.mailStore.create("a/\u{301}b", for: ana, now: TestStore.now)
            let names = try await test.mailStore.list(for: ana).map(\.name)
            #expect(names.contains("a"))
            await #expect(throws: MailStoreError.notPermitted("Users/\u{301}x/y/z")) {
                try await test.mailStore.create("Users/\u{301}x/y/z", for: ana, now: TestStore.now)
            }
        }
    }

    @Test func mailboxesAreLimited() async throws {
        try await withTestStore { test in
            let ana = try await test.addAccount("ana@example.test")
            var limits = MailStoreLimits()
            limits.mailboxesMax = 8
            let store = MailStore(store: test.store, limits: limits)
            try await store.create("a/b", for: ana, now: TestStore.now)
            await #expect(throws: MailStoreError.tooManyMailboxes(8)) {
                try await store.create("c", for: ana, now: TestStore.now)
            }
        }
    }

    @Test func oneMailboxForEachUse() async throws {
        try await withTestStore { test in
            let ana = try await test.addAccount("ana@example.test")
            await #expect(throws: MailStoreError.specialUseTaken(.sent, by: "Sent")) {
                try await test.mailStore.create("Enviados", for: ana, specialUse: .sent, now: TestStore.now)
            }
            try await test.mailStore.delete("Sent", for: ana)
            let made = try await test.mailStore.create("Enviados", for: ana, specialUse: .sent, now: TestStore.now)
            #expect(made.specialUse == .sent)
        }
    }

    /// Each mailbox is noted by itself: the log does not grow with the square of their number.
    @Test func theLogGrowsEvenly() async throws {
        try await withTestStore { test in
            let ana = try await test.addAccount("ana@example.test")
            func grown(by names: Range<Int>) async throws -> Int64 {
                let before = try await test.count("SELECT applied_offset FROM log_state")
                for name in names { try await test.mailStore.create("f\(name)", for: ana, now: TestStore.now) }
                return try await test.count("SELECT applied_offset FROM log_state") - before
            }
            let first = try await grown(by: 0..<50)
            _ = try await grown(by: 50..<300)
            let last = try await grown(by: 300..<350)
            #expect(last < first * 3 / 2)
        }
    }
}
