import AgentTestSupport
import Directory
import IMAP
import MailCore
import MailStore
import NIOCore
import ServerRuntime
import Storage
import Testing

@testable import IMAPServer

extension IMAPClient {
    /// Says a command whose text has messages as literals, each at a `#`, without waiting for consent.
    func appending(_ command: String, _ messages: String...) async throws -> [String] {
        try await connection.say("t " + Self.written(command, messages) + "\r\n")
        return await responses()
    }

    static func written(_ command: String, _ messages: [String]) -> String {
        let pieces = command.split(separator: "#", omittingEmptySubsequences: false)
        var text = String(pieces[0])
        for (message, piece) in zip(messages, pieces.dropFirst()) {
            text += "{\(message.utf8.count)+}\r\n\(message)\(piece)"
        }
        return text
    }
}

/// A message as a store has it.
private struct Stored: Hashable {
    var uid: UInt32
    var text: String
    var flags: SystemFlags
    var keywords: [String]
    var internalDate: Int64
}

extension TestStore {
    fileprivate func stored(_ account: AccountID, _ mailbox: String = "INBOX") async throws -> [Stored] {
        guard let key = try await mailStore.resolve(mailbox, for: account)?.key else { return [] }
        let rows = try await store.read { transaction in
            var rows: [(StoredOctets, Stored)] = []
            try transaction.query(
                """
                SELECT uid, email, flags, keywords, internal_date FROM message WHERE account = ?1 AND mailbox = ?2
                ORDER BY uid
                """, .integer(key.account.rawValue), .integer(key.mailbox.rawValue)
            ) { row in
                let email = EmailID(rawValue: row.integer(1))
                guard let content = try transaction.content(of: email) else { return }
                rows.append(
                    (
                        content,
                        Stored(
                            uid: UInt32(row.integer(0)), text: "",
                            flags: SystemFlags(rawValue: UInt8(truncatingIfNeeded: row.integer(2))),
                            keywords: row.text(3).split(separator: " ").map(String.init), internalDate: row.integer(4))
                    ))
            }
            return rows
        }
        var all: [Stored] = []
        for (content, row) in rows {
            var row = row
            row.text = String(buffer: try await store.octets(content, 0..<content.count))
            all.append(row)
        }
        return all
    }

    fileprivate func texts(_ account: AccountID, _ mailbox: String = "INBOX") async throws -> [String] {
        try await stored(account, mailbox).map(\.text)
    }
}

@Suite(.timeLimit(.minutes(3))) struct AppendTests {
    private static let message =
        "Date: Mon, 7 Feb 1994 21:52:25 -0800\r\nSubject: afternoon meeting\r\n\r\nHello Joe\r\n"

    /// RFC 9051 §6.3.12.
    @Test func aMessageComesAfterConsent() async throws {
        try await withListener { listener, ana in
            let client = try await listener.login()
            let size = Self.message.utf8.count
            try await client.connection.say(
                "t APPEND INBOX (\\Seen $Forwarded) \"17-Jul-1996 02:44:25 -0700\" {\(size)}\r\n")
            #expect(await client.hear().hasPrefix("+ "))
            #expect(try await listener.test.stored(ana).isEmpty)
            try await client.connection.say(Self.message + "\r\n")
            let validity = try #require(try await listener.test.mailStore.resolve("INBOX", for: ana)?.uidValidity)
            #expect(await client.responses() == ["t OK [APPENDUID \(validity.rawValue) 1] APPEND completed"])
            #expect(
                try await listener.test.stored(ana) == [
                    Stored(
                        uid: 1, text: Self.message, flags: .seen, keywords: ["$Forwarded"], internalDate: 837_596_665)
                ])
        }
    }

    @Test func octetsAreKeptAsTheyCame() async throws {
        try await withListener { listener, ana in
            let client = try await listener.login()
            let messages = [
                "no header at all", "From: x\n\nbare\nends\r", "\r\n.\r\n..\r\n", "A: \u{e9}\u{1F600}\r\n\r\n",
            ]
            for message in messages {
                #expect(try await client.appending("APPEND INBOX #", message).last?.hasPrefix("t OK") == true)
            }
            #expect(try await listener.test.texts(ana) == messages)
            #expect(try await listener.test.complaints() == [])
        }
    }

    @Test func aLargeMessageGoesThroughAFile() async throws {
        try await withListener { listener, ana in
            let client = try await listener.login()
            let message = Self.message + String(repeating: "0123456789 what is in it\r\n", count: 120_000)
            #expect(try await client.appending("APPEND INBOX #", message).last?.hasPrefix("t OK") == true)
            #expect(try await listener.test.texts(ana) == [message])
        }
    }

    @Test(arguments: ["4294967296", "99999999999999999999", "52428801"])
    func anAnnouncedMessageThatIsTooLargeIsRefusedAtOnce(_ size: String) async throws {
        try await withListener { listener, ana in
            let client = try await listener.login()
            let line = try await client.send("APPEND INBOX {\(size)}").last
            #expect(line?.hasPrefix("t NO [TOOBIG]") == true || line?.hasPrefix("t BAD") == true, "\(line ?? "")")
            try await client.ask("NOOP")
            #expect(try await listener.test.stored(ana).isEmpty)
        }
    }

    @Test func oneThatComesWithoutConsentEndsTheConnection() async throws {
        try await withListener { listener, ana in
            let client = try await listener.login()
            try await client.connection.say("t APPEND INBOX {4294967296+}\r\n")
            #expect(await client.hear().hasPrefix("* BYE"))
            #expect(try await listener.test.stored(ana).isEmpty)
        }
    }

    @Test func whereThereIsNoMailboxTheClientMayMakeOne() async throws {
        try await withListener { listener, _ in
            let client = try await listener.login()
            #expect(try await client.send("APPEND Nowhere {10}").last?.hasPrefix("t NO [TRYCREATE]") == true)
            // Without consent it goes by unread.
            #expect(try await client.appending("APPEND Nowhere #", "x").last?.hasPrefix("t NO [TRYCREATE]") == true)
            try await client.ask("CREATE Nowhere")
            #expect(try await client.appending("APPEND Nowhere #", "x").last?.hasPrefix("t OK") == true)
            try await client.ask("DELETE Nowhere")
            #expect(try await client.appending("APPEND Nowhere #", "x").last?.hasPrefix("t NO [TRYCREATE]") == true)
        }
    }

    @Test func aLiteralHoldsNoNULUnlessItIsBinary() async throws {
        try await withListener { listener, ana in
            let client = try await listener.login()
            let message = "A: b\r\n\r\n\u{0}binary\u{0}"
            #expect(try await client.appending("APPEND INBOX #", message).last?.hasPrefix("t BAD") == true)
            #expect(try await client.appending("APPEND INBOX ~#", message).last?.hasPrefix("t OK") == true)
            #expect(try await listener.test.texts(ana) == [message])
        }
    }

    /// RFC 6855 §4.
    @Test func aMessageInUTF8() async throws {
        try await withListener { listener, ana in
            let client = try await listener.login()
            try await client.ask("ENABLE UTF8=ACCEPT")
            let message = "From: José <josé@example.test>\r\n\r\nñ\r\n"
            #expect(try await client.appending("APPEND INBOX UTF8 (~#)", message).last?.hasPrefix("t OK") == true)
            #expect(try await listener.test.texts(ana) == [message])
        }
    }

    @Test func theSelectedMailboxTellsOfIt() async throws {
        try await withListener { listener, _ in
            let client = try await listener.login()
            try await client.ask("SELECT INBOX")
            let lines = try await client.appending("APPEND INBOX #", Self.message)
            #expect(lines.contains("* 1 EXISTS"))
            #expect(lines.last?.hasPrefix("t OK [APPENDUID") == true)
        }
    }

    // MARK: Several

    /// RFC 3502 §6.3.11.
    @Test func severalMessagesAreAppendedTogether() async throws {
        try await withListener { listener, ana in
            let client = try await listener.login()
            let lines = try await client.appending(
                "APPEND INBOX (\\Seen) # (\\Flagged) \" 7-Feb-1994 22:43:04 -0800\" #", Self.message,
                "B: second\r\n\r\n")
            let validity = try #require(try await listener.test.mailStore.resolve("INBOX", for: ana)?.uidValidity)
            #expect(lines == ["t OK [APPENDUID \(validity.rawValue) 1:2] APPEND completed"])
            let stored = try await listener.test.stored(ana)
            #expect(stored.map(\.text) == [Self.message, "B: second\r\n\r\n"])
            #expect(stored.map(\.flags) == [.seen, .flagged])
            #expect(stored.map(\.internalDate) == [TestStore.now, 760_689_784])
            #expect(try await listener.test.complaints() == [])
        }
    }

    /// RFC 3502 §4: an empty message is how a client gives up.
    @Test(arguments: ["{0+}\r\n", "(\\Seen {1+}\r\nx", "nonsense", "{70000000+}"])
    func oneThatFailsKeepsNone(_ second: String) async throws {
        try await withListener { listener, ana in
            let client = try await listener.login()
            let first = IMAPClient.written("APPEND INBOX # ", [Self.message])
            try await client.connection.say("t \(first)\(second)\r\n")
            let line = await client.hear()
            #expect(["t NO", "t BAD", "* BYE"].contains { line.hasPrefix($0) }, "\(line)")
            #expect(try await listener.test.stored(ana).isEmpty)
        }
    }

    @Test func manyLargeMessagesTogether() async throws {
        try await withListener { listener, ana in
            let client = try await listener.login()
            let messages = (0..<12).map { "N: \($0)\r\n\r\n" + String(repeating: "\($0 % 10)", count: 200_000) }
            try await client.connection.say(
                "t " + IMAPClient.written("APPEND INBOX" + String(repeating: " #", count: 12), messages) + "\r\n")
            #expect(await client.responses().last?.hasPrefix("t OK") == true)
            #expect(try await listener.test.texts(ana) == messages)
        }
    }

    // MARK: Breaking off

    @Test(arguments: 0..<6)
    func whoBreaksOffLeavesNothing(_ place: Int) async throws {
        try await withListener { listener, ana in
            let client = try await listener.login()
            let large = String(repeating: "x", count: 600_000)
            let whole = "t " + IMAPClient.written("APPEND INBOX # #", [large, large]) + "\r\n"
            let length = [20, 300_000, 600_030, 600_060, 900_000, whole.utf8.count - 2][place]
            try await client.connection.say(String(decoding: whole.utf8.prefix(length), as: UTF8.self))
            try await client.connection.close()
            await listener.server.stop()
            #expect(try await listener.test.stored(ana).isEmpty)
            #expect(try listener.test.folder.names("spool").isEmpty)
            #expect(try await listener.test.count("SELECT count(*) FROM content") == 0)
        }
    }

    @Test func randomlySplit() async throws {
        try await withListener { listener, ana in
            var generator = SystemRandomNumberGenerator()
            let client = try await listener.login()
            for round in 0..<10 {
                let texts = ["R: \(round)\r\n\r\n{5+}\r\n) (\r\n", "S: \(round)\r\n\r\nx"]
                var rest = Substring(
                    "t " + IMAPClient.written("APPEND INBOX (\\Draft) # CATENATE (TEXT # TEXT #)", texts + ["!"])
                        + "\r\n")
                while !rest.isEmpty {
                    let piece = rest.prefix(Int.random(in: 1...12, using: &generator))
                    try await client.connection.say(String(piece))
                    rest = rest.dropFirst(piece.count)
                }
                #expect(await client.responses().last?.hasPrefix("t OK") == true)
                #expect(try await listener.test.texts(ana).suffix(2) == [texts[0], texts[1] + "!"])
            }
        }
    }

    // MARK: Limits and rights

    @Test func aQuotaIsLookedAtBeforeTheOctetsCome() async throws {
        try await withListener { listener, _ in
            _ = try await listener.test.addAccount("bob@example.test", quotaBytes: 100_000)
            let client = try await listener.login("bob@example.test")
            #expect(try await client.send("APPEND INBOX {100001}").last?.hasPrefix("t NO [OVERQUOTA]") == true)
            let half = String(repeating: "x", count: 60_000)
            #expect(try await client.appending("APPEND INBOX #", half).last?.hasPrefix("t OK") == true)
            #expect(try await client.send("APPEND INBOX {60000}").last?.hasPrefix("t NO [OVERQUOTA]") == true)
            // Each of them fits, all of them do not.
            let small = String(repeating: "x", count: 4_000)
            let many = (0..<11).map { _ in small }
            try await client.connection.say(
                "t " + IMAPClient.written("APPEND INBOX" + String(repeating: " #", count: 11), many) + "\r\n")
            #expect(await client.responses().last?.hasPrefix("t NO [OVERQUOTA]") == true)
            #expect(try await client.appending("APPEND INBOX #", small).last?.hasPrefix("t OK") == true)
            #expect(try await listener.test.complaints() == [])
        }
    }

    /// RFC 4314 §4: flags that may not be set are left out.
    @Test func inASharedMailboxRightsDecide() async throws {
        try await withListener { listener, ana in
            _ = try await listener.test.addAccount("bob@example.test")
            let owner = try await listener.login()
            let guest = try await listener.login("bob@example.test")
            let name = "Users/ana@example.test/INBOX"
            #expect(try await guest.send("APPEND \(name) {10}").last?.hasPrefix("t NO [TRYCREATE]") == true)
            try await owner.ask("SETACL INBOX bob@example.test lr")
            #expect(try await guest.send("APPEND \(name) {10}").last?.hasPrefix("t NO [NOPERM]") == true)
            try await owner.ask("SETACL INBOX bob@example.test lrsi")
            let flags = "(\\Seen \\Deleted \\Flagged $Work)"
            #expect(try await guest.appending("APPEND \(name) \(flags) #", "x").last?.hasPrefix("t OK") == true)
            #expect(try await listener.test.stored(ana).map(\.flags) == [.seen])
            #expect(try await listener.test.stored(ana).map(\.keywords) == [[]])
            // What may be inserted but not read tells no numbers.
            try await owner.ask("SETACL INBOX bob@example.test i")
            #expect(try await guest.appending("APPEND \(name) #", "y").last == "t OK APPEND completed")
        }
    }
}

@Suite(.timeLimit(.minutes(3))) struct CatenateTests {
    /// RFC 4469 §6, shortened.
    private static let original = """
        From: a@example.test\r
        MIME-Version: 1.0\r
        Content-Type: multipart/mixed; boundary="X"\r
        \r
        --X\r
        Content-Type: text/plain\r
        \r
        first part\r
        --X\r
        Content-Type: text/plain\r
        \r
        second part\r
        --X--\r

        """

    @Test func partsOfMessagesAndTextMakeAMessage() async throws {
        try await withListener { listener, ana in
            let client = try await listener.login()
            try await client.ask("CREATE Drafts2")
            _ = try await client.appending("APPEND Drafts2 #", Self.original)
            let validity = try #require(try await listener.test.mailStore.resolve("Drafts2", for: ana)?.uidValidity)
            let lines = try await client.appending(
                "APPEND INBOX (\\Draft) CATENATE (URL \"/Drafts2;UIDVALIDITY=\(validity.rawValue)/;UID=1/;SECTION=HEADER\""
                    + " TEXT # URL \"/Drafts2/;UID=1/;SECTION=2\" TEXT # URL \"/Drafts2/;UID=1/;SECTION=1/;PARTIAL=6.4\")",
                "\r\n--X\r\n\r\n", "\r\n--X--\r\n")
            #expect(lines.last?.hasPrefix("t OK [APPENDUID") == true, "\(lines)")
            let header = Self.original.prefix(while: { _ in true }).components(before: "--X\r\nContent-Type")
            #expect(
                try await listener.test.texts(ana) == [header + "\r\n--X\r\n\r\nsecond part\r\n--X--\r\npart"])
        }
    }

    @Test func aWholeMessageOfTheSelectedMailbox() async throws {
        try await withListener { listener, ana in
            let client = try await listener.login()
            _ = try await client.appending("APPEND INBOX #", Self.original)
            try await client.ask("SELECT INBOX")
            let lines = try await client.appending(
                "APPEND INBOX CATENATE (TEXT # URL \";UID=1\" URL \"/;UID=1\")", "A: b\r\n")
            #expect(lines.last?.hasPrefix("t OK") == true, "\(lines)")
            #expect(try await listener.test.texts(ana).last == "A: b\r\n" + Self.original + Self.original)
        }
    }

    @Test(arguments: [
        "/INBOX/;UID=2", "/INBOX;UIDVALIDITY=1/;UID=1", "/INBOX/;UID=1/;SECTION=3.1", "/Nowhere/;UID=1",
        "imap://example.test/INBOX/;UID=1", "/INBOX", "/INBOX/;UID=0", "http://example.test/",
        "/Users%2Fbob@example.test%2FINBOX/;UID=1",
    ])
    func aURLThatLeadsNowhereIsNamed(_ url: String) async throws {
        try await withListener { listener, ana in
            _ = try await listener.test.addAccount("bob@example.test")
            try await listener.test.deliver("\r\nsecret\r\n", to: "bob@example.test")
            let client = try await listener.login()
            _ = try await client.appending("APPEND INBOX #", Self.original)
            let lines = try await client.appending("APPEND INBOX CATENATE (TEXT # URL \"\(url)\")", "A: b\r\n")
            #expect(lines.last?.hasPrefix("t NO [BADURL \(url)]") == true, "\(lines)")
            #expect(try await listener.test.texts(ana) == [Self.original])
        }
    }

    @Test func oneAfterTheOtherTheyBecomeTooLarge() async throws {
        try await withListener { listener, ana in
            let client = try await listener.login()
            let large = String(repeating: "0123456789abcdef", count: 1 << 18)
            _ = try await client.appending("APPEND INBOX #", large)
            let urls = String(repeating: " URL \"/INBOX/;UID=1\"", count: 13).dropFirst()
            let lines = try await client.send("APPEND INBOX CATENATE (\(urls))")
            #expect(lines.last?.hasPrefix("t NO [TOOBIG]") == true, "\(lines)")
            #expect(try await listener.test.texts(ana).count == 1)
        }
    }
}

extension Substring {
    fileprivate func components(before mark: String) -> String {
        firstRange(of: mark).map { String(self[..<$0.lowerBound]) } ?? String(self)
    }
}

@Suite(.timeLimit(.minutes(3))) struct ReplaceTests {
    /// RFC 8508 §3.2 and §3.3.
    @Test(arguments: ["REPLACE 2", "UID REPLACE 2"]) func aMessageComesInPlaceOfAnother(_ command: String) async throws
    {
        try await withListener { listener, ana in
            let client = try await listener.login()
            for text in ["one", "two", "three"] { _ = try await client.appending("APPEND INBOX #", text) }
            try await client.ask("SELECT INBOX")
            let lines = try await client.appending("\(command) INBOX (\\Seen \\Draft) #", "new two")
            #expect(lines.first?.hasPrefix("* OK [APPENDUID") == true && lines.first?.contains(" 4] ") == true)
            #expect(lines.dropFirst().starts(with: ["* 2 EXPUNGE", "* 3 EXISTS"]), "\(lines)")
            #expect(lines.last?.hasPrefix("t OK") == true)
            #expect(try await listener.test.texts(ana) == ["one", "three", "new two"])
            #expect(try await listener.test.stored(ana).last?.flags == [.seen, .draft])
            #expect(try await listener.test.complaints() == [])
        }
    }

    @Test func anotherMailboxMayGetIt() async throws {
        try await withListener { listener, ana in
            let client = try await listener.login()
            _ = try await client.appending("APPEND Drafts #", "draft")
            try await client.ask("SELECT Drafts")
            let lines = try await client.appending("REPLACE * Sent #", "sent")
            #expect(lines.contains("* 1 EXPUNGE") && !lines.contains("* 2 EXISTS"))
            #expect(try await listener.test.texts(ana, "Drafts").isEmpty)
            #expect(try await listener.test.texts(ana, "Sent") == ["sent"])
        }
    }

    @Test func whatCannotBeReplacedStays() async throws {
        try await withListener { listener, ana in
            let client = try await listener.login()
            let other = try await listener.login()
            #expect(try await client.send("REPLACE 1 INBOX {3}").last?.hasPrefix("t BAD") == true)
            _ = try await client.appending("APPEND INBOX #", "one")
            try await client.ask("SELECT INBOX")
            #expect(try await client.send("REPLACE 2 INBOX {3}").last?.hasPrefix("t BAD") == true)
            #expect(try await client.send("UID REPLACE 9 INBOX {3}").last?.hasPrefix("t NO [NONEXISTENT]") == true)
            #expect(try await client.send("REPLACE 1 Nowhere {3}").last?.hasPrefix("t NO [TRYCREATE]") == true)
            #expect(try await listener.test.texts(ana) == ["one"])
            // Another session takes it away meanwhile.
            try await client.connection.say("t UID REPLACE 1 INBOX {3}\r\n")
            #expect(await client.hear().hasPrefix("+ "))
            try await other.ask("SELECT INBOX")
            try await other.ask("STORE 1 +FLAGS (\\Deleted)")
            try await other.ask("EXPUNGE")
            try await client.connection.say("two\r\n")
            #expect(await client.responses().last?.hasPrefix("t NO [EXPUNGEISSUED]") == true)
            #expect(try await listener.test.texts(ana).isEmpty)
        }
    }

    /// RFC 8508 §3.4: the old one's octets count for the new one.
    @Test func onlyWhatItAddsCounts() async throws {
        try await withListener { listener, _ in
            let bob = try await listener.test.addAccount("bob@example.test", quotaBytes: 100_000)
            let client = try await listener.login("bob@example.test")
            _ = try await client.appending("APPEND INBOX #", String(repeating: "x", count: 90_000))
            try await client.ask("SELECT INBOX")
            let draft = String(repeating: "y", count: 95_000)
            #expect(try await client.appending("REPLACE 1 INBOX #", draft).last?.hasPrefix("t OK") == true)
            let large = String(repeating: "z", count: 100_001)
            #expect(try await client.appending("REPLACE 1 INBOX #", large).last?.hasPrefix("t NO [OVERQUOTA]") == true)
            #expect(try await listener.test.texts(bob) == [draft])
        }
    }

    /// The log alone brings both halves back.
    @Test func aReplayHasBothHalves() async throws {
        let folder = TestFolder()
        try await withListener(folder) { listener, _ in
            let client = try await listener.login()
            _ = try await client.appending("APPEND INBOX #", "old")
            _ = try await listener.test.store.read { _ in }
        }
        try folder.saveDatabase()
        try await withListener(folder) { listener, _ in
            let client = try await listener.login()
            try await client.ask("SELECT INBOX")
            #expect(try await client.appending("REPLACE 1 INBOX #", "new").last?.hasPrefix("t OK") == true)
        }
        try folder.restoreDatabase()
        try await withListener(folder) { listener, ana in
            let texts = try await listener.test.texts(ana)
            #expect(texts == ["new"])
            #expect(try await listener.test.complaints() == [])
        }
    }
}
