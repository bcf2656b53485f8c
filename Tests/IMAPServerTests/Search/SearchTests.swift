import AgentTestSupport
import Delivery
import IMAP
import MailCore
import MailStore
import NIOCore
import Storage
import Testing

@testable import IMAPServer

@Suite struct SearchTests {
    /// Ana's INBOX with some messages, selected.
    private func withMailbox(
        _ texts: [String], _ body: (IMAPListener, IMAPClient) async throws -> Void
    ) async throws {
        try await withListener { listener, _ in
            for text in texts { try await listener.test.deliver(text, to: "ana@example.test") }
            let client = try await listener.login()
            try await client.ask("SELECT INBOX")
            try await body(listener, client)
            try await client.connection.close()
        }
    }

    private static let texts = [
        "From: Zoe <zoe@x.test>\r\nSubject: Tea\r\nDate: Mon, 1 Jan 2024 10:00:00 +0000\r\nMessage-ID: <a@x>\r\n\r\nthe first\r\n",
        "From: =?utf-8?Q?=C3=89mile?= <emile@x.test>\r\nSubject: Re: tea\r\nDate: Wed, 3 Jan 2024 10:00:00 +0000\r\nMessage-ID: <b@x>\r\nReferences: <a@x>\r\n\r\nthe second\r\n",
        "From: Adam <adam@x.test>\r\nSubject: Milk\r\nDate: Tue, 2 Jan 2024 10:00:00 +0000\r\nMessage-ID: <c@x>\r\n\r\nthe third, longer than others by far\r\n",
    ]

    @Test func search() async throws {
        try await withMailbox(Self.texts) { _, client in
            for (key, numbers) in [
                ("ALL", " 1 2 3"), ("TEXT \"second\"", " 2"), ("SUBJECT tea", " 1 2"), ("NOT SUBJECT tea", " 3"),
                ("FROM {6+}\r\némile", " 2"), ("OR BODY first BODY third", " 1 3"), ("HEADER Message-ID <c@x>", " 3"),
                ("HEADER References \"\"", " 2"), ("SENTON 2-Jan-2024", " 3"), ("SENTSINCE 2-Jan-2024", " 2 3"),
                ("1:2 UID 2:9", " 2"), ("2:400", " 2 3"), ("900:901", ""), ("LARGER 10 SMALLER 1000000", " 1 2 3"),
                ("UNSEEN BEFORE 14-Nov-2023", ""), ("ON 14-Nov-2023", " 1 2 3"), ("YOUNGER 60", " 1 2 3"),
                ("OLDER 60", ""), ("EMAILID E0", ""), ("EMAILID X", ""),
            ] {
                let found = try await client.ask("SEARCH \(key)").first
                #expect(found == "* SEARCH\(numbers)", "\(key)")
            }
            #expect(try await client.ask("UID SEARCH CHARSET UTF-8 ALL").first == "* SEARCH 1 2 3")
            #expect(try await client.send("SEARCH CHARSET KOI-7 ALL").last?.hasPrefix("t NO [BADCHARSET") == true)
        }
    }

    /// RFC 6203: words in any order, in other forms; the best first where that is asked for.
    @Test func fuzzy() async throws {
        let texts = [
            ("Lunch", "we have an invoice for the boat"), ("boat", "nothing"), ("The invoices, boats", "see there"),
            ("invoice for the boat", "as said: invoice for the boat"), ("else", "a boat. An invoice."),
        ].map { "From: a@x.test\r\nSubject: \($0)\r\n\r\n\($1)\r\n" }
        try await withMailbox(texts) { _, client in
            for (keys, numbers) in [
                ("TEXT \"invoice for the boat\"", " 1 4"), ("FUZZY TEXT \"invoice for the boat\"", " 1 4"),
                ("FUZZY TEXT \"boat invoice\"", " 1 3 4 5"),
                ("FUZZY TEXT \"boat invoice\" FROM a@x.test NOT 5", " 1 3 4"),
                ("FUZZY TEXT \"--\"", ""),
            ] {
                let found = try await client.ask("SEARCH \(keys)").first
                #expect(found == "* SEARCH\(numbers)", "\(keys)")
            }
            #expect(
                try await client.ask("SEARCH RETURN (RELEVANCY ALL) FUZZY TEXT \"boat, invoices\"").first
                    == "* ESEARCH (TAG \"t\") ALL 1,3:5 RELEVANCY (9 50 17 25)")
            #expect(try await client.ask("SORT (RELEVANCY) UTF-8 FUZZY TEXT invoice").first == "* SORT 4 3 5 1")
            #expect(
                try await client.ask("SORT RETURN (PARTIAL 1:2 RELEVANCY) (RELEVANCY) UTF-8 FUZZY TEXT invoice").first
                    == "* ESEARCH (TAG \"t\") PARTIAL (1:2 4,3) RELEVANCY (100 88)")
            #expect(
                try await client.ask("ESEARCH IN (personal) RETURN (ALL RELEVANCY) FUZZY SUBJECT boat").first?
                    .hasSuffix("UID ALL 2:4 RELEVANCY (84 92 100)") == true)
            #expect(try await client.send("SEARCH RETURN (RELEVANCY) TEXT a").last?.hasPrefix("t BAD") == true)
            #expect(try await client.send("SORT (RELEVANCY) UTF-8 ALL").last?.hasPrefix("t BAD") == true)
            #expect(try await client.ask("CAPABILITY").first?.contains(" SEARCH=FUZZY") == true)
        }
    }

    @Test func modSeq() async throws {
        try await withMailbox(Self.texts) { _, client in
            let first = try await client.ask("SEARCH MODSEQ 1")
            #expect(first.first?.hasPrefix("* SEARCH 1 2 3 (MODSEQ ") == true)
            #expect(try await client.ask("SEARCH MODSEQ 1 TEXT nowhere").first == "* SEARCH")
            let minimum = try await client.ask("SEARCH RETURN (MIN) MODSEQ 1").first ?? ""
            let all = try await client.ask("SEARCH RETURN (ALL) MODSEQ 1").first ?? ""
            #expect(minimum.hasPrefix("* ESEARCH (TAG \"t\") MIN 1 MODSEQ "))
            #expect(all.hasPrefix("* ESEARCH (TAG \"t\") ALL 1:3 MODSEQ "))
            #expect(minimum.split(separator: " ").last != all.split(separator: " ").last)
        }
    }

    /// RFC 4731, RFC 5182 §2.4, RFC 9394 §3.
    @Test func extendedSearch() async throws {
        try await withMailbox(Self.texts) { _, client in
            for (command, answer) in [
                ("SEARCH RETURN (MIN MAX COUNT) ALL", "MIN 1 MAX 3 COUNT 3"),
                ("SEARCH RETURN () SUBJECT tea", "ALL 1:2"), ("UID SEARCH RETURN (ALL) ALL", "UID ALL 1:3"),
                ("SEARCH RETURN (MIN COUNT) TEXT nowhere", "COUNT 0"),
                ("SEARCH RETURN (PARTIAL 1:2) ALL", "PARTIAL (1:2 1:2)"),
                ("SEARCH RETURN (PARTIAL -1:-2) ALL", "PARTIAL (-1:-2 2:3)"),
                ("SEARCH RETURN (PARTIAL 4:9) ALL", "PARTIAL (4:9 NIL)"),
                ("UID SORT RETURN () (REVERSE DATE) UTF-8 ALL", "UID ALL 2:3,1"),
                ("SORT RETURN (PARTIAL 1:2 COUNT) (DATE) UTF-8 ALL", "COUNT 3 PARTIAL (1:2 1,3)"),
            ] {
                #expect(try await client.ask(command).first == "* ESEARCH (TAG \"t\") \(answer)", "\(command)")
            }
            #expect(try await client.ask("SEARCH RETURN (SAVE) SUBJECT tea") == [])
            #expect(try await client.ask("SEARCH $").first == "* SEARCH 1 2")
            #expect(try await client.ask("SEARCH NOT $").first == "* SEARCH 3")
            #expect(try await client.ask("UID SEARCH UID $ TEXT second").first == "* SEARCH 2")
            try await client.ask("SEARCH RETURN (SAVE MAX) ALL")
            #expect(try await client.ask("SEARCH $").first == "* SEARCH 3")
            try await client.ask("SEARCH RETURN (SAVE PARTIAL 1:1 MAX) ALL")
            #expect(try await client.ask("SEARCH $").first == "* SEARCH 1 3")
            try await client.ask("ENABLE IMAP4rev2")
            #expect(try await client.ask("SEARCH TEXT nowhere").first == "* ESEARCH (TAG \"t\")")
        }
    }

    @Test func sortAndThread() async throws {
        try await withMailbox(Self.texts) { _, client in
            for (command, answer) in [
                ("SORT (SUBJECT DATE) UTF-8 ALL", "* SORT 3 1 2"), ("SORT (FROM) UTF-8 ALL", "* SORT 3 2 1"),
                ("SORT (REVERSE SUBJECT REVERSE DATE) UTF-8 ALL", "* SORT 2 1 3"),
                ("UID SORT (REVERSE SIZE) US-ASCII SUBJECT tea", "* SORT 2 1"),
                ("SORT (DISPLAYFROM) UTF-8 ALL", "* SORT 3 2 1"), ("SORT (ARRIVAL) UTF-8 ALL", "* SORT 1 2 3"),
                ("THREAD REFERENCES UTF-8 ALL", "* THREAD (1 2)(3)"),
                ("UID THREAD ORDEREDSUBJECT UTF-8 ALL", "* THREAD (1 2)(3)"),
                ("THREAD REFERENCES UTF-8 TEXT nowhere", "* THREAD"),
            ] {
                let found = try await client.ask(command).first
                #expect(found == answer, "\(command)")
            }
        }
    }

    /// RFC 5267 §4.3.
    @Test func contexts() async throws {
        try await withMailbox(Self.texts) { listener, client in
            let other = try await listener.login()
            try await other.ask("SELECT INBOX")
            #expect(
                try await client.ask("UID SEARCH RETURN (UPDATE COUNT) FLAGGED").first
                    == "* ESEARCH (TAG \"t\") UID COUNT 0")
            try await client.ask("UID SEARCH RETURN (UPDATE) ALL", "BAD")
            try await other.ask("STORE 2:3 +FLAGS (\\Flagged)")
            #expect(try await client.ask("NOOP").contains("* ESEARCH (TAG \"t\") UID ADDTO (0 2:3)"))
            // A change of the session's own counts as well.
            #expect(
                try await client.ask("STORE 2 -FLAGS (\\Flagged)").contains(
                    "* ESEARCH (TAG \"t\") UID REMOVEFROM (0 2)"))
            try await other.ask("STORE 3 +FLAGS (\\Deleted)")
            try await other.ask("EXPUNGE")
            let told = try await client.ask("NOOP")
            let removed = told.firstIndex(of: "* ESEARCH (TAG \"t\") UID REMOVEFROM (0 3)")
            let expunged = told.firstIndex(of: "* 3 EXPUNGE")
            #expect(removed != nil && expunged != nil && removed ?? 9 < expunged ?? 0)
            try await client.ask("CANCELUPDATE \"t\"")
            try await other.ask("STORE 1 +FLAGS (\\Flagged)")
            #expect(try await client.ask("NOOP").allSatisfy { !$0.contains("ESEARCH") })
            // New messages, and places in a sorted result.
            #expect(
                try await client.ask("UID SORT RETURN (UPDATE ALL) (REVERSE DATE) UTF-8 SUBJECT tea").first
                    == "* ESEARCH (TAG \"t\") UID ALL 2,1")
            let new = "Subject: Fwd: tea\r\nDate: Tue, 2 Jan 2024 12:00:00 +0000\r\n\r\nx\r\n"
            try await listener.test.deliver(new, to: "ana@example.test")
            // What was delivered is told when it can be read.
            var heard: [String] = []
            for _ in 0..<2_000 where heard.isEmpty { heard = try await client.ask("NOOP") }
            #expect(heard.contains("* 3 EXISTS"))
            #expect(heard.contains("* ESEARCH (TAG \"t\") UID ADDTO (2 4)"))
            try await other.connection.close()
        }
    }

    /// RFC 7377.
    @Test func multiSearch() async throws {
        try await withMailbox(Self.texts) { _, client in
            try await client.ask("COPY 1 Archive")
            let found = try await client.ask("ESEARCH IN (mailboxes (INBOX Archive Nowhere)) SUBJECT tea")
            #expect(found.count == 2)
            #expect(
                found.contains {
                    $0.hasPrefix("* ESEARCH (TAG \"t\" MAILBOX INBOX UIDVALIDITY ") && $0.hasSuffix(") UID ALL 1:2")
                })
            #expect(
                found.contains {
                    $0.hasPrefix("* ESEARCH (TAG \"t\" MAILBOX Archive UIDVALIDITY ") && $0.hasSuffix(") UID ALL 1")
                })
            #expect(try await client.ask("ESEARCH IN (personal) RETURN (COUNT) SUBJECT milk").count == 1)
            #expect(try await client.ask("ESEARCH RETURN (MIN) TEXT nowhere") == [])
            try await client.ask("UNSELECT")
            try await client.ask("ESEARCH ALL", "BAD")
            try await client.ask("ESEARCH IN (personal) RETURN (SAVE) ALL", "BAD")
        }
    }

    @Test func uidOnly() async throws {
        try await withMailbox(Self.texts) { _, client in
            try await client.ask("ENABLE UIDONLY")
            #expect(
                try await client.ask("UID SEARCH RETURN (ALL) SUBJECT tea").first == "* ESEARCH (TAG \"t\") UID ALL 1:2"
            )
            try await client.ask("SEARCH ALL", "BAD")
        }
    }
}
