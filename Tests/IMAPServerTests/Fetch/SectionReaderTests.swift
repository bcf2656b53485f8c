import IMAP
import InternetMessage
import NIOCore
import Testing

@testable import IMAPServer

@Suite struct SectionReaderTests {
    private let stored = (0..<2_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ $0 >> 8) }

    private func read(_ reader: SectionReader) -> [UInt8] {
        var reader = reader
        var octets: [UInt8] = []
        while let piece = reader.next({ ByteBuffer(bytes: stored[Int($0.lowerBound)..<Int($0.upperBound)]) }) {
            #expect(piece.readableBytes > 0)
            octets += Array(piece.readableBytesView)
        }
        return octets
    }

    /// Ranges are cut from the whole, also across the border of prefix and message.
    @Test func ranges() {
        let prefix = Array("Received: by here\r\n".utf8)
        let whole = prefix + stored[1_000..<700_000]
        let section = LocatedSection(prefix: ByteBuffer(bytes: prefix), stored: 1_000..<700_000)
        #expect(read(SectionReader(section, .none, nil)) == whole)
        var random = SystemRandomNumberGenerator()
        for _ in 0..<200 {
            let offset = UInt64.random(
                in: 0...UInt64(Bool.random(using: &random) ? 40 : whole.count + 50), using: &random)
            let count = UInt64.random(
                in: 1...UInt64(Bool.random(using: &random) ? 50 : whole.count * 2), using: &random)
            let range = OctetRange(offset: offset, octetsMax: count)
            let wanted = range.clamped(to: UInt64(whole.count))
            let expected = whole[Int(wanted.lowerBound)..<Int(wanted.upperBound)]
            #expect(read(SectionReader(section, .none, range)).elementsEqual(expected))
            let decoded = SectionReader(section, .decoding(.eightBit), range)
            #expect(read(decoded).elementsEqual(expected))
        }
        for range in [OctetRange(offset: .max, octetsMax: .max), OctetRange(offset: 0, octetsMax: .max)] {
            let wanted = range.clamped(to: UInt64(whole.count))
            #expect(read(SectionReader(section, .none, range)).count == wanted.count)
        }
    }

    @Test func nothing() {
        let section = LocatedSection(prefix: ByteBuffer(), stored: 5..<5)
        #expect(read(SectionReader(section, .none, nil)).isEmpty)
        #expect(read(SectionReader(section, .decoding(.base64), nil)).isEmpty)
    }

    @Test func measures() {
        let section = LocatedSection(prefix: ByteBuffer(), stored: 0..<600_000)
        let reader = SectionReader(section, .decoding(.binary), OctetRange(offset: 300_000, octetsMax: 299_999))
        let (octets, content) = reader.measure {
            ByteBuffer(bytes: stored[Int($0.lowerBound)..<Int($0.upperBound)])
        }
        #expect(octets == 299_999)
        #expect(content == .binary)
    }
}
