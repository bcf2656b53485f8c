import AgentTestSupport
import Directory
import MailCore
import Storage
import Testing

@testable import MailStore

/// Notes on mailboxes and on the server.
@Suite struct AnnotationTests {
    private static func read(
        _ test: TestStore, _ subject: AnnotationSubject, _ account: AccountID, _ entries: String..., depth: Int? = 0
    ) async throws -> [String] {
        try await test.mailStore.annotations(of: subject, for: account, entries, depth: depth).map {
            "\($0.entry)=\(String(decoding: $0.value, as: UTF8.self))"
        }
    }

    private static func set(
        _ test: TestStore, _ subject: AnnotationSubject, _ account: AccountID, _ entry: String, _ value: String?
    ) async throws {
        try await test.mailStore.annotate(subject, for: account, [(entry, value.map { Array($0.utf8) })])
    }

    @Test func privateAndShared() async throws {
        try await withTestStore { test in
            let ana = try await test.addAccount("ana@example.test")
            let bob = try await test.addAccount("bob@example.test")
            let inbox = AnnotationSubject.mailbox(MailboxKey(account: ana, mailbox: .inbox))
            try await Self.set(test, inbox, ana, "/shared/comment", "all")
            try await Self.set(test, inbox, ana, "/private/comment", "ana")
            try await Self.set(test, inbox, bob, "/private/comment", "bob")
            #expect(
                try await Self.read(test, inbox, ana, "/shared/comment", "/private/comment") == [
                    "/shared/comment=all", "/private/comment=ana",
                ])
            #expect(try await Self.read(test, inbox, bob, "/private", depth: nil) == ["/private/comment=bob"])
            try await Self.set(test, .server, ana, "/private/x", "mine")
            #expect(try await Self.read(test, .server, bob, "/private/x") == [])
            #expect(try await Self.read(test, .server, ana, "/private/x") == ["/private/x=mine"])
            #expect(
                try await Self.read(test, .server, bob, "/shared/admin") == [
                    "/shared/admin=mailto:postmaster@example.test"
                ])
            try await Self.set(test, inbox, ana, "/private/comment", nil)
            #expect(try await Self.read(test, inbox, ana, "/private/comment") == [])
            _ = try await test.directory.removeAccount(try address("bob@example.test"))
            #expect(try await test.count("SELECT count(*) FROM annotation WHERE reader = 2") == 0)
        }
    }

    @Test func depths() async throws {
        try await withTestStore { test in
            let ana = try await test.addAccount("ana@example.test")
            let inbox = AnnotationSubject.mailbox(MailboxKey(account: ana, mailbox: .inbox))
            for name in ["/private/a", "/private/a/b", "/private/a/b/c", "/private/a!", "/private/ab"] {
                try await Self.set(test, inbox, ana, name, "1")
            }
            #expect(try await Self.read(test, inbox, ana, "/private/a") == ["/private/a=1"])
            #expect(
                try await Self.read(test, inbox, ana, "/private/a", depth: 1) == ["/private/a=1", "/private/a/b=1"])
            #expect(
                try await Self.read(test, inbox, ana, "/private/a", "/private/a/b", depth: nil) == [
                    "/private/a=1", "/private/a/b=1", "/private/a/b/c=1",
                ])
        }
    }

    @Test func limits() async throws {
        try await withTestStore { test in
            let ana = try await test.addAccount("ana@example.test")
            let inbox = AnnotationSubject.mailbox(MailboxKey(account: ana, mailbox: .inbox))
            var limits = MailStoreLimits()
            limits.annotationsMax = 2
            limits.annotationOctetsMax = 10
            let store = MailStore(store: test.store, limits: limits)
            await #expect(throws: MailStoreError.annotationTooLong(10)) {
                try await store.annotate(inbox, for: ana, [("/private/a", Array(repeating: 65, count: 11))])
            }
            // All or none (RFC 5464 §4.3).
            await #expect(throws: MailStoreError.tooManyAnnotations(2)) {
                try await store.annotate(
                    inbox, for: ana, [("/private/a", [65]), ("/private/b", [65]), ("/private/c", [65])])
            }
            #expect(try await test.count("SELECT count(*) FROM annotation") == 0)
            try await store.annotate(inbox, for: ana, [("/private/a", [65]), ("/private/b", [65])])
            try await store.annotate(inbox, for: ana, [("/private/a", [66])])
            try await store.annotate(inbox, for: ana, [("/shared/c", [65])])
        }
    }

    /// RFC 6154 §5.4.
    @Test func specialUsesMove() async throws {
        try await withTestStore { test in
            let ana = try await test.addAccount("ana@example.test")
            let bob = try await test.addAccount("bob@example.test")
            let saved = try await test.mailStore.create("SavedDrafts", for: ana, now: TestStore.now)
            let use = "/private/specialuse"
            let drafts = AnnotationSubject.mailbox(MailboxKey(account: ana, mailbox: MailboxID(rawValue: 2)))
            #expect(try await Self.read(test, drafts, ana, use) == ["\(use)=\\Drafts"])
            let losers = try await test.mailStore.annotate(
                .mailbox(saved.key), for: ana, [(use, Array("\\drafts".utf8))])
            #expect(losers == ["Drafts"])
            #expect(try await Self.read(test, drafts, ana, use) == [])
            #expect(try await test.mailStore.resolve("SavedDrafts", for: ana)?.specialUse == .drafts)
            try await Self.set(test, .mailbox(saved.key), ana, use, nil)
            #expect(try await test.mailStore.resolve("SavedDrafts", for: ana)?.specialUse == nil)
            for value in ["\\All", "\\Drafts \\Sent", "x"] {
                await #expect(throws: MailStoreError.noSuchSpecialUse) {
                    try await Self.set(test, drafts, ana, use, value)
                }
            }
            await #expect(throws: MailStoreError.notPermitted("INBOX")) {
                try await Self.set(test, drafts, bob, use, "\\Drafts")
            }
        }
    }
}
