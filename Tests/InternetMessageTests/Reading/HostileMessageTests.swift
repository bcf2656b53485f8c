import Glibc
import Testing

@testable import InternetMessage

/// A message with something of everything, for cutting and mutating.
let richMessage = crlf(
    """
    Received: from a (b [192.0.2.1]) by c; Fri, 21 Nov 1997 09:55:06 -0600
    Date: Fri, 21 Nov 1997 09:55:06 -0600 (CST)
    From: "J. \\"Q\\" P" <@r.test:j@x.test> (comment (nested))
    To: g: =?utf-8?q?=C3=B6?= <a@x.test>, b@[192.0.2.1];, ß@ß.test
    Subject: Re: [l] =?utf-8?b?w7Y=?=
     folded
    Message-ID: <m@x.test>
    References: <r@x.test> <s@x.test>
    Content-Type: multipart/mixed; (c) boundary="b o"; x*0*=utf-8'en'%C3%B6; x*1=y

    preamble
    --b o
    Content-Type: multipart/alternative; boundary=bo

    --bo
    Content-Type: text/plain; charset=utf-8
    Content-Transfer-Encoding: quoted-printable

    =C3=B6 text=
    --bo
    Content-Type: text/html

    <p>a&amp;b</p>
    --bo--
    --b o
    Content-Type: message/rfc822
    Content-Disposition: attachment; filename="a.eml"

    Subject: inner
    From: i@x.test

    deep
    --b o
    Content-Type: image/png; name=a b.png
    Content-Transfer-Encoding: base64
    Content-ID: <i@x.test>
    Content-Language: de, en

    iVBORw0KGgo=

    --b o--
    epilogue

    """)

/// What must hold of every message.
private func checkInvariants(_ octets: [UInt8], limits: MessageLimits = MessageLimits()) {
    let fixture = MessageFixture(octets, limits: limits)
    let parts = fixture.message.parts
    #expect(parts.count >= 1 && parts.count <= max(1, limits.partsMax))
    #expect(parts[0].header.lowerBound == 0 && parts[0].body.upperBound == octets.count)
    for part in parts.indices {
        #expect(parts[part].header.upperBound == parts[part].body.lowerBound)
        if octets.count < 100_000 {
            let lines = octets[parts[part].body.range].count { $0 == 0x0A }
            #expect(Int(parts[part].bodyLines) == lines)
        }
        var previousEnd = parts[part].body.lowerBound
        for child in fixture.message.children(of: part) {
            #expect(parts[child].parent == part)
            #expect(parts[child].header.lowerBound >= previousEnd)
            #expect(parts[child].body.upperBound <= parts[part].body.upperBound)
            previousEnd = parts[child].body.upperBound
        }
        #expect((parts[part].kind == .leaf) == (parts[part].childCount == 0))
        #expect(parts[part].kind != .message || parts[part].childCount == 1)
        #expect(fixture.index.part(fixture.message.number(of: part)) != nil)
    }
    let lines = octets.count { $0 == 0x0A }
    #expect(fixture.message.lineCount == lines)
    #expect(PartIndex(decoding: fixture.facts.partIndex) == fixture.index)
    #expect(MessageFacts.body(fromStructure: fixture.facts.bodyStructure) == fixture.structure(.body))
    #expect(fixture.facts.preview.unicodeScalars.count <= 256)
    #expect(!fixture.facts.envelope.contains(0))
    #expect(!fixture.facts.bodyStructure.contains(0))
    _ = fixture.search()
}

private let fixtures = #filePath.split(separator: "/").dropLast(2).reduce(into: "") { $0 += "/" + $1 } + "/Fixtures"

/// The names of the files in Fixtures/broken.
private let corpus: [String] = {
    guard let folder = opendir(fixtures + "/broken") else { return [] }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
        let name = withUnsafeBytes(of: &entry.pointee.d_name) { raw in
            String(decoding: raw.prefix { $0 != 0 }, as: UTF8.self)
        }
        if name.hasSuffix(".eml") { names.append(name) }
    }
    return names.sorted()
}()

private func readFixture(_ name: String) -> [UInt8]? {
    guard let file = fopen("\(fixtures)/\(name)", "rb") else { return nil }
    defer { fclose(file) }
    var octets: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while true {
        let count = fread(&chunk, 1, chunk.count, file)
        if count == 0 { return octets }
        octets.append(contentsOf: chunk[..<count])
    }
}

@Suite struct HostileMessageTests {
    @Test func everyPrefixIsAMessage() {
        for end in richMessage.indices { checkInvariants(Array(richMessage[..<end])) }
    }

    @Test func everyMutationOfOneOctetIsAMessage() {
        for position in richMessage.indices {
            var octets = richMessage
            octets[position] = [0, 0x0A, 0x0D, 0x22, 0x28, 0x2D, 0x3A, 0x3B, 0x3C, 0xFF][position % 10]
            checkInvariants(octets)
            guard position % 4 == 0 else { continue }
            octets.remove(at: position)
            checkInvariants(octets)
        }
    }

    @Test(arguments: [1, 2, 3]) func randomMutationsAreMessages(_ seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let pieces = [
            "\r\n", "\n", "\r", "\0", "--b o\r\n", "--bo--\r\n", "--", "\r\n\r\n", "\"", "(", ")", "<", ">", ";", "=",
            ":", "=?",
            "?=", "Content-Type: multipart/mixed; boundary=bo\r\n", "Content-Type: message/rfc822\r\n\r\n", "*0*=",
            "''", "%",
            "Content-Type: multipart/digest; boundary=\"b o\"\r\n", "\u{FF}", "From ", "=C3", "&#x;", "<!--", "[fwd:",
        ].map { Array($0.utf8) }
        for _ in 0..<150 {
            var octets = richMessage
            for _ in 0..<Int.random(in: 1...6, using: &generator) {
                let start = Int.random(in: 0...octets.count, using: &generator)
                let end = Int.random(in: start...min(octets.count, start + 40), using: &generator)
                switch Int.random(in: 0..<4, using: &generator) {
                case 0: octets.removeSubrange(start..<end)
                case 1: octets.insert(contentsOf: pieces.randomElement(using: &generator) ?? [], at: start)
                case 2:
                    octets.insert(
                        contentsOf: Array(octets[start..<end]), at: Int.random(in: 0...octets.count, using: &generator))
                default: octets.insert(UInt8.random(in: 0...255, using: &generator), at: start)
                }
            }
            checkInvariants(octets)
        }
    }

    @Test(arguments: [11, 12]) func noiseIsAMessage(_ seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<200 {
            let count = Int.random(in: 0...300, using: &generator)
            checkInvariants((0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) })
        }
    }

    /// Each file is named by what is broken in it.
    @Test(arguments: corpus) func brokenMailIsMail(_ name: String) throws {
        let octets = try #require(readFixture("broken/\(name)"))
        checkInvariants(octets)
        let step = max(1, octets.count / 12)
        for end in stride(from: 0, to: octets.count, by: step) { checkInvariants(Array(octets[..<end])) }
    }

    @Test(arguments: corpus) func brokenMailWithinMailIsMail(_ name: String) throws {
        let octets = try #require(readFixture("broken/\(name)"))
        let start = crlf("Content-Type: multipart/mixed; boundary=around\n\n--around\nContent-Type: message/rfc822\n\n")
        let whole = start + octets + crlf("\n--around\nContent-Type: text/html\n\nlast\n--around--\n")
        checkInvariants(whole)
        // Whatever is broken ends at the boundary around it, unless a limit was met.
        let fixture = MessageFixture(whole)
        if !fixture.message.limitReached { #expect(fixture.section("2") == "last") }
    }

    @Test func theCorpusIsWhole() { #expect(corpus.count >= 60) }

    @Test func smallLimitsHold() {
        for count in 1...6 {
            var limits = MessageLimits()
            limits.partsMax = count
            checkInvariants(richMessage, limits: limits)
            limits.partsMax = 100
            limits.depthMax = count
            checkInvariants(richMessage, limits: limits)
            limits.depthMax = 100
            limits.fieldsMax = count
            checkInvariants(richMessage, limits: limits)
        }
    }
}

/// Each of these would take hours if the time grew with the square of the size, and overflow the stack if each level of
/// nesting took a call.
@Suite struct LargeMessageTests {
    @Test func tenThousandMultipartsInEachOther() {
        var octets: [UInt8] = []
        var boundary = "b"
        for level in 0..<10_000 {
            octets += crlf("Content-Type: multipart/mixed; boundary=\"\(boundary)\"\n\n--\(boundary)\n")
            // Each boundary begins with the one before it, as long as that is allowed.
            boundary = boundary.utf8.count < 300 ? boundary + "b" : "b\(level)"
        }
        let fixture = MessageFixture(octets)
        #expect(fixture.message.limitReached)
        #expect(fixture.message.parts.count <= 102)
        #expect(fixture.message.parts.last?.mediaTypeSource == .opaque)
        checkInvariants(octets)
    }

    @Test func tenThousandMessagesInEachOther() {
        let octets = crlf(String(repeating: "Content-Type: message/rfc822\n\n", count: 10_000))
        #expect(MessageFixture(octets).message.limitReached)
        checkInvariants(octets)
    }

    @Test func moreThanTenThousandParts() {
        let octets = crlf(
            "Content-Type: multipart/mixed; boundary=b\n\n" + String(repeating: "--b\n\nx\n", count: 20_000) + "--b--\n"
        )
        let fixture = MessageFixture(octets)
        #expect(fixture.message.parts.count == 10_000)
        #expect(fixture.message.limitReached)
        #expect(fixture.section("9999")?.hasPrefix("x\r\n--b\r\n") == true)
    }

    @Test func manyOpenBoundariesAndManyLinesLikeThem() {
        var octets: [UInt8] = []
        let common = String(repeating: "b", count: 60)
        for level in 100..<190 {
            octets += crlf("Content-Type: multipart/mixed; boundary=\(common)\(level)\n\n--\(common)\(level)\n")
        }
        octets += crlf("\n" + String(repeating: "--\(common)999\n", count: 20_000))
        #expect(MessageFixture(octets).message.parts.count == 91)
    }

    @Test func aHundredThousandFields() {
        let octets = crlf(String(repeating: "To: a@x.test\nX: y\n", count: 50_000) + "\nbody")
        let fixture = MessageFixture(octets)
        #expect(fixture.message.fields.count == 100_000)
        #expect(fixture.section("TEXT") == "body")
    }

    @Test func moreFieldsThanAreRecorded() {
        let octets = crlf(String(repeating: "X: y\n", count: 250_000) + "Subject: late\n z\n\nbody")
        let fixture = MessageFixture(octets)
        #expect(fixture.message.fields.count == 200_000)
        #expect(fixture.section("TEXT") == "body")
    }

    @Test(arguments: [
        "(", "\"", "=?", "=?utf-8?q?", ";", "a=", "a=b ", "x*0*=", "x*1=\"", "<", "\r\n ", "\0", "é", "a(b", "=", "a=",
    ])
    func floodsInFields(_ piece: String) {
        let flood = String(repeating: piece, count: 50_000)
        for name in ["Subject", "From", "Content-Type: text/plain;", "Content-Disposition: x;", "References", "Date"] {
            let octets = Array("\(name): \(flood)\r\n\r\nbody".utf8)
            #expect(MessageFacts(parsing: octets).octetCount == octets.count)
        }
    }

    @Test(arguments: [
        "<", "&", "<!--", "<a", "<a \"", "<script>", "<style", "&#", "=", "=3", "\r\n", "\r", "--", "--\r\n", " ",
    ])
    func floodsInBodies(_ piece: String) {
        let flood = String(repeating: piece, count: 50_000)
        for type in ["text/html", "text/plain", "multipart/mixed; boundary=b", "message/rfc822"] {
            for encoding in ["7bit", "quoted-printable", "base64"] {
                let octets = Array(
                    "Content-Type: \(type)\r\nContent-Transfer-Encoding: \(encoding)\r\n\r\n\(flood)".utf8)
                #expect(MessageFacts(parsing: octets).octetCount == octets.count)
                #expect(
                    MessageFixture(octets).search().reduce(0) { $0 + $1.utf8.count } <= 3_000_000)
            }
        }
    }
}
