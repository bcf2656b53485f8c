import AgentTestSupport
import MailCore
import Testing

@testable import IMAPServer

@Suite(.timeLimit(.minutes(2))) struct StoreTests {
    private static func withThree(
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

    /// RFC 9051 §6.4.6.
    @Test func addTakeAwayReplace() async throws {
        try await Self.withThree { _, one, other in
            #expect(
                try await one.ask("STORE 1:2 +FLAGS (\\Seen \\Deleted)") == [
                    "* 1 FETCH (FLAGS (\\Deleted \\Seen \\Recent))", "* 2 FETCH (FLAGS (\\Deleted \\Seen \\Recent))",
                ])
            #expect(try await one.ask("STORE 2 -FLAGS (\\Deleted)") == ["* 2 FETCH (FLAGS (\\Seen \\Recent))"])
            #expect(try await one.ask("STORE 1 FLAGS (\\Flagged)") == ["* 1 FETCH (FLAGS (\\Flagged \\Recent))"])
            #expect(try await one.ask("STORE 3 +FLAGS.SILENT (\\Draft)") == [])
            #expect(
                try await one.ask("UID STORE 3 -FLAGS (\\Draft)") == ["* 3 FETCH (UID 3 FLAGS (\\Recent))"])
            // What it did itself is told to the other alone.
            #expect(try await one.ask("NOOP") == [])
            let told = try await other.ask("NOOP")
            #expect(
                told == [
                    "* 1 FETCH (UID 1 FLAGS (\\Flagged))", "* 2 FETCH (UID 2 FLAGS (\\Seen))",
                    "* 3 FETCH (UID 3 FLAGS ())",
                ])
            try await one.ask("STORE 4 +FLAGS (\\Seen)", "BAD")
            #expect(try await one.ask("UID STORE 4 +FLAGS (\\Seen)") == [])
        }
    }

    /// RFC 9051 §7.3.5: keywords that come into use are told by FLAGS.
    @Test func keywords() async throws {
        try await Self.withThree { _, one, other in
            let all = "\\Answered \\Flagged \\Deleted \\Seen \\Draft $Work"
            let lines = try await one.ask("STORE 1 +FLAGS ($Work)")
            #expect(lines.first == "* FLAGS (\(all))")
            #expect(lines.last == "* 1 FETCH (FLAGS ($Work \\Recent))")
            #expect(try await other.ask("NOOP").first == "* FLAGS (\(all))")
            #expect(try await other.ask("SELECT INBOX").contains("* FLAGS (\(all))"))
        }
    }

    /// RFC 7162 §3.1.3.
    @Test func onlyWhatDidNotChange() async throws {
        try await Self.withThree { _, one, other in
            let modSeq = try #require(
                try await other.ask("SELECT INBOX (CONDSTORE)").number(after: "* OK [HIGHESTMODSEQ "))
            try await one.ask("STORE 2 +FLAGS.SILENT (\\Flagged)")
            let lines = try await other.send("STORE 1:3 (UNCHANGEDSINCE \(modSeq)) +FLAGS.SILENT (\\Seen)")
            #expect(lines.last?.hasPrefix("t OK [MODIFIED 2] ") == true)
            #expect(lines.contains { $0.hasPrefix("* 1 FETCH (UID 1 MODSEQ (") })
            #expect(lines.contains { $0.hasPrefix("* 2 FETCH (UID 2 FLAGS (\\Flagged) MODSEQ (") })
            #expect(lines.contains { $0.hasPrefix("* 3 FETCH (UID 3 MODSEQ (") })
            #expect(try await other.ask("NOOP") == [])
        }
    }

    /// RFC 9051 §7.1: others' expunges cannot be told now, and are named.
    @Test func messagesThatAreGone() async throws {
        try await Self.withThree { _, one, other in
            try await one.ask("STORE 1 +FLAGS.SILENT (\\Deleted)")
            #expect(try await one.ask("EXPUNGE") == ["* 1 EXPUNGE"])
            let lines = try await other.send("STORE 1:2 +FLAGS (\\Seen)")
            #expect(lines.filter { $0.hasPrefix("* ") } == ["* 2 FETCH (FLAGS (\\Seen))"])
            #expect(lines.last?.hasPrefix("t OK [EXPUNGEISSUED] ") == true)
            #expect(try await other.ask("NOOP") == ["* 1 EXPUNGE"])
            #expect(try await other.ask("UID STORE 1:3 +FLAGS.SILENT (\\Draft)") == [])
        }
    }
}
