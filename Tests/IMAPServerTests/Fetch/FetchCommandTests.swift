import AgentTestSupport
import Foundation
import MailCore
import Storage
import Testing

@testable import IMAPServer

/// FETCH over connections.
@Suite(.timeLimit(.minutes(3))) struct FetchCommandTests {
    private static func withThree(
        _ body: (IMAPListener, IMAPClient) async throws -> Void
    ) async throws {
        try await withListener { listener, _ in
            for text in ["a", "b", "c"] {
                try await listener.test.deliver("Subject: \(text)\r\n\r\nbody \(text)\r\n", to: "ana@example.test")
            }
            let client = try await listener.login()
            try await client.ask("SELECT INBOX")
            try await body(listener, client)
        }
    }

    /// RFC 9051 §6.4.5: `\Seen` is set, and told along; others hear of it.
    @Test func readingSetsSeen() async throws {
        try await Self.withThree { listener, one in
            let other = try await listener.login()
            try await other.ask("SELECT INBOX")
            #expect(
                try await one.ask("FETCH 1 BODY[TEXT]") == [
                    "* 1 FETCH (BODY[TEXT] {8}", "body a", " FLAGS (\\Seen \\Recent))",
                ])
            #expect(try await one.ask("FETCH 1 BODY[TEXT]") == ["* 1 FETCH (BODY[TEXT] {8}", "body a", ")"])
            #expect(try await one.ask("FETCH 2 BODY.PEEK[TEXT]") == ["* 2 FETCH (BODY[TEXT] {8}", "body b", ")"])
            #expect(try await one.ask("FETCH 2 RFC822.HEADER").last == ")")
            #expect(
                try await one.ask("UID FETCH 2:3 (FLAGS BINARY[1]<0.4>)") == [
                    "* 2 FETCH (UID 2 FLAGS (\\Seen \\Recent) BINARY[1]<0> {4}", "body)",
                    "* 3 FETCH (UID 3 FLAGS (\\Seen \\Recent) BINARY[1]<0> {4}", "body)",
                ])
            #expect(try await one.ask("NOOP") == [])
            #expect(
                try await other.ask("NOOP") == [
                    "* 1 FETCH (UID 1 FLAGS (\\Seen))", "* 2 FETCH (UID 2 FLAGS (\\Seen))",
                    "* 3 FETCH (UID 3 FLAGS (\\Seen))",
                ])
        }
    }

    /// A mailbox that is only looked at stays as it is.
    @Test func examineLeavesUnseen() async throws {
        try await Self.withThree { _, client in
            try await client.ask("EXAMINE INBOX")
            #expect(try await client.ask("FETCH 1 BODY[TEXT]") == ["* 1 FETCH (BODY[TEXT] {8}", "body a", ")"])
            #expect(try await client.ask("FETCH 1 FLAGS") == ["* 1 FETCH (FLAGS ())"])
        }
    }

    /// RFC 7162 §3.2.4: a client of CONDSTORE hears UID and MODSEQ of what it has changed by reading.
    @Test func readingTellsModSeq() async throws {
        try await Self.withThree { _, client in
            try await client.ask("ENABLE CONDSTORE")
            let lines = try await client.ask("FETCH 2 BODY[TEXT]")
            #expect(lines.last?.hasPrefix(" FLAGS (\\Seen \\Recent) UID 2 MODSEQ (") == true)
        }
    }

    /// Changes of others that a FETCH has told are not told again.
    @Test func whatWasToldIsNotToldAgain() async throws {
        try await Self.withThree { listener, one in
            let other = try await listener.login()
            try await other.ask("SELECT INBOX")
            try await other.ask("STORE 1 +FLAGS (\\Flagged)")
            #expect(try await one.ask("FETCH 1 FLAGS") == ["* 1 FETCH (FLAGS (\\Flagged \\Recent))"])
            #expect(try await one.ask("NOOP") == [])
        }
    }

    /// RFC 9051 §7.3.5: keywords that the client does not know are told before the messages that have them.
    @Test func unknownKeywords() async throws {
        try await Self.withThree { listener, client in
            try await listener.test.store.change {
                _ = try $0.run("UPDATE message SET keywords = 'blue' WHERE uid = 2")
            }
            let all = "\\Answered \\Flagged \\Deleted \\Seen \\Draft"
            let lines = try await client.ask("FETCH 2 FLAGS")
            #expect(lines.first == "* FLAGS (\(all) blue)")
            #expect(lines.last == "* 2 FETCH (FLAGS (blue \\Recent))")
            #expect(try await client.ask("FETCH 2 FLAGS") == ["* 2 FETCH (FLAGS (blue \\Recent))"])
        }
    }

    /// RFC 9051 §7.5.1: no EXPUNGE during FETCH; what is gone is left out.
    @Test func expungedMeanwhile() async throws {
        try await Self.withThree { listener, one in
            let other = try await listener.login()
            try await other.ask("SELECT INBOX")
            try await other.ask("STORE 2 +FLAGS.SILENT (\\Deleted)")
            try await other.ask("EXPUNGE")
            let lines = try await one.send("FETCH 1:3 (UID)")
            #expect(lines == ["* 1 FETCH (UID 1)", "* 3 FETCH (UID 3)", "t OK [EXPUNGEISSUED] Some messages are gone"])
            #expect(try await one.send("NOOP").first == "* 2 EXPUNGE")
        }
    }

    /// RFC 7162 §3.2.6.
    @Test func vanished() async throws {
        try await Self.withThree { listener, one in
            try await one.ask("ENABLE QRESYNC")
            let before = try await listener.test.count("SELECT max(mod_seq) FROM message")
            try await one.ask("STORE 2 +FLAGS.SILENT (\\Deleted)")
            try await one.ask("EXPUNGE")
            try await one.ask("STORE 2 +FLAGS.SILENT (\\Flagged)")
            let lines = try await one.ask("UID FETCH 1:300 (FLAGS) (CHANGEDSINCE \(before) VANISHED)")
            #expect(lines.first == "* VANISHED (EARLIER) 2")
            #expect(lines.count == 2)
            #expect(lines.last?.hasPrefix("* 2 FETCH (UID 3 FLAGS (\\Flagged \\Recent) MODSEQ (") == true)
            // Where history is forgotten, what is not there is gone.
            try await listener.test.store.change { _ = try $0.run("UPDATE mailbox SET expunged_floor = mod_seq") }
            try await listener.test.deliver("Subject: d\r\n\r\n", to: "ana@example.test")
            let all = try await one.ask("UID FETCH 1:300 (FLAGS) (CHANGEDSINCE 1 VANISHED)")
            #expect(all.first == "* VANISHED (EARLIER) 2")
        }
    }

    /// RFC 9586: no sequence numbers.
    @Test func uidOnly() async throws {
        try await Self.withThree { _, client in
            try await client.ask("ENABLE UIDONLY")
            #expect(
                try await client.ask("UID FETCH 2:3 (FLAGS)") == [
                    "* 2 UIDFETCH (FLAGS (\\Recent))", "* 3 UIDFETCH (FLAGS (\\Recent))",
                ])
            try await client.ask("FETCH 1 (FLAGS)", "BAD [UIDREQUIRED]")
        }
    }

    /// What cannot be decoded fails the command (RFC 3516 §4.3).
    @Test func unknownEncoding() async throws {
        try await Self.withThree { listener, client in
            try await listener.test.deliver(
                "Subject: d\r\nContent-Transfer-Encoding: x-secret\r\n\r\nx\r\n", to: "ana@example.test")
            try await client.ask("SELECT INBOX")
            try await client.ask("FETCH 4 BINARY.PEEK[1]", "NO [UNKNOWN-CTE]")
            try await client.ask("FETCH 4 BODY.PEEK[1]", "OK")
        }
    }

    @Test func wrongNumbers() async throws {
        try await Self.withThree { _, client in
            try await client.ask("FETCH 4 FLAGS", "BAD")
            try await client.ask("FETCH 1:4294967295 FLAGS", "BAD")
            #expect(try await client.ask("UID FETCH 4:4294967295 FLAGS") == [])
            #expect(try await client.ask("UID FETCH 7:* (UID)") == ["* 3 FETCH (UID 3)"])
            #expect(try await client.ask("FETCH 1,2,1 (UID)") == ["* 1 FETCH (UID 1)", "* 2 FETCH (UID 2)"])
        }
    }

    /// A message that is too large to be held arrives as it is.
    @Test func largeMessage() async throws {
        try await withListener { listener, _ in
            let line = String(repeating: "0123456789", count: 7) + "\r\n"
            let body = String(repeating: line, count: 8_000_000 / line.utf8.count)
            try await listener.test.deliver("Subject: a\r\n\r\n" + body, to: "ana@example.test")
            let client = try await listener.login()
            try await client.ask("SELECT INBOX")
            try await client.connection.say("t FETCH 1 (BODY.PEEK[TEXT] UID)\r\n")
            let text = await client.connection.hear("t OK")
            #expect(text == "* 1 FETCH (BODY[TEXT] {\(body.utf8.count)}\r\n\(body) UID 1)\r\nt OK")
        }
    }
}
