import AgentTestSupport
import IMAP
import MailCore
import Testing

@testable import IMAPServer

@Suite(.timeLimit(.minutes(2))) struct SelectTests {
    /// RFC 9051 §6.3.2, RFC 3501 §6.3.1, RFC 7162 §3.1.2.1, RFC 8474 §4.1.
    @Test func whatIsTold() async throws {
        try await withListener { listener, _ in
            for text in ["a", "b"] {
                try await listener.test.deliver("Subject: \(text)\r\n\r\n", to: "ana@example.test")
            }
            let client = try await listener.login()
            let lines = try await client.ask("SELECT inbox", "OK [READ-WRITE] ")
            #expect(lines.contains("* FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft)"))
            #expect(lines.contains("* 2 EXISTS"))
            #expect(lines.contains("* 2 RECENT"))
            #expect(lines.contains { $0.hasPrefix("* OK [UNSEEN 1] ") })
            #expect(lines.contains { $0.hasPrefix("* OK [UIDVALIDITY ") })
            #expect(lines.contains { $0.hasPrefix("* OK [UIDNEXT 3] ") })
            #expect(lines.contains { $0.hasPrefix("* OK [HIGHESTMODSEQ ") })
            #expect(lines.contains { $0.hasPrefix("* OK [MAILBOXID (") })
            let permanent = "* OK [PERMANENTFLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft \\*)] "
            #expect(lines.contains { $0.hasPrefix(permanent) })
        }
    }

    /// RFC 9051 §6.3.2: LIST, and neither RECENT nor UNSEEN.
    @Test func inRevision2() async throws {
        try await withListener { listener, _ in
            try await listener.test.deliver("Subject: a\r\n\r\n", to: "ana@example.test")
            let client = try await listener.login()
            try await client.ask("ENABLE IMAP4rev2")
            let lines = try await client.ask("SELECT INBOX")
            #expect(lines.contains("* LIST () \"/\" INBOX"))
            #expect(!lines.contains { $0.contains("RECENT") || $0.contains("[UNSEEN") })
        }
    }

    @Test func toLook() async throws {
        try await withListener { listener, _ in
            try await listener.test.deliver("Subject: a\r\n\r\n", to: "ana@example.test")
            let client = try await listener.login()
            let lines = try await client.ask("EXAMINE INBOX", "OK [READ-ONLY] ")
            #expect(lines.contains { $0.hasPrefix("* OK [PERMANENTFLAGS ()] ") })
            try await client.ask("STORE 1 +FLAGS (\\Seen)", "NO [READ-ONLY]")
            try await client.ask("EXPUNGE", "NO [READ-ONLY]")
            try await client.ask("CLOSE")
            // Looking takes \Recent from nobody (RFC 3501 §6.3.2).
            #expect(try await client.ask("SELECT INBOX").contains("* 1 RECENT"))
            #expect(try await client.ask("SELECT INBOX").contains("* 0 RECENT"))
        }
    }

    /// RFC 9051 §6.3.2: the old mailbox is closed, also where the new one is not there.
    @Test func oneAfterTheOther() async throws {
        try await withListener { listener, _ in
            let client = try await listener.login()
            try await client.ask("SELECT INBOX")
            #expect(try await client.ask("SELECT Sent").first?.hasPrefix("* OK [CLOSED] ") == true)
            try await client.ask("SELECT Nowhere", "NO [NONEXISTENT]")
            try await client.ask("CHECK", "BAD")
        }
    }

    /// RFC 3501 §2.3.2: one session is the first to be told of a message.
    @Test func recentToOne() async throws {
        try await withListener { listener, _ in
            let (one, other) = (try await listener.login(), try await listener.login())
            try await one.ask("SELECT INBOX")
            try await other.ask("SELECT INBOX")
            try await listener.test.deliver("Subject: a\r\n\r\n", to: "ana@example.test")
            #expect(try await one.ask("NOOP") == ["* 1 EXISTS", "* 1 RECENT"])
            #expect(try await other.ask("NOOP") == ["* 1 EXISTS", "* 0 RECENT"])
            try await one.ask("UNSELECT")
            #expect(try await one.ask("SELECT INBOX").contains("* 0 RECENT"))
        }
    }

    /// RFC 7162 §3.2.5.
    @Test func resynchronization() async throws {
        try await withListener { listener, _ in
            for number in 1...10 {
                try await listener.test.deliver("Subject: \(number)\r\n\r\n", to: "ana@example.test")
            }
            let client = try await listener.login()
            try await client.ask("SELECT INBOX (QRESYNC (1 1))", "BAD")
            try await client.ask("ENABLE QRESYNC")
            let lines = try await client.ask("SELECT INBOX")
            let life = try #require(lines.number(after: "* OK [UIDVALIDITY "))
            let modSeq = try #require(lines.number(after: "* OK [HIGHESTMODSEQ "))
            try await client.ask("CLOSE")
            let other = try await listener.login()
            try await other.ask("SELECT INBOX")
            try await other.ask("STORE 2,4,5 +FLAGS.SILENT (\\Deleted)")
            try await other.ask("EXPUNGE")
            try await other.ask("STORE 1 +FLAGS.SILENT (\\Flagged)")
            let missed = try await client.ask("SELECT INBOX (QRESYNC (\(life) \(modSeq)))")
            #expect(missed.contains("* VANISHED (EARLIER) 2,4:5"))
            #expect(missed.contains { $0.hasPrefix("* 1 FETCH (UID 1 FLAGS (\\Flagged) MODSEQ (") })
            #expect(missed.filter { $0.contains(" FETCH ") }.count == 1)
            // Only known messages are told of.
            let some = try await client.ask("SELECT INBOX (QRESYNC (\(life) \(modSeq) 3:4))")
            #expect(some.contains("* VANISHED (EARLIER) 4"))
            #expect(!some.contains { $0.contains(" FETCH ") })
            // Up to where numbers and UIDs match, expunges are known (RFC 7162 §3.2.5.2).
            let matched = try await client.ask("SELECT INBOX (QRESYNC (\(life) \(modSeq) 1:10 (1,2 1,3)))")
            #expect(matched.contains("* VANISHED (EARLIER) 4:5"))
            // Another life: nothing is told.
            let stranger = try await client.ask("SELECT INBOX (QRESYNC (\(life + 1) \(modSeq)))")
            #expect(!stranger.contains { $0.contains("VANISHED") || $0.contains(" FETCH ") })
        }
    }

    /// RFC 10022.
    @Test func batches() async throws {
        try await withListener { listener, _ in
            for number in 1...7 {
                try await listener.test.deliver("Subject: \(number)\r\n\r\n", to: "ana@example.test")
            }
            let client = try await listener.login()
            try await client.ask("SELECT INBOX")
            try await client.ask("STORE 2,6 +FLAGS.SILENT (\\Deleted)")
            try await client.ask("EXPUNGE")
            #expect(try await client.ask("UIDBATCHES 2") == ["* UIDBATCHES (TAG \"t\") 7:5,4:3,1:1"])
            #expect(try await client.ask("UIDBATCHES 2 2:2") == ["* UIDBATCHES (TAG \"t\") 4:3"])
        }
    }
}

extension [String] {
    /// The number behind the beginning of the first line that has it.
    func number(after prefix: String) -> Int64? {
        for line in self where line.hasPrefix(prefix) {
            return Int64(line.dropFirst(prefix.count).prefix { $0.isNumber })
        }
        return nil
    }
}
