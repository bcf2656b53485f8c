import AgentTestSupport
import Delivery
import Directory
import MailCore
import NIOCore
import POP3
import ServerRuntime
import Storage
import Testing

@testable import MailStore
@testable import POP3Server

@Suite(.timeLimit(.minutes(5))) struct POP3SessionTests {
    @Test func aMessageIsSentAsItIs() async throws {
        try await withListener { listener, ana in
            try await listener.test.deliver(
                "Subject: hi\r\n\r\n.one\r\ntwo\r\n..three\r\n", to: "ana@example.test", from: "s@a.example")
            let stored = try #require(try await listener.test.inbox(ana).first)
            let fields =
                "Return-Path: <s@a.example>\r\nDelivered-To: ana@example.test\r\nX-Original-To: ana@example.test\r\n"
            #expect(stored.hasPrefix(fields + "Subject: hi\r\n"))
            let (client, reply) = try await listener.login()
            #expect(reply == "+OK Maildrop has 1 message (\(stored.utf8.count) octets)\r\n")
            #expect(try await client.ask("STAT") == "+OK 1 \(stored.utf8.count)\r\n")
            #expect(try await client.ask("LIST 1") == "+OK 1 \(stored.utf8.count)\r\n")
            #expect(try await client.ask("RETR 1") == "+OK \(stored.utf8.count) octets\r\n")
            let stuffed = stored.replacing("\r\n.", with: "\r\n..")
            #expect(await client.hear("\r\n.\r\n") == stuffed + ".\r\n")
            #expect(try await client.ask("TOP 1 1").hasPrefix("+OK "))
            let top = stored.prefix(upTo: try #require(stored.firstRange(of: "two")).lowerBound)
            #expect(await client.hear("\r\n.\r\n") == top.replacing("\r\n.", with: "\r\n..") + ".\r\n")
            #expect(try await client.ask("TOP 1 0").hasPrefix("+OK "))
            #expect(await client.hear("\r\n.\r\n").hasSuffix("Subject: hi\r\n\r\n.\r\n"))
            #expect(try await client.ask("RETR 2").hasPrefix("-ERR "))
            #expect(try await client.ask("NOOP").hasPrefix("+OK"))
        }
    }

    /// What BDAT and an import may bring: bare LF, and no end of the last line (RFC 1939 §11).
    @Test(arguments: ["one\n.two\n", "one\r\ntwo", "one\ntwo", "one\r", "\n\n", "one\r\n"])
    func theSizeIsThatOfWhatIsSent(_ body: String) async throws {
        try await withListener { listener, _ in
            try await listener.test.deliver("Subject: hi\r\n\r\n" + body, to: "ana@example.test")
            let (client, reply) = try await listener.login()
            let size = try #require(Int(try await client.ask("LIST 1").dropFirst("+OK 1 ".count).dropLast()))
            #expect(reply == "+OK Maildrop has 1 message (\(size) octets)\r\n")
            #expect(try await client.ask("RETR 1") == "+OK \(size) octets\r\n")
            let sent = await client.hear("\r\n.\r\n")
            #expect(sent.dropLast(2).replacing("\r\n..", with: "\r\n.").utf8.count == size)
        }
    }

    /// The size is counted anew with the database, and goes with its message.
    @Test func theSizeSurvivesARebuild() async throws {
        let folder = TestFolder()
        var listed = ""
        try await withListener(folder) { listener, _ in
            try await listener.test.deliver("Subject: hi\n\none\ntwo", to: "ana@example.test")
            listed = try await listener.login().client.ask("LIST 1")
        }
        try folder.removeDatabase()
        #expect(try MailSystemStore.rebuild(folder.path).problems == [])
        try await withListener(folder) { listener, _ in
            let (client, _) = try await listener.login()
            #expect(try await client.ask("LIST 1") == listed)
            #expect(try await client.ask("DELE 1").hasPrefix("+OK"))
            #expect(try await client.ask("QUIT").hasPrefix("+OK"))
            #expect(try await listener.test.count("SELECT count(*) FROM wire_size") == 0)
        }
    }

    @Test func aLargeMessageIsSentAsItIs() async throws {
        try await withListener { listener, ana in
            let line = String(repeating: "x", count: 98) + "\r\n"
            let text = "Subject: large\r\n\r\n" + String(repeating: line + ".\r\n", count: 30_000)
            try await listener.test.deliver(text, to: "ana@example.test")
            let stored = try #require(try await listener.test.inbox(ana).first)
            let (client, _) = try await listener.login()
            #expect(try await client.ask("RETR 1") == "+OK \(stored.utf8.count) octets\r\n")
            let heard = await client.hear("\r\n.\r\n")
            #expect(heard.utf8.count == stored.utf8.count + 30_000 + 3)
            #expect(heard == stored.replacing("\r\n.", with: "\r\n..") + ".\r\n")
            #expect(try await client.ask("TOP 1 2").hasPrefix("+OK "))
            #expect(await client.hear("\r\n.\r\n").hasSuffix("\(line)..\r\n.\r\n"))
        }
    }

    /// Commands that arrive together are answered in their order, from what was read ahead and not.
    @Test func aMaildropIsCollectedInOneGo() async throws {
        try await withListener { listener, ana in
            for number in 1...40 {
                let lines = String(repeating: ".line \(number)\r\n", count: number * number)
                try await listener.test.deliver("Subject: \(number)\r\n\r\n\(lines)", to: "ana@example.test")
            }
            let stored = try await listener.test.inbox(ana)
            let stuffed = stored.map { $0.replacing("\r\n.", with: "\r\n..") }
            let (client, _) = try await listener.login()
            let order = Array(1...20) + [7, 8, 3] + Array(21...40) + [40, 1, 2]
            try await client.say(order.map { "RETR \($0)\r\nTOP \($0) 0\r\n" }.joined())
            for number in order {
                #expect(await client.hear("\r\n") == "+OK \(stored[number - 1].utf8.count) octets\r\n")
                #expect(await client.hear("\r\n.\r\n") == stuffed[number - 1] + ".\r\n")
                #expect(await client.hear("\r\n").hasPrefix("+OK "))
                #expect(await client.hear("\r\n.\r\n").hasSuffix("Subject: \(number)\r\n\r\n.\r\n"))
            }
        }
    }

    @Test func quitDeletesWhatIsMarked() async throws {
        try await withListener { listener, ana in
            for number in 1...3 { try await listener.test.deliver("\r\n\(number)\r\n", to: "ana@example.test") }
            let (client, _) = try await listener.login()
            #expect(try await client.ask("DELE 3").hasPrefix("+OK "))
            #expect(try await client.ask("RSET").hasPrefix("+OK Maildrop has 3 messages"))
            #expect(try await client.ask("DELE 2").hasPrefix("+OK "))
            #expect(try await client.ask("RETR 2").hasPrefix("-ERR "))
            #expect(try await client.ask("QUIT").hasPrefix("+OK "))
            #expect(await client.hearAll() == "")
            #expect(try await listener.test.inbox(ana).map { $0.suffix(3) } == ["\r\n1\r\n", "\r\n3\r\n"])
            #expect(try await listener.test.complaints() == [])
            // Numbers begin at 1 again, in the order of arrival.
            let (again, reply) = try await listener.login()
            #expect(reply.hasPrefix("+OK Maildrop has 2 messages"))
            _ = try await again.ask("RETR 2")
            #expect(await again.hear("\r\n.\r\n").hasSuffix("\r\n3\r\n.\r\n"))
        }
    }

    /// RFC 1939 §6: only QUIT deletes.
    @Test(arguments: [true, false]) func aLostConnectionDeletesNothing(_ isAbrupt: Bool) async throws {
        try await withListener { listener, ana in
            try await listener.test.deliver("\r\n1\r\n", to: "ana@example.test")
            let (client, _) = try await listener.login()
            #expect(try await client.ask("DELE 1").hasPrefix("+OK "))
            if isAbrupt {
                try await client.close()
            } else {
                try await client.finishSpeaking()
                #expect(await client.hearAll() == "")
            }
            await listener.server.stop()
            #expect(try await listener.test.inbox(ana).count == 1)
        }
    }

    /// RFC 1939 §4: one session each.
    @Test func aMaildropIsOpenOnce() async throws {
        try await withListener { listener, ana in
            try await listener.test.addAccount("bob@example.test")
            try await listener.test.deliver("\r\n1\r\n", to: "ana@example.test")
            let (first, _) = try await listener.login()
            let (second, reply) = try await listener.login()
            #expect(reply.hasPrefix("-ERR [IN-USE] "))
            #expect(try await listener.login("bob@example.test").reply.hasPrefix("+OK "))
            #expect(try await first.ask("DELE 1").hasPrefix("+OK "))
            // The lock is free before the last reply is sent, also when the client goes on talking.
            try await first.say("QUIT\r\nNOOP\r\n")
            #expect(await first.hear("\r\n").hasPrefix("+OK "))
            _ = try await second.ask("USER ana@example.test")
            #expect(
                try await second.ask("PASS \(TestStore.password.text)") == "+OK Maildrop has 0 messages (0 octets)\r\n")
            // Without QUIT it is free when the connection is gone.
            try await second.finishSpeaking()
            _ = await second.hearAll()
            #expect(try await listener.test.inbox(ana).isEmpty)
        }
    }

    @Test func uniqueIDsAreForEver() async throws {
        let folder = TestFolder()
        var before: [String] = []
        try await withListener(folder) { listener, _ in
            for number in 1...3 { try await listener.test.deliver("\r\n\(number)\r\n", to: "ana@example.test") }
            let (client, _) = try await listener.login()
            before = try await client.list("UIDL")
            #expect(Set(before).count == 4)
            _ = try await client.ask("DELE 1")
            _ = try await client.ask("QUIT")
        }
        try await withListener(folder) { listener, _ in
            try await listener.test.deliver("\r\n4\r\n", to: "ana@example.test")
            let (client, _) = try await listener.login()
            let now = try await client.list("UIDL")
            let ids = now.dropFirst().map { $0.dropFirst(2) }
            #expect(Array(ids.prefix(2)) == before[2...3].map { $0.dropFirst(2) })
            #expect(ids.count == 3)
            #expect(Set(before.map { $0.dropFirst(2) }).isDisjoint(with: ids.suffix(1)))
            #expect(try await client.ask("UIDL 1") == "+OK 1 \(ids[0])\r\n")
        }
    }

    @Test func aMessageExpungedMeanwhile() async throws {
        try await withListener { listener, ana in
            for number in 1...2 { try await listener.test.deliver("\r\n\(number)\r\n", to: "ana@example.test") }
            let (client, _) = try await listener.login()
            try await listener.test.mailStore.expunge([UID(rawValue: 1)], from: .inbox, ana)
            #expect(try await client.ask("RETR 1").hasPrefix("-ERR "))
            #expect(try await client.ask("TOP 1 1").hasPrefix("-ERR "))
            #expect(try await client.ask("RETR 2").hasPrefix("+OK "))
            #expect(await client.hear("\r\n.\r\n").hasSuffix("2\r\n.\r\n"))
            _ = try await client.ask("DELE 1")
            _ = try await client.ask("DELE 2")
            #expect(try await client.ask("QUIT").hasPrefix("+OK "))
            #expect(try await listener.test.complaints() == [])
            #expect(try await listener.test.inbox(ana) == [])
        }
    }

    /// Who does not read holds up itself alone, and finds its message where a compaction has put it.
    @Test func aMessageMovesWhileItIsSent() async throws {
        var limits = StorageLimits()
        limits.segmentBytesMax = 20 << 20
        try await withListener(limits: limits) { listener, ana in
            let line = String(repeating: "x", count: 1022) + "\r\n"
            let text = "\r\n" + String(repeating: line, count: 16 << 10)
            try await listener.test.deliver(text, to: "ana@example.test")
            try await listener.test.deliver("\r\n\(text)\(line)\(line)", to: "ana@example.test")
            try await listener.test.deliver(text, to: "ana@example.test")
            let (client, _) = try await listener.login(receiveBufferOctets: 65536)
            try await client.channel.setOption(.autoRead, value: false).get()
            try await client.say("RETR 1\r\n")
            client.channel.read()
            #expect(await client.hear("\r\n").hasPrefix("+OK "))
            try await listener.test.mailStore.expunge([UID(rawValue: 2)], from: .inbox, ana)
            #expect(try await listener.test.store.compact().segments == 1)
            #expect(try listener.test.folder.names("log").first == "0000000002.seg")
            try await client.channel.setOption(.autoRead, value: true).get()
            client.channel.read()
            let heard = await client.hear("\r\n.\r\n")
            #expect(heard.hasPrefix("Return-Path: <>\r\n"))
            #expect(heard.utf8.count == (try await listener.test.inbox(ana)).first.map { $0.utf8.count + 3 })
            #expect(try await client.ask("NOOP").hasPrefix("+OK"))
        }
    }

    @Test func aConnectionLostWhileAMessageIsSent() async throws {
        try await withListener { listener, ana in
            let line = String(repeating: "x", count: 1022) + "\r\n"
            let text = "\r\n" + String(repeating: line, count: 16 << 10)
            try await listener.test.deliver(text, to: "ana@example.test")
            let (client, _) = try await listener.login(receiveBufferOctets: 65536)
            try await client.channel.setOption(.autoRead, value: false).get()
            try await client.say("DELE 1\r\nRSET\r\nRETR 1\r\nDELE 1\r\nQUIT\r\n")
            client.channel.read()
            #expect(await client.hear("\r\n").hasPrefix("+OK "))
            try await client.close()
            await listener.server.stop()
            #expect(listener.locks.acquire(ana))
            #expect(try await listener.test.mailStore.usage(ana).messages == 1)
        }
    }

    @Test func twentyThousandMessages() async throws {
        try await withListener { listener, ana in
            let count = 20_000
            let text = "\r\nx\r\n"
            let email = try await listener.test.deliver(text, to: "ana@example.test").email
            try await listener.test.store.change { transaction in
                guard let copy = try MailStore.copies(of: email, in: transaction).first else { return }
                for number in 2...count {
                    var copy = copy
                    copy.uid = UID(rawValue: UInt32(number))
                    try MailStore.insert(copy, email, octets: Int64(text.utf8.count), .replay, in: transaction)
                    try transaction.retain(email)
                }
            }
            let octets = try await listener.test.mailStore.usage(ana).octets
            let (client, reply) = try await listener.login()
            #expect(reply == "+OK Maildrop has \(count) messages (\(octets) octets)\r\n")
            #expect(try await client.ask("STAT") == "+OK \(count) \(octets)\r\n")
            let sizes = try await client.list("LIST")
            #expect(sizes.count == count + 1)
            #expect(sizes[count] == "\(count) \(octets / Int64(count))")
            let ids = try await client.list("UIDL")
            #expect(Set(ids).count == count + 1)
            try await client.say((1...count).map { "DELE \($0)\r\n" }.joined() + "STAT\r\nQUIT\r\n")
            #expect(await client.hear("+OK 0 0\r\n").hasSuffix("\(count) deleted\r\n+OK 0 0\r\n"))
            #expect(await client.hearAll().hasPrefix("+OK "))
            #expect(try await listener.test.mailStore.usage(ana) == MailStore.Usage(octets: 0, messages: 0))
            #expect(try await listener.test.count("SELECT count(*) FROM content") == 0)
        }
    }
}
