import FoundationEssentials
import MailCore
import Testing

@testable import MailboxFormats

/// A folder that is gone after the test.
struct TemporaryFolder: ~Copyable {
    let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.path + "/paloma-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func write(_ text: String, to name: String) throws -> String {
        let file = "\(path)/\(name)"
        let folder = String(file[..<(file.lastIndex(of: "/") ?? file.endIndex)])
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        _ = FileManager.default.createFile(atPath: file, contents: Data(text.utf8))
        return file
    }
}

/// A message as the test sees it.
struct Message: Equatable {
    var mailbox = ""
    var text = ""
    var mark = MailFileMark()
}

func messages(_ next: () throws -> MailFileEvent?) throws -> [Message] {
    var messages: [Message] = []
    var octets: [UInt8] = []
    while let event = try next() {
        switch event {
        case .begins(let folder):
            messages.append(Message(mailbox: folder))
            octets = []
        case .octets(let piece): octets += piece
        case .ends(let mark):
            messages[messages.count - 1].text = String(decoding: octets, as: UTF8.self)
            messages[messages.count - 1].mark = mark
        case .unreadable: messages.append(Message(mailbox: "unreadable"))
        }
    }
    return messages
}

func readMbox(_ path: String) throws -> [Message] {
    var reader = try MboxReader(path: path)
    return try messages { try reader.next() }
}

@Suite struct MboxFromLineTests {
    @Test(
        arguments: [
            ("From ana@example.test Fri Jun  4 12:34:56 2021", "ana@example.test", 1_622_810_096),
            ("From - Fri Jun 04 12:34:56 2021", "-", 1_622_810_096),
            ("From 1234@xxx Fri Jun 04 12:34:56 +0200 2021", "1234@xxx", 1_622_802_896),
            ("From ana@example.test  Fri, 4 Jun 2021 12:34:56 +0000 (UTC)", "ana@example.test", 1_622_810_096),
            ("From ana Fri Jun  4 12:34 CEST 2021 remote from host", "ana", 1_622_810_040),
            ("From x Thu Jan  1 00:00:00 1970\r", "x", 0), ("From x Sat Feb 29 23:59:60 2020", "x", 1_583_020_800),
            ("From may@example.test Mon Mar  1 00:00:00 1999", "may@example.test", 920_246_400),
        ] as [(String, String, Int64)])
    func dates(line: String, sender: String, seconds: Int64) throws {
        let parsed = try #require(MboxFromLine(Array(line.utf8)))
        #expect(parsed.sender == sender)
        #expect(parsed.dateSeconds == seconds)
    }

    @Test(arguments: [
        "From here on it went well.", "From ", "From x Jun", "From x Fri Jun 40 99:99:99 2021", "From May 5",
    ])
    func noDates(line: String) throws {
        #expect(try #require(MboxFromLine(Array(line.utf8))).dateSeconds == nil)
    }

    @Test func asctime() {
        #expect(CalendarSeconds.asctime(1_622_810_096) == "Fri Jun  4 12:34:56 2021")
        #expect(CalendarSeconds.asctime(0) == "Thu Jan  1 00:00:00 1970")
        #expect(CalendarSeconds.asctime(-1) == "Wed Dec 31 23:59:59 1969")
        #expect(CalendarSeconds.asctime(1_582_934_400) == "Sat Feb 29 00:00:00 2020")
    }
}

@Suite struct MboxTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let file: String
        let texts: [String]
        var testDescription: String { name }
    }

    static let line = "From a@b Fri Jun  4 12:34:56 2021\n"

    static let cases: [Case] = [
        Case(name: "empty", file: "", texts: []),
        Case(name: "empty lines", file: "\n\n", texts: []),
        Case(name: "one", file: line + "A: b\n\nc\n\n", texts: ["A: b\r\n\r\nc\r\n"]),
        Case(
            name: "CRLF", file: line + "A: b\r\n\r\nc\r\n\r\n" + line + "D: e\r\n",
            texts: ["A: b\r\n\r\nc\r\n", "D: e\r\n"]),
        Case(name: "no end of line at the end", file: line + "A: b\n\nc", texts: ["A: b\r\n\r\nc\r\n"]),
        Case(
            name: "two, empty lines kept inside", file: line + "A: b\n\nc\n\n\n\nd\n\n" + line + "E: f\n\ng\n",
            texts: ["A: b\r\n\r\nc\r\n\r\n\r\n\r\nd\r\n", "E: f\r\n\r\ng\r\n"]),
        Case(
            name: "header only, one empty line", file: line + "A: b\n\n" + line + "C: d\n\n\n" + line,
            texts: ["A: b\r\n\r\n", "C: d\r\n\r\n", ""]),
        Case(
            name: "mboxrd quoting", file: line + "A: b\n\n>From x\n>>From y\n>from z\n> From\n",
            texts: ["A: b\r\n\r\nFrom x\r\n>From y\r\n>from z\r\n> From\r\n"]),
        Case(
            name: "unquoted From without a date, or without an empty line",
            file: line + "A: b\n\nx\n\nFrom now on\n\ny\n" + line + "z\n",
            texts: ["A: b\r\n\r\nx\r\n\r\nFrom now on\r\n\r\ny\r\n\(line.dropLast())\r\nz\r\n"]),
        Case(
            name: "Content-Length is believed when it fits",
            file: line + "Content-Length: \(line.utf8.count + 4)\n\n\n" + line + "ab\n\n" + line + "C: d\n",
            texts: ["Content-Length: \(line.utf8.count + 4)\r\n\r\n\r\n\(line.dropLast())\r\nab\r\n", "C: d\r\n"]),
        Case(
            name: "Content-Length is not believed when it does not",
            file: line + "Content-Length: 999999\n\nx\n\n" + line + "C: d\n",
            texts: ["Content-Length: 999999\r\n\r\nx\r\n", "C: d\r\n"]),
        Case(
            name: "status fields leave",
            file: line + "Status: RO\nA: b\nX-Keywords: one\n two\nX-status: F\nC: d\n e\n\nx\n",
            texts: ["A: b\r\nC: d\r\n e\r\n\r\nx\r\n"]),
    ]

    @Test(arguments: cases)
    func dialects(one: Case) throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(one.file, to: "box")
        #expect(try readMbox(path).map(\.text) == one.texts)
    }

    @Test func flags() throws {
        let folder = try TemporaryFolder()
        let text =
            Self.line + "Status: RO\nX-Status: AFDT\nX-Keywords: one, $Two \n three ONE (bad\n\n" + Self.line
            + "X-Mozilla-Status: 0005\nX-Mozilla-Keys: tag1                \n\n" + Self.line + "Subject: x\n"
        let read = try readMbox(try folder.write(text, to: "box"))
        #expect(read[0].mark.flags == [.seen, .answered, .flagged, .deleted, .draft])
        #expect(read[0].mark.keywords.map(\.text) == ["one", "$Two", "three"])
        #expect(read[0].mark.dateSeconds == 1_622_810_096)
        #expect(read[1].mark.flags == [.seen, .flagged])
        #expect(read[1].mark.keywords.map(\.text) == ["tag1"])
        #expect(read[2].mark.flags == [])
    }

    @Test(arguments: ["Subject: x\n\ny\n", "\u{feff}From a@b Fri Jun  4 12:34:56 2021\n", "{}"])
    func otherFilesAreRefused(text: String) throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(text, to: "box")
        #expect(throws: MailFileError.notMbox(path: path)) { try readMbox(path) }
        #expect(throws: MailFileError.self) { try readMbox("\(path)-not-there") }
    }

    @Test func linesLongerThanTheBuffer() throws {
        let folder = try TemporaryFolder()
        let long = String(repeating: "x", count: 70_000)
        let path = try folder.write(
            Self.line + "A: \(long)\n\n\(long)\n\n" + Self.line + "B: c\n\n>From \(long)\n", to: "box")
        let texts = try readMbox(path).map(\.text)
        #expect(texts == ["A: \(long)\r\n\r\n\(long)\r\n", "B: c\r\n\r\nFrom \(long)\r\n"])
    }

    /// Whatever is written is read back, for texts made to be hard.
    @Test func writtenMessagesAreReadBack() throws {
        let folder = try TemporaryFolder()
        var generator = SplitMix(state: 11)
        let words = [
            "From ", ">", "From x Fri Jun  4 12:34:56 2021", "\r\n", "\r\n\r\n", "a", "\r", ">From ", "Status: R\r\n",
        ]
        var expected: [Message] = []
        let path = "\(folder.path)/box"
        do {
            var writer = try MboxWriter(path: path)
            for number in 0..<100 {
                var body = ""
                for _ in 0..<Int.random(in: 0..<20, using: &generator) {
                    body += words[Int.random(in: 0..<words.count, using: &generator)]
                }
                // With LF alone at the ends of lines, a CR before one cannot be told from a CRLF.
                while body.utf8.count != body.replacing("\r\r\n", with: "\r\n").utf8.count {
                    body = body.replacing("\r\r\n", with: "\r\n")
                }
                let text = "Subject: \(number)\r\n\r\n" + body + "z\r\n"
                let flags = SystemFlags(rawValue: UInt8.random(in: 0..<32, using: &generator))
                let keywords = [Keyword("$Work"), Keyword("k\(number % 3)")].compactMap { $0 }
                let mark = MailFileMark(flags: flags, keywords: keywords, dateSeconds: Int64(number) * 1_000_003)
                try writer.begin(sender: EmailAddress("ana@example.test"), mark)
                var rest = Array(text.utf8)[...]
                while !rest.isEmpty {
                    let count = Int.random(in: 1...rest.count, using: &generator)
                    try writer.append(rest.prefix(count))
                    rest = rest.dropFirst(count)
                }
                try writer.end()
                expected.append(Message(text: text, mark: mark))
            }
            try writer.finish()
        }
        let read = try readMbox(path)
        #expect(read.count == expected.count)
        for (one, other) in zip(read, expected) { #expect(one == other) }
        #expect(throws: MailFileError.exists(path: path)) { _ = try MboxWriter(path: path) }
    }

    /// Damage never traps and never loops.
    @Test func damagedFilesAreReadToTheEnd() throws {
        let folder = try TemporaryFolder()
        var generator = SplitMix(state: 3)
        let whole = Self.cases.map(\.file).joined(separator: "\n")
        for _ in 0..<200 {
            var octets = Array(whole.utf8)
            for _ in 0..<5 {
                let place = Int.random(in: 0..<octets.count, using: &generator)
                if Bool.random(using: &generator) {
                    octets[place] = UInt8.random(in: 0...255, using: &generator)
                } else {
                    octets.removeSubrange(place..<min(octets.count, place + 9))
                }
            }
            let path = "\(folder.path)/box"
            _ = FileManager.default.createFile(atPath: path, contents: Data(octets))
            _ = try? readMbox(path)
        }
    }
}

/// A small seeded generator.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
