import AgentTestSupport
import Foundation
import MailCore
import MailStore
import NIOCore
import Storage
import Testing

@testable import IMAP
@testable import IMAPServer

@Suite struct FetchPageTests {
    private static let hello = "From: a@b.example\r\nSubject: Hello\r\nTo: ana@example.test\r\n\r\nGood day\r\n"

    /// The stored copies as POP3 would send them, ascending.
    private func copies(_ bench: FetchedMailbox) async throws -> [String] {
        try await bench.test.inbox(bench.key.account)
    }

    @Test func attributes() async throws {
        try await withFetchedMailbox { bench in
            let delivered = try await bench.test.deliver(Self.hello, to: "ana@example.test")
            let copy = try #require(try await copies(bench).first)
            let fetched = try await bench.fetch(
                "FETCH 1 (UID FLAGS INTERNALDATE RFC822.SIZE MODSEQ EMAILID THREADID SAVEDATE PREVIEW PREVIEW (LAZY) UID)"
            )
            let email = delivered.email.rawValue
            let date = "\"14-Nov-2023 22:13:20 +0000\""
            let modSeq = try await bench.test.count("SELECT mod_seq FROM message")
            #expect(
                fetched.text
                    == "* 1 FETCH (UID 1 FLAGS () INTERNALDATE \(date) RFC822.SIZE \(copy.utf8.count) "
                    + "MODSEQ (\(modSeq)) EMAILID (E\(email)) THREADID (T\(email)) SAVEDATE \(date) "
                    + "PREVIEW \"Good day\" PREVIEW \"Good day\")\r\n")
            #expect(fetched.faults == [])
        }
    }

    @Test func structures() async throws {
        try await withFetchedMailbox { bench in
            try await bench.test.deliver(Self.hello, to: "ana@example.test")
            let address = "((NIL NIL \"a\" \"b.example\"))"
            #expect(
                try await bench.fetch("FETCH 1 (ENVELOPE)").text
                    == "* 1 FETCH (ENVELOPE (NIL \"Hello\" \(address) \(address) \(address) "
                    + "((NIL NIL \"ana\" \"example.test\")) NIL NIL NIL NIL))\r\n")
            let basic = "(\"TEXT\" \"PLAIN\" (\"CHARSET\" \"US-ASCII\") NIL NIL \"7BIT\" 10 1"
            #expect(try await bench.fetch("FETCH 1 BODY").text == "* 1 FETCH (BODY \(basic)))\r\n")
            #expect(
                try await bench.fetch("FETCH 1 BODYSTRUCTURE").text
                    == "* 1 FETCH (BODYSTRUCTURE \(basic) NIL NIL NIL NIL))\r\n")
        }
    }

    /// What the store has lost is read from the message again.
    @Test func lostFacts() async throws {
        try await withFetchedMailbox { bench in
            try await bench.test.deliver(Self.hello, to: "ana@example.test")
            let command =
                "FETCH 1 (ENVELOPE BODY BODYSTRUCTURE PREVIEW BODY.PEEK[HEADER.FIELDS (SUBJECT)] BODY.PEEK[1])"
            let before = try await bench.fetch(command)
            try await bench.test.store.change { _ = try $0.run("DELETE FROM email_facts") }
            let after = try await bench.fetch(command)
            #expect(after.text == before.text)
            #expect(after.faults == [])
            let alone = try await bench.fetch("FETCH 1 (ENVELOPE)")
            #expect(before.text.contains(alone.text.dropFirst("* 1 FETCH (".count).dropLast(3)))
        }
    }

    /// RFC 9051 §6.4.9, RFC 9586 §3, RFC 7162 §3.1.4.1.
    @Test func itemsThatGoAlong() async throws {
        try await withFetchedMailbox { bench in
            for _ in 0..<3 { try await bench.test.deliver(Self.hello, to: "ana@example.test") }
            #expect(try await bench.fetch("UID FETCH 2 FLAGS").text == "* 2 FETCH (UID 2 FLAGS ())\r\n")
            #expect(
                try await bench.fetch("UID FETCH 2 FLAGS", enabled: [.uidOnly]).text == "* 2 UIDFETCH (FLAGS ())\r\n")
            #expect(
                try await bench.fetch("UID FETCH 2 (UID)", enabled: [.uidOnly]).text == "* 2 UIDFETCH (UID 2)\r\n")
            let modSeq = try await bench.test.count("SELECT mod_seq FROM message WHERE uid = 3")
            #expect(
                try await bench.fetch("UID FETCH 1:* (FLAGS) (CHANGEDSINCE \(modSeq - 1))").text
                    == "* 3 FETCH (UID 3 FLAGS () MODSEQ (\(modSeq)))\r\n")
            #expect(try await bench.fetch("UID FETCH 1:* (FLAGS) (CHANGEDSINCE \(modSeq))").text == "")
            #expect(
                try await bench.fetch("UID FETCH 1:* (FLAGS) (PARTIAL -1:-2)").told == UIDSet(ranges: [2...3]))
            #expect(
                try await bench.fetch("UID FETCH 1:* (FLAGS) (PARTIAL 1:1 CHANGEDSINCE \(modSeq - 1))").text == "")
            #expect(try await bench.fetch("UID FETCH 7:9 FLAGS").text == "")
        }
    }

    /// A message that became `\Seen` tells it (RFC 9051 §6.4.5), and more to clients of CONDSTORE (RFC 7162 §3.2.4).
    @Test func newlySeen() async throws {
        try await withFetchedMailbox { bench in
            for _ in 0..<2 { try await bench.test.deliver(Self.hello, to: "ana@example.test") }
            let seen = UIDSet(ranges: [2...2])
            let text = try await bench.fetch("FETCH 1:2 BODY[TEXT]", newlySeen: seen).text
            #expect(
                text == "* 1 FETCH (BODY[TEXT] {10}\r\nGood day\r\n)\r\n"
                    + "* 2 FETCH (BODY[TEXT] {10}\r\nGood day\r\n FLAGS ())\r\n")
            let modSeq = try await bench.test.count("SELECT mod_seq FROM message WHERE uid = 2")
            let more = try await bench.fetch("FETCH 2 BODY[TEXT]", enabled: [.condstore], newlySeen: seen).text
            #expect(more.hasSuffix(" FLAGS () UID 2 MODSEQ (\(modSeq)))\r\n"))
        }
    }

    @Test func recentAndKeywords() async throws {
        try await withFetchedMailbox { bench in
            for _ in 0..<2 { try await bench.test.deliver(Self.hello, to: "ana@example.test") }
            try await bench.test.store.change {
                _ = try $0.run("UPDATE message SET flags = 5, keywords = '$Junk blue' WHERE uid = 1")
            }
            let recent = UIDSet(ranges: [1...2])
            #expect(
                try await bench.fetch("FETCH 1:2 FLAGS", recent: recent).text
                    == "* 1 FETCH (FLAGS (\\Flagged \\Seen $Junk blue \\Recent))\r\n* 2 FETCH (FLAGS (\\Recent))\r\n")
            #expect(
                try await bench.fetch("FETCH 2 FLAGS", enabled: [.imap4rev2], recent: recent).text
                    == "* 2 FETCH (FLAGS ())\r\n")
        }
    }

    /// From memory, flags are what they are row by row: with gaps, keywords, recent messages, in any order, on several pages.
    @Test(arguments: [
        "FETCH 1:* (UID FLAGS)", "FETCH 1:* (FLAGS UID)", "UID FETCH 2:120,125:* FLAGS", "FETCH 3:115 FLAGS",
    ])
    func flagsFromMemory(command: String) async throws {
        try await withFetchedMailbox { bench in
            let (test, key) = (bench.test, bench.key)
            for _ in 0..<130 { try await test.deliver(Self.hello, to: "ana@example.test") }
            _ = try await test.mailStore.expunge(.all(UIDSet(ranges: [5...5, 90...95])), from: key)
            let keywords = try (0..<20).map { try #require(Keyword(String(repeating: "k", count: 90) + "\($0)")) }
            for (change, uids) in [
                (FlagChange(.add, .seen), UIDSet(ranges: [1...70])),
                (FlagChange(.add, .flagged, keywords: keywords), UIDSet(ranges: [7...7, 9...110])),
                (FlagChange(.remove, .seen, keywords: [keywords[0]]), UIDSet(ranges: [60...80])),
            ] { _ = try await test.mailStore.setFlags(change, of: uids, in: key) }
            let recent = UIDSet(ranges: [100...130])
            let flags = try await bench.fetch(command, recent: recent)
            // With a size they are read from the rows.
            let rows = try await bench.fetch(
                command.replacing("(UID FLAGS)", with: "(UID FLAGS RFC822.SIZE)")
                    .replacing("(FLAGS UID)", with: "(FLAGS UID RFC822.SIZE)")
                    .replacing(#/ FLAGS$/#, with: " (FLAGS RFC822.SIZE)"), recent: recent)
            #expect(rows.text.replacing(#/ RFC822.SIZE \d+\)/#, with: ")") == flags.text)
            #expect(flags.pages > 1)
            #expect(rows.told == flags.told)
            #expect(flags.told.count > 100)
        }
    }

    /// Sizes agree, whatever a message's line ends are.
    @Test(arguments: ["\r\n", "\n"]) func sizes(lineEnd: String) async throws {
        try await withFetchedMailbox { bench in
            let message = ["Subject: x", "", "one", "two", "no end"].joined(separator: lineEnd)
            try await bench.test.deliver(message, to: "ana@example.test")
            let copy = try #require(try await copies(bench).first)
            let fetched = try await bench.fetch(
                "FETCH 1 (RFC822.SIZE BODY.PEEK[] BODY.PEEK[HEADER] BODY.PEEK[TEXT] RFC822 RFC822.HEADER RFC822.TEXT BODY[1])"
            )
            let whole = Array(copy.utf8)
            #expect(fetched.literal("BODY[]") == whole)
            #expect(fetched.text.contains("RFC822.SIZE \(whole.count) "))
            let header = try #require(fetched.literal("BODY[HEADER]"))
            let text = try #require(fetched.literal("BODY[TEXT]"))
            #expect(header + text == whole)
            #expect(fetched.literal(" RFC822") == whole)
            #expect(fetched.literal("RFC822.HEADER") == header)
            #expect(fetched.literal("RFC822.TEXT") == text)
            #expect(fetched.literal("BODY[1]") == text)
            #expect(text == Array(["one", "two", "no end"].joined(separator: lineEnd).utf8))
        }
    }

    // MARK: Sections

    /// Of each section of random messages the octets that it has, whole and in ranges.
    @Test func sectionsOfRandomMessages() async throws {
        try await withFetchedMailbox { bench in
            for seed in 1...60 { try await check(RandomMessage(seed: UInt64(seed)), number: seed, in: bench) }
        }
    }

    private func check(_ message: RandomMessage, number: Int, in bench: FetchedMailbox) async throws {
        try await bench.test.deliver(String(decoding: message.octets, as: UTF8.self), to: "ana@example.test")
        let copy = Array(try #require(try await copies(bench).last).utf8)
        let prefix = Array(copy.dropLast(message.octets.count))
        #expect(!prefix.isEmpty && message.sections[""] == message.octets)
        var random = RandomMessage.Random(state: UInt64(number))
        for (section, octets) in message.sections.sorted(by: { $0.key < $1.key }) {
            let isMessageHeader =
                section == "1.MIME" && message.sections["HEADER"] == octets && message.sections["2.MIME"] == nil
            let expected = section == "" || section == "HEADER" || isMessageHeader ? prefix + octets : octets
            let offset = random.upTo(expected.count + 3)
            let count = random.upTo(expected.count + 3) + 1
            let fetched = try await bench.fetch(
                "FETCH \(number) (BODY.PEEK[\(section)] BODY.PEEK[\(section)]<\(offset).\(count)>)")
            #expect(fetched.literal("BODY[\(section)]") == expected, "\(section)")
            let range = expected.dropFirst(offset).prefix(count)
            #expect(fetched.literal("BODY[\(section)]<\(offset)>") == Array(range), "\(section)<\(offset).\(count)>")
        }
        for (part, content) in message.contents {
            let offset = random.upTo(content.count + 3)
            let fetched = try await bench.fetch(
                "FETCH \(number) (BINARY.SIZE[\(part)] BINARY.PEEK[\(part)] BINARY.PEEK[\(part)]<\(offset).7>)")
            #expect(fetched.literal("BINARY[\(part)]") == content, "\(part)")
            #expect(fetched.literal("BINARY[\(part)]<\(offset)>") == Array(content.dropFirst(offset).prefix(7)))
            #expect(fetched.text.contains("BINARY.SIZE[\(part)] \(content.count) "))
            #expect(fetched.octets.contains(UInt8(ascii: "~")) == content.contains(0) || content.contains(0x7E))
        }
    }

    /// The example of RFC 9051 §6.4.5.1.
    private static let nested = """
        Subject: outer\r
        X-A: 1\r
        Content-Type: multipart/mixed; boundary=o\r
        \r
        --o\r
        \r
        plain\r
        --o\r
        Content-Type: application/octet-stream\r
        Content-Transfer-Encoding: base64\r
        \r
        AAEC\r
        --o\r
        Content-Type: message/rfc822\r
        \r
        Subject: third\r
        Content-Type: multipart/mixed; boundary=i\r
        \r
        --i\r
        \r
        one\r
        --i\r
        Content-Type: application/x-y\r
        Content-Transfer-Encoding: x-secret\r
        \r
        two\r
        --i--\r
        --o\r
        Content-Type: multipart/mixed; boundary=m\r
        \r
        --m\r
        Content-Type: image/gif\r
        \r
        GIF\r
        --m\r
        Content-Type: message/rfc822\r
        \r
        Subject: inner\r
        \r
        text\r
        --m--\r
        --o--\r

        """

    static let sections: [(section: String, octets: String?)] = [
        ("1", "plain"), ("1.MIME", "\r\n"), ("2", "AAEC"),
        ("2.MIME", "Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n\r\n"),
        ("3.HEADER", "Subject: third\r\nContent-Type: multipart/mixed; boundary=i\r\n\r\n"), ("3.1", "one"),
        ("3.2", "two"), ("3.HEADER.FIELDS (SUBJECT)", "Subject: third\r\n\r\n"),
        ("3.HEADER.FIELDS.NOT (Subject)", "Content-Type: multipart/mixed; boundary=i\r\n\r\n"),
        ("3.HEADER.FIELDS (NONE)", "\r\n"), ("4.1", "GIF"), ("4.1.MIME", "Content-Type: image/gif\r\n\r\n"),
        ("4.2.HEADER", "Subject: inner\r\n\r\n"), ("4.2.TEXT", "text"), ("4.2.1", "text"),
        ("4.2", "Subject: inner\r\n\r\ntext"), ("4.2.1.MIME", "Subject: inner\r\n\r\n"),
        ("HEADER.FIELDS (X-A Subject)", "Subject: outer\r\nX-A: 1\r\n\r\n"), ("5", nil), ("1.1", nil),
        ("1.HEADER", nil),
        ("4.HEADER", nil), ("4.TEXT", nil), ("4.2.2", nil), ("9.9.9.TEXT", nil),
    ]

    @Test func sectionsOfTheExample() async throws {
        try await withFetchedMailbox { bench in
            try await bench.test.deliver(Self.nested, to: "ana@example.test")
            for (section, octets) in Self.sections {
                let fetched = try await bench.fetch("FETCH 1 BODY.PEEK[\(section)]")
                let expected = octets.map { "{\($0.utf8.count)}\r\n\($0)" } ?? "NIL"
                #expect(fetched.text == "* 1 FETCH (BODY[\(section)] \(expected))\r\n")
            }
            let not = try await bench.fetch("FETCH 1 BODY.PEEK[HEADER.FIELDS.NOT (X-A Subject)]")
            let text = String(decoding: not.octets, as: UTF8.self)
            #expect(
                text.contains("Return-Path: <>\r\n")
                    && text.contains("Content-Type: multipart/mixed; boundary=o\r\n\r\n)"))
            #expect(!text.contains("X-A: 1"))
        }
    }

    // MARK: BINARY

    @Test func binary() async throws {
        try await withFetchedMailbox { bench in
            try await bench.test.deliver(Self.nested, to: "ana@example.test")
            let some = try await bench.fetch(
                "FETCH 1 (BINARY.PEEK[2] BINARY.SIZE[2] BINARY.PEEK[2]<1.1> BINARY.PEEK[1])")
            #expect(
                some.text == "* 1 FETCH (BINARY[2] ~{3}\r\n\u{0}\u{1}\u{2} BINARY.SIZE[2] 3 "
                    + "BINARY[2]<1> {1}\r\n\u{1} BINARY[1] {5}\r\nplain)\r\n")
            #expect(some.faults == [])
            // RFC 3516 §4.3: the command fails, other items are told.
            let unknown = try await bench.fetch("FETCH 1 (UID BINARY.PEEK[3.2] BINARY.SIZE[3.2])")
            #expect(unknown.text == "* 1 FETCH (UID 1 BINARY[3.2] NIL)\r\n")
            #expect(unknown.faults == .unknownEncoding)
            let alone = try await bench.fetch("FETCH 1 BINARY.SIZE[3.2]")
            #expect(alone.text == "* 1 FETCH (UID 1)\r\n")
            // What is no leaf is as it is.
            let multipart = try await bench.fetch("FETCH 1 (BINARY.PEEK[4.2] BINARY.PEEK[7] BINARY.SIZE[7])")
            #expect(
                multipart.text == "* 1 FETCH (BINARY[4.2] {22}\r\nSubject: inner\r\n\r\ntext "
                    + "BINARY[7] NIL BINARY.SIZE[7] 0)\r\n")
            let whole = try await bench.fetch("FETCH 1 (BINARY.PEEK[] BODY.PEEK[] BINARY.SIZE[])")
            #expect(whole.literal("BINARY[]") == whole.literal("BODY[]"))
        }
    }

    // MARK: Large and many

    /// Pages are bounded, and together they are the whole.
    @Test func manyMessages() async throws {
        try await withFetchedMailbox { bench in
            for number in 1...700 {
                let body = String(repeating: "x", count: number * 5)
                try await bench.test.deliver("Subject: \(number)\r\n\r\n\(body)\r\n", to: "ana@example.test")
            }
            let copies = try await copies(bench)
            let bodies = try await bench.fetch("FETCH 1:* (UID BODY.PEEK[])")
            var expected = ""
            for (place, copy) in copies.enumerated() {
                expected += "* \(place + 1) FETCH (UID \(place + 1) BODY[] {\(copy.utf8.count)}\r\n\(copy))\r\n"
            }
            #expect(bodies.text == expected)
            #expect(bodies.pages > 2)
            #expect(bodies.heldMax < 700 << 10)
            let envelopes = try await bench.fetch("FETCH 1:* (UID FLAGS ENVELOPE)")
            #expect(envelopes.told == (try await bench.uids()))
            #expect(envelopes.pages > 0 && envelopes.heldMax < 256 << 10)
            let few = try await bench.fetch("FETCH 3,5:6,600,699:700 (UID)")
            #expect(few.told == UIDSet(ranges: [3...3, 5...6, 600...600, 699...700]))
        }
    }

    /// A message of 30 MB and more sections of it than memory is to hold.
    @Test func largeMessage() async throws {
        try await withFetchedMailbox { bench in
            let line = String(repeating: "0123456789abcdef", count: 4) + "\r\n"
            let body = String(repeating: line, count: 30_000_000 / line.utf8.count)
            let header = "Subject: large\r\nContent-Transfer-Encoding: base64\r\n\r\n"
            try await bench.test.deliver(header + body, to: "ana@example.test")
            try await bench.test.deliver(Self.hello, to: "ana@example.test")
            let copy = Array(try #require(try await copies(bench).first).utf8)
            let fetched = try await bench.fetch("FETCH 1:2 (UID BODY.PEEK[] BODY.PEEK[TEXT])")
            #expect(fetched.literal("BODY[]") == copy)
            #expect(fetched.streams == 2)
            #expect(fetched.heldMax < 1 << 20)
            #expect(fetched.text.hasSuffix("BODY[TEXT] {10}\r\nGood day\r\n)\r\n"))
            let fields = try await bench.fetch("FETCH 1 BODY.PEEK[HEADER.FIELDS (Subject)]")
            #expect(fields.text == "* 1 FETCH (BODY[HEADER.FIELDS (Subject)] {18}\r\nSubject: large\r\n\r\n)\r\n")
            let start = 12_345_678
            let some = try await bench.fetch("FETCH 1 BODY.PEEK[]<\(start).3000000>")
            #expect(some.literal("BODY[]<\(start)>") == Array(copy[start..<(start + 3_000_000)]))
            let binary = try await bench.fetch("FETCH 1 (BINARY.SIZE[1] BINARY.PEEK[1]<20000000.10>)")
            let octets = body.utf8.count / 66 * 48
            #expect(binary.text.hasPrefix("* 1 FETCH (BINARY.SIZE[1] \(octets) BINARY[1]<20000000> "))
            let many = (0..<40).map { "BODY.PEEK[]<\($0).900000>" }.joined(separator: " ")
            let repeated = try await bench.fetch("FETCH 1 (\(many))")
            #expect(repeated.heldMax < 4 << 20)
            #expect(repeated.literal("BODY[]<39>") == Array(copy[39..<900_039]))
        }
    }

    // MARK: Damage

    /// Octets that were changed on the disk are never sent.
    @Test(arguments: [100, 3_000_000]) func damaged(size: Int) async throws {
        try await withFetchedMailbox { bench in
            let body = String(repeating: "needle in hay\r\n", count: size / 15 + 1)
            try await bench.test.deliver("Subject: x\r\n\r\n\(body)", to: "ana@example.test")
            try await bench.test.deliver(Self.hello, to: "ana@example.test")
            let path = "\(bench.test.folder.path)/log"
            for name in try bench.test.folder.names("log") where name.hasSuffix(".seg") {
                let file = try #require(FileHandle(forUpdatingAtPath: "\(path)/\(name)"))
                let octets = try #require(try file.readToEnd())
                let place = try #require(octets.range(of: Data("needle".utf8)))
                try file.seek(toOffset: UInt64(place.lowerBound))
                try file.write(contentsOf: Data("noodle".utf8))
                try file.close()
            }
            let fetched = try await bench.fetch("FETCH 1:2 (UID BODY.PEEK[TEXT]<0.5> BINARY.SIZE[1] ENVELOPE)")
            #expect(fetched.text.hasPrefix("* 1 FETCH (UID 1 BODY[TEXT]<0> NIL ENVELOPE (NIL \"x\""))
            #expect(fetched.text.contains("* 2 FETCH (UID 2 BODY[TEXT]<0> {5}\r\nGood  BINARY.SIZE[1] 10 ENVELOPE"))
            #expect(fetched.faults == .damaged)
            await #expect(throws: SectionOctets.Failure.damaged) {
                _ = try await bench.test.store.sectionOctets(
                    bench.key, UID(rawValue: 1), SectionSpecification(), nil, bench.checked)
            }
        }
    }

    /// What CATENATE takes from a message.
    @Test func sectionOctets() async throws {
        try await withFetchedMailbox { bench in
            try await bench.test.deliver(Self.nested, to: "ana@example.test")
            let store = bench.test.store
            let section = SectionSpecification(part: PartPath([3, 2]))
            var octets = try await store.sectionOctets(
                bench.key, UID(rawValue: 1), section, OctetRange(offset: 1, octetsMax: 9), bench.checked)
            #expect(octets.octetCount == 2)
            #expect(try await octets.next().map { String(buffer: $0) } == "wo")
            #expect(try await octets.next() == nil)
            for (uid, part) in [(1, [9]), (2, [1])] as [(UInt32, [UInt32])] {
                await #expect(throws: SectionOctets.Failure.notThere) {
                    _ = try await store.sectionOctets(
                        bench.key, UID(rawValue: uid), SectionSpecification(part: PartPath(part)), nil, bench.checked)
                }
            }
        }
    }

    // MARK: Limits

    /// The newest messages are told of, and the lowest of them is named (RFC 9738 §3).
    @Test func messageLimit() async throws {
        try await withFetchedMailbox { bench in
            let view = IMAPSequenceView(uids: UIDSet(ranges: [1...5, 8...10]))
            func choice(_ command: String, _ limit: UInt32?) throws -> FetchChoice {
                try FetchChoice(try bench.request(command), in: view, uidNext: 11, limit: limit)
            }
            #expect(try choice("FETCH 1:* FLAGS", nil).uids == UIDSet(ranges: [1...5, 8...10]))
            #expect(try choice("FETCH 1:* FLAGS", 8).limit == nil)
            let limited = try choice("UID FETCH 1:* FLAGS", 4)
            #expect(limited.uids == UIDSet(ranges: [5...5, 8...10]))
            #expect(limited.limit == .messageLimit(4, UID(rawValue: 5)))
            #expect(try choice("UID FETCH 1:* FLAGS (PARTIAL 1:4)", 4).uids == UIDSet(ranges: [1...4]))
            #expect(throws: IMAPCompletion.self) { try choice("UID FETCH 1:* FLAGS (PARTIAL 1:5)", 4) }
            #expect(throws: IMAPCompletion.self) { try choice("FETCH 9 FLAGS", nil) }
            #expect(try choice("UID FETCH 1:4294967295 FLAGS", nil).uids.count == 8)
        }
    }
}
