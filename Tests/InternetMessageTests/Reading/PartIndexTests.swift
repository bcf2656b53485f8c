import Testing

@testable import InternetMessage

/// The complex message of RFC 9051 §6.4.5.1.
private let complex = """
    Subject: outer
    Content-Type: multipart/mixed; boundary=o

    --o
    Content-Type: text/plain

    one
    --o
    Content-Type: application/octet-stream

    two
    --o
    Content-Type: message/rfc822

    Subject: three
    Content-Type: multipart/mixed; boundary=m

    --m
    Content-Type: text/plain

    three one
    --m
    Content-Type: application/octet-stream

    three two
    --m--

    --o
    Content-Type: multipart/mixed; boundary=n

    --n
    Content-Type: image/gif

    four one
    --n
    Content-Type: message/rfc822

    Subject: four two
    Content-Type: multipart/mixed; boundary=p

    --p
    Content-Type: text/plain

    four two one
    --p
    Content-Type: multipart/alternative; boundary=q

    --q
    Content-Type: text/plain

    four two two one
    --q
    Content-Type: text/richtext

    four two two two
    --q--
    --p--
    --n--
    --o--

    """

@Suite struct PartIndexTests {
    @Test(arguments: [
        ("1", "one"), ("2", "two"), ("3.1", "three one"), ("3.2", "three two"), ("4.1", "four one"),
        ("4.2.1", "four two one"), ("4.2.2.1", "four two two one"), ("4.2.2.2", "four two two two"),
        ("3.HEADER", "Subject: three\r\nContent-Type: multipart/mixed; boundary=m\r\n\r\n"),
        ("4.2.header", "Subject: four two\r\nContent-Type: multipart/mixed; boundary=p\r\n\r\n"),
        ("4.1.MIME", "Content-Type: image/gif\r\n\r\n"), ("3.MIME", "Content-Type: message/rfc822\r\n\r\n"),
        ("HEADER", "Subject: outer\r\nContent-Type: multipart/mixed; boundary=o\r\n\r\n"),
    ]) func findsSections(_ name: String, _ expected: String) {
        #expect(MessageFixture(complex).section(name) == expected)
    }

    @Test(arguments: [
        "5", "1.1", "1.HEADER", "1.TEXT", "2.1", "3.3", "4.HEADER", "4.1.1", "4.2.2.3", "0", "01", "MIME", "1.", ".1",
        "HEADER.1", "1..2", "99999999999999999999", "1.MIME.1", "x", "3.1.1.1",
    ]) func hasNoOthers(_ name: String) {
        #expect(MessageFixture(complex).section(name) == nil)
    }

    @Test func wholeAndTextAreExact() {
        let fixture = MessageFixture(complex)
        #expect(fixture.section("") == text(fixture.octets))
        let nested = fixture.section("3.HEADER").flatMap { header in fixture.section("3.TEXT").map { header + $0 } }
        #expect(nested == fixture.section("3"))
    }

    @Test(arguments: [
        ("\n\nbody", "1", "\r\nbody"), ("A: b\n\nbody", "1", "body"), ("A: b\n\nbody", "1.MIME", "A: b\r\n\r\n"),
        ("Content-Type: message/rfc822\n\nA: b\n\nc", "1", "A: b\r\n\r\nc"),
        ("Content-Type: message/rfc822\n\nA: b\n\nc", "1.1", "c"),
        ("Content-Type: message/rfc822\n\nA: b\n\nc", "1.HEADER", "A: b\r\n\r\n"),
    ]) func aMessageWithoutPartsHasPartOne(_ message: String, _ name: String, _ expected: String) {
        #expect(MessageFixture(message).section(name) == expected)
    }

    @Test func partsKnowTheirNumbers() {
        let fixture = MessageFixture(complex)
        for part in fixture.message.parts.indices where fixture.message.parts[part].kind == .leaf {
            #expect(fixture.index.part(fixture.message.number(of: part)) == part)
        }
        #expect(
            fixture.message.parts.indices.map { fixture.message.number(of: $0) }.filter { $0 == [4, 2, 2, 2] }.count
                == 1)
    }

    @Test func partialRangesStayInside() {
        let range = ByteRange(10, 20)
        #expect(range.partial(offset: 0, length: 4) == ByteRange(10, 14))
        #expect(range.partial(offset: 8, length: 100) == ByteRange(18, 20))
        #expect(range.partial(offset: 100, length: 1).isEmpty)
        #expect(range.partial(offset: Int.max, length: Int.max).isEmpty)
        #expect(range.partial(offset: -1, length: -1).isEmpty)
        #expect(ByteRange(5, 3).isEmpty)
        #expect(ByteRange(Int.min, Int.max).count == MessageLimits.octetsMax)
    }

    @Test func storedFormIsReadBack() throws {
        let fixture = MessageFixture(complex)
        let read = try #require(PartIndex(decoding: fixture.facts.partIndex))
        #expect(read == fixture.index)
        #expect(fixture.facts.partIndex.count < fixture.message.parts.count * 10)
    }

    @Test func brokenStoredFormsAreRefusedOrHarmless() {
        let stored = MessageFixture(complex).facts.partIndex
        for end in stored.indices { #expect(PartIndex(decoding: Array(stored[..<end])) == nil) }
        for position in stored.indices {
            for value: UInt8 in [0, 1, 0x7F, 0x80, 0xFF] {
                var broken = stored
                broken[position] = value
                guard let index = PartIndex(decoding: broken) else { continue }
                for name in ["", "1", "3.1", "4.2.2.2", "4.2.HEADER"] {
                    _ = BodySection(name).flatMap { index.range(of: $0) }
                }
            }
        }
        #expect(PartIndex(decoding: stored + [0]) == nil)
    }
}
