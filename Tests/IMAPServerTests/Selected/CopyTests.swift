import AgentTestSupport
import MailCore
import Testing

@testable import IMAPServer

@Suite(.timeLimit(.minutes(2))) struct CopyTests {
    private static func withThree(
        _ body: (IMAPListener, IMAPClient, IMAPClient) async throws -> Void
    ) async throws {
        try await withListener { listener, _ in
            for text in ["a", "b", "c"] {
                try await listener.test.deliver("Subject: \(text)\r\n\r\n", to: "ana@example.test")
            }
            let (one, other) = (try await listener.login(), try await listener.login())
            try await one.ask("SELECT INBOX")
            try await body(listener, one, other)
        }
    }

    /// RFC 9051 §6.4.7, RFC 4315 §3.
    @Test func copies() async throws {
        try await Self.withThree { _, one, other in
            let life = try #require(try await other.ask("SELECT Archive").number(after: "* OK [UIDVALIDITY "))
            try await one.ask("STORE 2 +FLAGS.SILENT (\\Flagged $Work)")
            let lines = try await one.send("COPY 1:2 Archive")
            #expect(lines == ["t OK [COPYUID \(life) 1:2 1:2] COPY completed"])
            #expect(try await other.ask("NOOP").contains("* 2 EXISTS"))
            #expect(try await other.ask("UID STORE 2 +FLAGS (\\Seen)").last?.contains("\\Flagged \\Seen $Work") == true)
            #expect(try await one.send("UID COPY 99 Archive") == ["t OK UID COPY completed"])
            try await one.ask("COPY 4 Archive", "BAD")
            try await one.ask("COPY 1 Nowhere", "NO [TRYCREATE]")
            // Into the mailbox itself.
            let own = try await one.send("COPY 1 INBOX")
            #expect(own.contains("* 4 EXISTS"))
            #expect(own.last?.contains("COPYUID") == true)
        }
    }

    /// RFC 6851 §3, §4.3: COPYUID first, then the expunges, all at once.
    @Test func moves() async throws {
        try await Self.withThree { _, one, other in
            let life = try #require(try await other.ask("SELECT Archive").number(after: "* OK [UIDVALIDITY "))
            let lines = try await one.send("MOVE 1,3 Archive")
            #expect(
                lines == [
                    "* OK [COPYUID \(life) 1,3 1:2] Moved", "* 3 EXPUNGE", "* 1 EXPUNGE", "t OK MOVE completed",
                ])
            #expect(try await other.ask("NOOP").contains("* 2 EXISTS"))
            #expect(try await other.ask("EXAMINE INBOX").contains("* 1 EXISTS"))
        }
    }

    /// RFC 4315 §2.1, RFC 7162 §3.2.7, §3.2.9.
    @Test func expunges() async throws {
        try await Self.withThree { _, one, other in
            try await one.ask("STORE 1:3 +FLAGS.SILENT (\\Deleted)")
            #expect(try await one.ask("UID EXPUNGE 2") == ["* 2 EXPUNGE"])
            try await one.ask("ENABLE QRESYNC")
            let lines = try await one.send("EXPUNGE")
            #expect(lines.first == "* VANISHED 1,3")
            #expect(lines.last?.hasPrefix("t OK [HIGHESTMODSEQ ") == true)
            #expect(try await one.send("EXPUNGE") == ["t OK EXPUNGE completed"])
            #expect(try await other.ask("SELECT INBOX").contains("* 0 EXISTS"))
        }
    }

    /// RFC 9051 §6.4.1, §6.4.2.
    @Test func closing() async throws {
        try await Self.withThree { _, one, other in
            try await one.ask("STORE 1:2 +FLAGS.SILENT (\\Deleted)")
            #expect(try await one.ask("UNSELECT") == [])
            #expect(try await other.ask("SELECT INBOX").contains("* 3 EXISTS"))
            try await one.ask("SELECT INBOX")
            #expect(try await one.ask("CLOSE") == [])
            #expect(try await other.ask("NOOP") == ["* 2 EXPUNGE", "* 1 EXPUNGE"])
        }
    }
}
