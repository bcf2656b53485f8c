import AgentTestSupport
import IMAP
import MailCore
import MailStore
import Testing

@testable import IMAPServer

/// CREATE, DELETE, RENAME, STATUS, quotas and annotations over a connection.
@Suite struct MailboxVerbTests {
    @Test func creatingAndDeleting() async throws {
        try await withListener { listener, ana in
            let client = try await listener.login()
            // RFC 9051 §6.3.4.
            try await client.ask("CREATE owatagusiam/")
            try await client.ask("CREATE owatagusiam/blurdybloop", "OK [MAILBOXID (M\(ana.rawValue)-8)]")
            try await client.ask("CREATE owatagusiam/blurdybloop", "NO [ALREADYEXISTS]")
            try await client.ask("CREATE INBOX", "NO [ALREADYEXISTS]")
            try await client.ask("CREATE Users/x", "NO [CANNOT]")
            try await client.ask("CREATE a//b", "NO [CANNOT]")
            try await client.ask("DELETE INBOX", "NO [CANNOT]")
            try await client.ask("DELETE nothing", "NO [NONEXISTENT]")
            // RFC 9051 §6.3.5.
            try await client.ask("CREATE foo/bar")
            try await client.ask("DELETE foo")
            #expect(try await client.ask(#"LIST "" foo*"#) == [#"* LIST (\HasNoChildren) "/" foo/bar"#])
            try await client.ask("DELETE foo", "NO [NONEXISTENT]")
            try await client.ask("DELETE foo/bar")
            #expect(try await client.ask(#"LIST "" f%"#) == [])
        }
    }

    @Test func specialUses() async throws {
        try await withListener { listener, _ in
            let client = try await listener.login()
            // RFC 6154 §5.3.
            try await client.ask(#"CREATE Everything (USE (\All))"#, "NO [USEATTR]")
            try await client.ask(#"CREATE MySpecial (USE (\Drafts \Sent))"#, "NO [USEATTR]")
            try await client.ask(#"CREATE MySent (USE (\Sent))"#, "NO [USEATTR]")
            try await client.ask("DELETE Sent")
            try await client.ask(#"CREATE MySent (USE (\Sent))"#)
            #expect(
                try await client.ask(#"LIST (SPECIAL-USE) "" *S*"#) == [#"* LIST (\HasNoChildren \Sent) "/" MySent"#])
            // RFC 6154 §5.4.
            try await client.ask("CREATE SavedDrafts")
            #expect(
                try await client.ask("GETMETADATA Drafts /private/specialuse") == [
                    #"* METADATA Drafts (/private/specialuse "\\Drafts")"#
                ])
            #expect(
                try await client.ask(#"SETMETADATA SavedDrafts (/private/specialuse "\\Drafts")"#) == [
                    "* METADATA Drafts (/private/specialuse NIL)"
                ])
            try await client.ask("SETMETADATA MySent (/private/specialuse NIL)")
            #expect(
                try await client.ask(#"LIST (SPECIAL-USE) "" *S*"#) == [
                    #"* LIST (\HasNoChildren \Drafts) "/" SavedDrafts"#
                ])
            try await client.ask(#"SETMETADATA MySent (/private/specialuse "\\Flagged")"#, "NO [USEATTR]")
        }
    }

    /// RFC 9051 §6.3.6.
    @Test func renaming() async throws {
        try await withListener { listener, _ in
            let client = try await listener.login()
            for name in ["blurdybloop", "foo/bar", "INBOX/bar"] { try await client.ask("CREATE \(name)") }
            try await client.ask("DELETE foo")
            try await client.ask("RENAME blurdybloop sarasoop")
            try await client.ask("RENAME foo zowie")
            #expect(try await client.ask(#"LIST "" s*"#) == [#"* LIST (\HasNoChildren) "/" sarasoop"#])
            #expect(try await client.ask(#"LIST "" z*"#) == [#"* LIST (\HasNoChildren) "/" zowie/bar"#])
            #expect(try await client.ask(#"LIST "" z%"#) == [#"* LIST (\Noselect \HasChildren) "/" zowie"#])
            try await listener.test.deliver("\r\nx\r\n", to: "ana@example.test")
            try await client.ask("RENAME INBOX old-mail")
            #expect(try await client.ask("STATUS old-mail (MESSAGES)") == ["* STATUS old-mail (MESSAGES 1)"])
            #expect(try await client.ask("STATUS INBOX (MESSAGES)") == ["* STATUS INBOX (MESSAGES 0)"])
            #expect(try await client.ask(#"LIST "" INBOX*"#).count == 2)
            try await client.ask("RENAME nothing x", "NO [NONEXISTENT]")
            try await client.ask("RENAME sarasoop Sent", "NO [ALREADYEXISTS]")
            try await client.ask("RENAME sarasoop sarasoop/x", "NO [CANNOT]")
        }
    }

    @Test func status() async throws {
        try await withListener { listener, ana in
            try await listener.test.deliver("Subject: a\r\n\r\none\r\n", to: "ana@example.test")
            try await listener.test.deliver("Subject: b\r\n\r\ntwo\nthree\n", to: "ana@example.test")
            let client = try await listener.login()
            let mailbox = try #require(try await listener.test.mailStore.resolve("INBOX", for: ana))
            let items = "MESSAGES UIDNEXT UIDVALIDITY UNSEEN DELETED SIZE MAILBOXID RECENT HIGHESTMODSEQ"
            let size = mailbox.octets + 2
            #expect(
                try await client.ask("STATUS INBOX (\(items))") == [
                    """
                    * STATUS INBOX (MESSAGES 2 UIDNEXT 3 UIDVALIDITY \(TestStore.now) UNSEEN 2 DELETED 0 SIZE \(size) \
                    MAILBOXID (M\(ana.rawValue)-1) RECENT 2 HIGHESTMODSEQ \(mailbox.highestModSeq.rawValue))
                    """
                ])
            try await client.ask("SELECT INBOX")
            try await client.ask(#"STORE 1 +FLAGS.SILENT (\Deleted)"#)
            let first = try await listener.test.count("SELECT octets FROM message WHERE uid = 1")
            #expect(
                try await client.ask("STATUS INBOX (DELETED DELETED-STORAGE)") == [
                    "* STATUS INBOX (DELETED 1 DELETED-STORAGE \(first))"
                ])
            let limit = IMAPLimits().messageOctetsMax
            #expect(
                try await client.ask("STATUS Sent (APPENDLIMIT)") == ["* STATUS Sent (APPENDLIMIT \(limit))"])
            try await client.ask("STATUS nothing (MESSAGES)", "NO [NONEXISTENT]")
        }
    }

    @Test func quotas() async throws {
        try await withListener { listener, ana in
            let bob = try await listener.test.addAccount("bob@example.test", quotaBytes: 10 << 20)
            try await listener.test.deliver("Subject: a\r\n\r\none\r\n", to: "bob@example.test")
            let client = try await listener.login("bob@example.test")
            let full = #"* QUOTA "" (STORAGE 1 10240)"#
            #expect(try await client.ask(#"GETQUOTA """#) == [full])
            #expect(try await client.ask("GETQUOTAROOT INBOX") == [#"* QUOTAROOT INBOX """#, full])
            #expect(try await client.ask("GETQUOTAROOT not-there") == [#"* QUOTAROOT not-there """#, full])
            try await client.ask(#"GETQUOTA "ana@example.test""#, "NO")
            try await client.ask(#"SETQUOTA "" (STORAGE 512)"#, "NO [NOPERM]")
            // Another's quota is told to who may read its mailbox (RFC 9208 §6).
            let other = try await listener.login()
            #expect(try await other.ask("GETQUOTAROOT INBOX") == [#"* QUOTAROOT INBOX """#, #"* QUOTA "" ()"#])
            let name = "Users/bob@example.test/INBOX"
            try await other.ask("GETQUOTAROOT \(name)", "NO [NONEXISTENT]")
            try await client.ask("SETACL INBOX ana@example.test l")
            try await other.ask("GETQUOTAROOT \(name)", "NO [NOPERM]")
            try await client.ask("SETACL INBOX ana@example.test +r")
            #expect(
                try await other.ask("GETQUOTAROOT \(name)") == [
                    #"* QUOTAROOT \#(name) "bob@example.test""#, #"* QUOTA "bob@example.test" (STORAGE 1 10240)"#,
                ])
            #expect(bob != ana)
        }
    }

    /// RFC 5464 §4.
    @Test func annotations() async throws {
        try await withListener { listener, _ in
            let client = try await listener.login()
            try await client.ask(
                #"SETMETADATA INBOX (/private/comment "My own comment" /shared/comment "Shared comment")"#)
            #expect(
                try await client.ask(#"GETMETADATA "INBOX" /private/comment"#) == [
                    #"* METADATA INBOX (/private/comment "My own comment")"#
                ])
            #expect(
                try await client.ask(#"GETMETADATA "INBOX" (/shared/comment /private/comment)"#) == [
                    #"* METADATA INBOX (/shared/comment "Shared comment" /private/comment "My own comment")"#
                ])
            #expect(
                try await client.ask(#"GETMETADATA "" /shared/admin"#) == [
                    #"* METADATA "" (/shared/admin "mailto:postmaster@example.test")"#
                ])
            #expect(
                try await client.ask("GETMETADATA INBOX /shared/none") == ["* METADATA INBOX (/shared/none NIL)"])
            try await client.ask(
                #"SETMETADATA INBOX (/private/filters/values/small "SMALLER 5000" /private/filters/values/boss "x")"#)
            #expect(
                try await client.ask("GETMETADATA (DEPTH 1) INBOX (/private/filters/values)") == [
                    #"* METADATA INBOX (/private/filters/values/boss "x" /private/filters/values/small "SMALLER 5000")"#
                ])
            let long = String(repeating: "x", count: 2_199)
            try await client.ask(#"SETMETADATA INBOX (/shared/comment "\#(long)")"#)
            let lines = try await client.send("GETMETADATA (MAXSIZE 1024) INBOX (/shared/comment /private/comment)")
            #expect(lines.first == #"* METADATA INBOX (/private/comment "My own comment")"#)
            #expect(lines.last?.hasPrefix("t OK [METADATA LONGENTRIES 2199]") == true)
            try await client.ask("SETMETADATA INBOX (/private/comment NIL)")
            try await client.ask(#"SETMETADATA "" (/shared/comment "x")"#, "NO [NOPERM]")
            try await client.ask("SETMETADATA nothing (/private/comment NIL)", "NO [NONEXISTENT]")
            for number in 0..<98 { try await client.ask("SETMETADATA INBOX (/private/n\(number) \"1\")") }
            try await client.ask(#"SETMETADATA INBOX (/private/more "1")"#, "NO [METADATA TOOMANY]")
        }
    }
}
