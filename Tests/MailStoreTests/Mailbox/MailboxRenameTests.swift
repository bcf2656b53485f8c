import AgentTestSupport
import MailCore
import Storage
import Testing

@testable import MailStore

/// Mailboxes get other names.
@Suite struct MailboxRenameTests {
    private static func names(_ test: TestStore, _ account: AccountID) async throws -> [String] {
        let given = ["Archive", "Drafts", "INBOX", "Junk", "Sent", "Trash"]
        return try await test.mailStore.list(for: account).map(\.name).filter { !given.contains($0) }
    }

    @Test func childrenMoveAlong() async throws {
        try await withTestStore { test in
            let ana = try await test.addAccount("ana@example.test")
            for name in ["foo/bar/baz", "foobar", "foo!"] {
                try await test.mailStore.create(name, for: ana, now: TestStore.now)
            }
            let before = try #require(try await test.mailStore.resolve("foo/bar", for: ana))
            try await test.mailStore.rename("foo", to: "a/b", for: ana, now: TestStore.now)
            #expect(try await Self.names(test, ana) == ["a", "a/b", "a/b/bar", "a/b/bar/baz", "foo!", "foobar"])
            let after = try #require(try await test.mailStore.resolve("a/b/bar", for: ana))
            #expect(after.objectID == before.objectID)
            #expect(after.uidValidity == before.uidValidity)
            #expect(try await test.complaints() == [])
        }
    }

    /// A name without a mailbox can be renamed for what is below it (RFC 9051 §6.3.6's first example).
    @Test func levelsWithoutAMailbox() async throws {
        try await withTestStore { test in
            let ana = try await test.addAccount("ana@example.test")
            try await test.mailStore.create("foo/bar", for: ana, now: TestStore.now)
            try await test.mailStore.delete("foo", for: ana)
            let renamed = try await test.mailStore.rename("foo", to: "zowie", for: ana, now: TestStore.now)
            #expect(renamed == nil)
            #expect(try await Self.names(test, ana) == ["zowie/bar"])
        }
    }

    static let refused: [(String, String, MailStoreError)] = [
        ("nothing", "x", .noSuchMailbox("nothing")), ("a", "Sent", .mailboxExists("Sent")),
        ("a", "a", .mailboxExists("a")), ("a", "a/b/c", .cannotRename("a", to: "a/b/c")),
        ("a", "c", .mailboxExists("c/b")), ("a", "Users/x/y", .notPermitted("Users/x/y")),
        ("a", "Shared", .reservedMailboxName("Shared")), ("a", "x//y", .badMailboxName("x//y")),
    ]

    @Test(arguments: refused) func renamesThatAreRefused(
        _ name: String, _ newName: String, _ error: MailStoreError
    ) async throws {
        try await withTestStore { test in
            let ana = try await test.addAccount("ana@example.test")
            try await test.mailStore.create("a/b", for: ana, now: TestStore.now)
            try await test.mailStore.create("c/b", for: ana, now: TestStore.now)
            try await test.mailStore.delete("c", for: ana)
            let before = try await test.mailStore.mailboxes(ana)
            await #expect(throws: error) {
                try await test.mailStore.rename(name, to: newName, for: ana, now: TestStore.now)
            }
            #expect(try await test.mailStore.mailboxes(ana) == before)
        }
    }

    /// A child's name must not grow too long.
    @Test func limitsHoldForChildren() async throws {
        try await withTestStore { test in
            let ana = try await test.addAccount("ana@example.test")
            let long = String(repeating: "x", count: 600)
            try await test.mailStore.create("a/\(long)", for: ana, now: TestStore.now)
            await #expect(throws: MailStoreError.badMailboxName("\(long)/\(long)")) {
                try await test.mailStore.rename("a", to: long, for: ana, now: TestStore.now)
            }
        }
    }

    /// INBOX stays, with what is below it; its messages go (RFC 9051 §6.3.6's second example).
    @Test func inboxStays() async throws {
        try await withTestStore { test in
            let ana = try await test.addAccount("ana@example.test")
            for number in 1...3 { try await test.deliver("\r\n\(number)\r\n", to: "ana@example.test") }
            try await test.mailStore.create("INBOX/bar", for: ana, now: TestStore.now)
            let inbox = MailboxKey(account: ana, mailbox: .inbox)
            try await test.mailStore.annotate(.mailbox(inbox), for: ana, [("/private/comment", Array("mine".utf8))])
            let made = try #require(
                try await test.mailStore.rename("INBOX", to: "old-mail", for: ana, now: TestStore.now))
            #expect(made.messages == 3)
            #expect(try await test.mailStore.resolve("INBOX", for: ana)?.messages == 0)
            #expect(try await Self.names(test, ana) == ["INBOX/bar", "old-mail"])
            for key in [inbox, made.key] {
                let kept = try await test.mailStore.annotations(
                    of: .mailbox(key), for: ana, ["/private/comment"], depth: 0)
                #expect(kept.map(\.value) == [Array("mine".utf8)])
            }
            #expect(try await test.complaints() == [])
        }
    }
}
