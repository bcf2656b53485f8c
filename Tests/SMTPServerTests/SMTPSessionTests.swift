import AgentTestSupport
import Delivery
import Directory
import MailCore
import MailQueue
import MailStore
import SMTP
import ServerRuntime
import Storage
import Testing

@testable import SMTPServer

@Suite(.timeLimit(.minutes(2))) struct SMTPSessionTests {
    @Test func aMessageArrives() async throws {
        try await withListener { listener in
            let ana = try await listener.test.addAccount("ana@example.test")
            let client = try await listener.connect()
            try await client.play(
                """
                S: 220 mail.example.test ESMTP Paloma ready
                C: HELO client.example
                S: 250 mail.example.test
                C: MAIL FROM:<s@a.example>
                S: 250 2.1.0 *
                C: RCPT TO:<Ana+tag@EXAMPLE.test>
                S: 250 2.1.5 *
                C: DATA
                S: 354 *
                C: Subject: hi
                C:
                C: ..dot
                C: .
                S: 250 2.0.0 Ok: queued as *
                C: QUIT
                S: 221 2.0.0 *
                """)
            #expect(await client.hearAll() == "")
            let text = try #require(try await listener.test.inbox(ana).first)
            let lines = text.split(separator: "\r\n", omittingEmptySubsequences: false).map(String.init)
            #expect(lines[0] == "Return-Path: <s@a.example>")
            #expect(lines[1].lowercased() == "delivered-to: ana+tag@example.test")
            let received = lines.firstIndex { $0.hasPrefix("Received:") } ?? 0
            #expect(lines[received] == "Received: from client.example ([127.0.0.1])")
            #expect(lines[received + 1].hasPrefix("\tby mail.example.test (Paloma) with SMTP id 0000"))
            #expect(lines[received + 2].lowercased() == "\tfor <ana+tag@example.test>;")
            #expect(lines[received + 3] == "\tTue, 14 Nov 2023 22:13:20 +0000")
            #expect(Array(lines[(received + 4)...]) == ["Subject: hi", "", ".dot", ""])
            #expect(try await listener.test.complaints() == [])
        }
    }

    @Test func whomWeTakeMailFor() async throws {
        try await withListener { listener in
            try await listener.test.addAccount("ana@example.test")
            try await listener.test.addAccount("off@example.test")
            _ = try await listener.test.directory.setState(try address("off@example.test"), to: .disabled)
            try await listener.test.addList("empty@example.test")
            try await listener.test.addAccount("full@example.test", quotaBytes: 10)
            try await listener.test.addAccount("tight@example.test", quotaBytes: 5000)
            try await listener.test.deliver("\r\nfull\r\n", to: "full@example.test")
            let client = try await listener.client()
            try await client.play(
                """
                C: MAIL FROM:<> SIZE=10000
                S: 250 2.1.0 *
                C: RCPT TO:<nobody@example.test>
                S: 550 5.1.1 <nobody@example.test>: no such user here
                C: RCPT TO:<x@elsewhere.example>
                S: 550 5.7.1 <x@elsewhere.example>: relaying denied*
                C: RCPT TO:<off@example.test>
                S: 550 5.2.1 *
                C: RCPT TO:<empty@example.test>
                S: 550 5.2.4 *
                C: RCPT TO:<full@example.test>
                S: 552 5.2.3 *
                C: RCPT TO:<tight@example.test>
                S: 552 5.2.3 *
                C: DATA
                S: 554 *
                C: RSET
                S: 250 *
                C: MAIL FROM:<>
                S: 250 *
                C: RCPT TO:<full@example.test>
                S: 452 4.2.2 *
                C: RCPT TO:<Postmaster>
                S: 250 *
                C: QUIT
                S: 221 *
                """)
        }
    }

    @Test func aliasesAndListsElsewhereAreQueued() async throws {
        try await withListener { listener in
            let ana = try await listener.test.addAccount("ana@example.test")
            try await listener.test.addAlias("far@example.test", to: "x@elsewhere.example")
            try await listener.test.addList("news@example.test", members: "ana@example.test", "y@elsewhere.example")
            let client = try await listener.client()
            try await client.play(
                """
                C: MAIL FROM:<s@a.example> BODY=8BITMIME RET=HDRS ENVID=QQ314159
                S: 250 *
                C: RCPT TO:<far@example.test> NOTIFY=SUCCESS,DELAY ORCPT=rfc822;far+40example.test
                S: 250 *
                C: RCPT TO:<news@example.test> NOTIFY=NEVER
                S: 250 *
                C: DATA
                S: 354 *
                C: Subject: hi
                C:
                C: .
                S: 250 2.0.0 Ok: queued as *
                """)
            let entry = try #require(try await listener.test.queue.list().first)
            #expect(entry.recipients.map(\.forwardPath) == ["x@elsewhere.example", "y@elsewhere.example"])
            let paths = entry.recipients.map(\.reversePath)
            #expect(paths.count == 2 && paths[0].hasPrefix("SRS0=") && paths[0].hasSuffix("=a.example=s@example.test"))
            #expect(paths.last == "news-bounces@example.test")
            // The path under which it was forwarded leads back.
            try await client.play(
                """
                C: MAIL FROM:<>
                S: 250 *
                C: RCPT TO:<\(paths[0])>
                S: 250 *
                C: RCPT TO:<SRS0=AAAA=AA=victim.test=x@example.test>
                S: 550 *
                C: RSET
                S: 250 *
                """)
            let inbox = try await listener.test.inbox(ana)
            #expect(inbox.first?.hasPrefix("Return-Path: <news-bounces@example.test>\r\n") == true)
            // Several recipients would learn of each other (RFC 5321 §7.2).
            #expect(inbox.first?.contains("\tfor ") == false)
            #expect(try await listener.test.complaints() == [])
        }
    }

    @Test func pipelining() async throws {
        try await withListener { listener in
            let ana = try await listener.test.addAccount("ana@example.test")
            let client = try await listener.client()
            let message = "MAIL FROM:<>\r\nRCPT TO:<ana@example.test>\r\nDATA\r\n"
            try await client.say(message)
            for expected in ["250 2.1.0", "250 2.1.5", "354 "] {
                #expect(await client.hear("\r\n").hasPrefix(expected))
            }
            try await client.say("\r\n1\r\n.\r\n\(message)")
            for expected in ["250 2.0.0", "250 2.1.0", "250 2.1.5", "354 "] {
                #expect(await client.hear("\r\n").hasPrefix(expected))
            }
            try await client.say("\r\n2\r\n.\r\nQUIT\r\n")
            #expect(await client.hearAll().contains("\r\n221 2.0.0 "))
            let ends = try await listener.test.inbox(ana).map { $0.suffix(3) }
            #expect(ends == ["\r\n1\r\n", "\r\n2\r\n"])
        }
    }

    @Test func aTransactionGivenUpLeavesNothing() async throws {
        try await withListener { listener in
            let ana = try await listener.test.addAccount("ana@example.test")
            try await listener.test.addAccount("bob@example.test")
            let client = try await listener.client()
            try await client.play(
                """
                C: MAIL FROM:<s@a.example>
                C: RCPT TO:<bob@example.test>
                C: RSET
                C: MAIL FROM:<t@a.example>
                C: RCPT TO:<bob@example.test>
                C: BDAT 5
                S: 250 *
                S: 250 *
                S: 250 *
                S: 250 *
                S: 250 *
                """)
            try await client.say("wrong")
            try await client.play(
                """
                S: 250 *
                C: EHLO again.example
                S: 250-mail.example.test*
                """)
            _ = await client.hear("250 ")
            _ = await client.hear("\r\n")
            try await client.say(
                "MAIL FROM:<u@a.example>\r\nRCPT TO:<ana@example.test>\r\nBDAT 2\r\n\r\nBDAT 1 LAST\r\nx")
            try await client.play(
                """
                S: 250 *
                S: 250 *
                S: 250 *
                S: 250 2.0.0 Ok: queued as *
                """)
            let inbox = try await listener.test.inbox(ana)
            #expect(inbox.count == 1)
            #expect(inbox.first?.hasPrefix("Return-Path: <u@a.example>\r\n") == true)
            #expect(inbox.first?.hasSuffix("+0000\r\n\r\nx") == true)
            #expect(try await listener.test.count("SELECT count(*) FROM content") == 1)
        }
    }

    /// RFC 5321 §4.1.1.4: without the final dot there is no message.
    @Test(arguments: [1000, 1_500_000]) func aConnectionLostWithinTheDataLeavesNothing(_ octets: Int) async throws {
        try await withListener { listener in
            try await listener.test.addAccount("ana@example.test")
            for isAbrupt in [false, true] {
                let client = try await listener.client()
                try await client.play(
                    """
                    C: MAIL FROM:<>
                    S: 250 *
                    C: RCPT TO:<ana@example.test>
                    S: 250 *
                    C: DATA
                    S: 354 *
                    """)
                let line = String(repeating: "x", count: 98) + "\r\n"
                try await client.say("\r\n" + String(repeating: line, count: octets / 100))
                if isAbrupt {
                    try await client.close()
                } else {
                    try await client.finishSpeaking()
                    #expect(await client.hearAll() == "")
                }
            }
            await listener.server.stop()
            #expect(try await listener.test.count("SELECT count(*) FROM content") == 0)
            #expect(try listener.test.folder.names("spool") == [])
        }
    }

    /// Whoever hangs up before the reply cannot know; the message is there whole or not at all (RFC 5321 §4.5.3.2.6).
    @Test(arguments: [100, 200_000]) func aConnectionLostBeforeTheReply(_ octets: Int) async throws {
        try await withListener { listener in
            let ana = try await listener.test.addAccount("ana@example.test")
            for _ in 1...5 {
                let client = try await listener.client()
                try await client.say("MAIL FROM:<>\r\nRCPT TO:<ana@example.test>\r\nDATA\r\n")
                _ = await client.hear("354 ")
                let line = String(repeating: "x", count: 98) + "\r\n"
                try await client.say("\r\n" + String(repeating: line, count: octets / 100) + ".\r\n")
                try await client.close()
            }
            await listener.server.stop()
            let usage = try await listener.test.mailStore.usage(ana)
            #expect(try await listener.test.count("SELECT count(*) FROM content") == usage.messages)
            #expect(try await listener.test.complaints() == [])
        }
    }

    @Test func aLargeMessageArrivesThroughTheSpool() async throws {
        try await withListener { listener in
            let ana = try await listener.test.addAccount("ana@example.test")
            let client = try await listener.client()
            let line = String(repeating: "x", count: 98) + "\r\n"
            let text = "Subject: large\r\n\r\n" + String(repeating: line, count: 30_000)
            try await client.play(
                """
                C: MAIL FROM:<>
                S: 250 *
                C: RCPT TO:<ana@example.test>
                S: 250 *
                C: DATA
                S: 354 *
                """)
            try await client.say(text + ".\r\n")
            #expect(await client.hear("\r\n").hasPrefix("250 2.0.0 Ok: queued as "))
            let stored = try #require(try await listener.test.inbox(ana).first)
            #expect(stored.hasSuffix("+0000\r\n" + text))
            #expect(try listener.test.folder.names("spool") == [])
            #expect(try await listener.test.complaints() == [])
        }
    }

    /// The spool's folder is gone: the rest is read, and the refusal is one for now.
    @Test func aSpoolThatCannotBeWrittenRefusesForNow() async throws {
        try await withListener { listener in
            try await listener.test.addAccount("ana@example.test")
            let client = try await listener.client()
            try listener.test.folder.remove("spool")
            try await client.play(
                """
                C: MAIL FROM:<>
                S: 250 *
                C: RCPT TO:<ana@example.test>
                S: 250 *
                C: DATA
                S: 354 *
                """)
            let line = String(repeating: "x", count: 98) + "\r\n"
            try await client.say("\r\n" + String(repeating: line, count: 10_000) + ".\r\nNOOP\r\n")
            #expect(await client.hear("\r\n").hasPrefix("451 4.3.0 "))
            #expect(await client.hear("\r\n").hasPrefix("250 "))
            #expect(try await listener.test.count("SELECT count(*) FROM content") == 0)
        }
    }

    @Test func startTLSShowsInTheTrace() async throws {
        try await withCertificate { source in
            try await withListener(tls: .startTLS(source)) { listener in
                let ana = try await listener.test.addAccount("ana@example.test")
                let client = try await listener.client()
                // What came in the clear behind STARTTLS is not obeyed (CVE-2011-0411).
                try await client.play(
                    """
                    C: MAIL FROM:<injected@a.example>
                    S: 250 *
                    C: STARTTLS
                    C: RCPT TO:<ana@example.test>
                    S: 220 2.0.0 *
                    """)
                try await client.secure()
                try await client.play(
                    """
                    C: MAIL FROM:<s@a.example>
                    S: 503 *
                    C: EHLO client.example
                    S: 250-mail.example.test*
                    """)
                let extensions = await client.hear("250 ") + client.hear("\r\n")
                #expect(!extensions.contains("STARTTLS"))
                try await client.play(
                    """
                    C: MAIL FROM:<s@a.example> SMTPUTF8
                    S: 250 *
                    C: RCPT TO:<ana@example.test>
                    S: 250 *
                    C: DATA
                    S: 354 *
                    C:
                    C: .
                    S: 250 *
                    C: RSET
                    S: 250 *
                    C: MAIL FROM:<s@a.example>
                    S: 250 *
                    C: RCPT TO:<ana@example.test>
                    S: 250 *
                    C: BDAT 2 LAST
                    C:
                    S: 250 *
                    C: QUIT
                    S: 221 *
                    """)
                let inbox = try await listener.test.inbox(ana)
                #expect(inbox.count == 2)
                #expect(inbox[0].contains("with UTF8SMTPS id "))
                #expect(inbox[1].contains("with ESMTPS id "))
                #expect(inbox.allSatisfy { $0.contains("\r\n\t(using TLSv1.3 TLS_") })
            }
        }
    }

    @Test func tlsFromTheFirstOctetShowsInTheTrace() async throws {
        try await withCertificate { source in
            try await withListener(tls: .implicit(source)) { listener in
                let ana = try await listener.test.addAccount("ana@example.test")
                let client = try await listener.connect()
                try await client.secure()
                try await client.play(
                    """
                    S: 220 *
                    C: HELO client.example
                    S: 250 *
                    C: MAIL FROM:<>
                    S: 250 *
                    C: RCPT TO:<ana@example.test>
                    S: 250 *
                    C: DATA
                    S: 354 *
                    C:
                    C: .
                    S: 250 *
                    C: QUIT
                    S: 221 *
                    """)
                #expect(await client.hearAll() == "")
                let text = try #require(try await listener.test.inbox(ana).first)
                #expect(text.contains("with SMTP id "))
                #expect(text.contains("\r\n\t(using TLSv1.3 TLS_"))
            }
        }
    }

    @Test func aLoopIsRefused() async throws {
        try await withListener { listener in
            try await listener.test.addAccount("ana@example.test")
            let client = try await listener.client()
            try await client.say("MAIL FROM:<>\r\nRCPT TO:<ana@example.test>\r\nDATA\r\n")
            _ = await client.hear("354 ")
            _ = await client.hear("\r\n")
            try await client.say(String(repeating: "Received: x\r\n", count: 100) + "\r\n.\r\n")
            #expect(await client.hear("\r\n").hasPrefix("554 5.4.6 "))
        }
    }

    /// The reverse path as it was written, through the queue and the log.
    @Test(arguments: ["<\"a\\\"b c@d\"@a.example>", "<a@[IPv6:2001:db8::1]>", "<a.b@A.EXAMPLE>"])
    func sendersOfEveryKind(_ path: String) async throws {
        let folder = TestFolder()
        var before: [String] = []
        try await withListener(folder) { listener in
            try await listener.test.addAccount("ana@example.test")
            try await listener.test.addAlias("far@example.test", to: "x@elsewhere.example")
            let client = try await listener.client()
            try await client.play(
                """
                C: MAIL FROM:\(path)
                S: 250 *
                C: RCPT TO:<far@example.test>
                S: 250 *
                C: DATA
                S: 354 *
                C:
                C: .
                S: 250 *
                """)
            before = try await listener.test.queue.list().flatMap(\.recipients).map(\.reversePath)
        }
        try folder.removeDatabase()
        #expect(try MailSystemStore.rebuild(folder.path).problems == [])
        let test = try TestStore(folder)
        let after = try await test.queue.list().flatMap(\.recipients).map(\.reversePath)
        await test.close()
        #expect(after == before)
        #expect(before.first?.isEmpty == false)
    }
}
