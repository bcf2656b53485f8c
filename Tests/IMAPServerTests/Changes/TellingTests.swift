import AgentTestSupport
import IMAP
import MailCore
import ServerRuntime
import Testing

@testable import IMAPServer

/// What others change, and when it is told (RFC 9051 §5.2, §7.5.1).
@Suite(.timeLimit(.minutes(2))) struct TellingTests {
    private static func withTwo(
        _ body: (IMAPListener, IMAPClient, IMAPClient) async throws -> Void
    ) async throws {
        try await withListener { listener, _ in
            for text in ["a", "b", "c"] {
                try await listener.test.deliver("Subject: \(text)\r\n\r\n", to: "ana@example.test")
            }
            let (one, other) = (try await listener.login(), try await listener.login())
            try await one.ask("SELECT INBOX")
            try await other.ask("SELECT INBOX")
            try await body(listener, one, other)
        }
    }

    /// No number moves during FETCH, STORE and SEARCH; what is told has the numbers that the client knows.
    @Test func expungesWait() async throws {
        try await Self.withTwo { listener, one, other in
            try await one.ask("STORE 1 +FLAGS.SILENT (\\Deleted)")
            try await one.ask("EXPUNGE")
            try await listener.test.deliver("Subject: d\r\n\r\n", to: "ana@example.test")
            let lines = try await other.ask("STORE 3 +FLAGS (\\Seen)")
            #expect(lines == ["* 3 FETCH (FLAGS (\\Seen))", "* 4 EXISTS", "* 1 RECENT"])
            #expect(try await other.ask("UID STORE 4 +FLAGS (\\Seen)").contains("* 1 EXPUNGE"))
            #expect(try await other.ask("NOOP") == [])
        }
    }

    /// RFC 7162 §3.2: a client that leaves now must not believe that it knows of the expunge.
    @Test func theBoundOfKnowledge() async throws {
        try await Self.withTwo { _, one, other in
            try await other.ask("ENABLE QRESYNC")
            try await one.ask("ENABLE QRESYNC")
            try await one.ask("STORE 1 +FLAGS.SILENT (\\Deleted)")
            let expunge = try await one.send("EXPUNGE")
            let modSeq = try #require(expunge.number(after: "t OK [HIGHESTMODSEQ "))
            let lines = try await other.ask("STORE 3 +FLAGS (\\Seen)")
            #expect(lines.contains { $0.hasPrefix("* OK [HIGHESTMODSEQ \(modSeq - 1)] ") })
            #expect(try await other.ask("NOOP") == ["* VANISHED 1"])
        }
    }

    /// RFC 2177: at once.
    @Test func whileIdling() async throws {
        try await Self.withTwo { listener, one, other in
            try await other.connection.say("t IDLE\r\n")
            #expect(await other.hear() == "+ idling")
            try await listener.test.deliver("Subject: d\r\n\r\n", to: "ana@example.test")
            #expect(await other.hear() == "* 4 EXISTS")
            #expect(await other.hear() == "* 1 RECENT")
            try await one.ask("STORE 2 +FLAGS.SILENT (\\Seen \\Deleted)")
            #expect(await other.hear() == "* 2 FETCH (UID 2 FLAGS (\\Deleted \\Seen))")
            try await one.ask("EXPUNGE")
            #expect(await other.hear() == "* 2 EXPUNGE")
            try await other.connection.say("DONE\r\n")
            #expect(await other.responses() == ["t OK IDLE completed"])
        }
    }

    /// What happened before IDLE is told with it.
    @Test func beforeIdling() async throws {
        try await Self.withTwo { _, one, other in
            try await one.ask("STORE 2 +FLAGS.SILENT (\\Seen)")
            try await other.connection.say("t IDLE\r\n")
            #expect(await other.hear() == "+ idling")
            #expect(await other.hear() == "* 2 FETCH (UID 2 FLAGS (\\Seen))")
            try await other.connection.say("DONE\r\n")
            #expect(await other.responses() == ["t OK IDLE completed"])
        }
    }

    /// Without a mailbox there is nothing to tell, and IDLE is lawful.
    @Test func idlingWithoutAMailbox() async throws {
        try await withListener { listener, _ in
            let client = try await listener.login()
            try await client.connection.say("t IDLE\r\n")
            #expect(await client.hear() == "+ idling")
            try await client.connection.say("DONE\r\n")
            #expect(await client.responses() == ["t OK IDLE completed"])
        }
    }

    /// More than a session holds: it compares, and comes to the same.
    @Test func tooMuchToHold() async throws {
        try await withTestStore { test in
            try await test.addAccount("ana@example.test")
            let listener = try await IMAPListener(test, changesHeldMax: 3)
            for number in 1...6 {
                try await test.deliver("Subject: \(number)\r\n\r\n", to: "ana@example.test")
            }
            let (one, other) = (try await listener.login(), try await listener.login())
            try await one.ask("SELECT INBOX")
            try await other.ask("SELECT INBOX")
            try await one.ask("STORE 1 +FLAGS.SILENT (\\Seen)")
            try await one.ask("STORE 2:3 +FLAGS.SILENT (\\Deleted)")
            try await one.ask("EXPUNGE")
            for number in 7...10 {
                try await test.deliver("Subject: \(number)\r\n\r\n", to: "ana@example.test")
            }
            try await one.ask("STORE 4 +FLAGS.SILENT (\\Flagged)")
            let lines = try await other.ask("NOOP")
            #expect(lines.filter { $0.hasSuffix("EXPUNGE") } == ["* 3 EXPUNGE", "* 2 EXPUNGE"])
            #expect(lines.contains("* 8 EXISTS"))
            #expect(lines.contains("* 1 FETCH (UID 1 FLAGS (\\Seen))"))
            #expect(lines.contains("* 4 FETCH (UID 6 FLAGS (\\Flagged))"))
            #expect(try await other.ask("NOOP") == [])
            await listener.server.stop()
        }
    }

    /// A mailbox that another session deletes: its client is sent away, and the one that did it stays.
    @Test func theMailboxIsDeleted() async throws {
        try await withListener { listener, _ in
            let (one, other) = (try await listener.login(), try await listener.login())
            try await one.ask("CREATE Work")
            try await one.ask("SELECT Work")
            try await other.ask("SELECT Work")
            let lines = try await one.ask("DELETE Work")
            #expect(lines.contains { $0.hasPrefix("* OK [CLOSED] ") })
            try await one.ask("NOOP")
            try await one.ask("CHECK", "BAD")
            #expect(try await other.send("NOOP").first?.hasPrefix("* BYE ") == true)
        }
    }

    /// RFC 4314 §5.1.1: rights that change under a session.
    @Test func rightsChange() async throws {
        try await withListener { listener, _ in
            try await listener.test.addAccount("bob@example.test")
            let ana = try await listener.login()
            let bob = try await listener.login("bob@example.test")
            try await listener.test.deliver("Subject: a\r\n\r\n", to: "ana@example.test")
            try await ana.ask("SETACL INBOX bob@example.test lrswite")
            let name = "Users/ana@example.test/INBOX"
            try await bob.ask("SELECT \(name)", "OK [READ-WRITE]")
            try await bob.ask("STORE 1 +FLAGS (\\Flagged)")
            try await ana.ask("SETACL INBOX bob@example.test lrs")
            let lines = try await bob.ask("NOOP")
            #expect(lines.contains { $0.hasPrefix("* OK [PERMANENTFLAGS (\\Seen)] ") })
            try await bob.ask("STORE 1 +FLAGS (\\Flagged)", "NO [NOPERM]")
            try await ana.ask("DELETEACL INBOX bob@example.test")
            #expect(try await bob.send("NOOP").first?.hasPrefix("* BYE ") == true)
        }
    }
}
