import NIOCore
import Testing

@testable import POP3

@Suite struct DotEncoderTests {
    /// Octet by octet, as RFC 1939 §3 says it.
    private static func naive(_ message: [UInt8]) -> [UInt8] {
        var encoded: [UInt8] = []
        var last: UInt8 = 0x0A
        for octet in message {
            if octet == 0x2E, last == 0x0A { encoded.append(0x2E) }
            if octet == 0x0A, last != 0x0D || encoded.isEmpty { encoded.append(0x0D) }
            encoded.append(octet)
            last = octet
        }
        if last != 0x0A { encoded += [0x0D, 0x0A] }
        return encoded + [0x2E, 0x0D, 0x0A]
    }

    private static func encode(_ chunks: [[UInt8]]) -> [UInt8] {
        var encoder = DotEncoder()
        var encoded = ByteBuffer()
        for chunk in chunks { encoder.encode(ByteBuffer(bytes: chunk)) { encoded.writeImmutableBuffer($0) } }
        encoder.finish { encoded.writeImmutableBuffer($0) }
        return Array(encoded.readableBytesView)
    }

    @Test(arguments: [
        ("", ".\r\n"), (".", "..\r\n.\r\n"), ("a", "a\r\n.\r\n"), ("a\r\n", "a\r\n.\r\n"), ("a\n", "a\r\n.\r\n"),
        ("\n", "\r\n.\r\n"), ("\r\n.\r\n", "\r\n..\r\n.\r\n"), ("a\n.b", "a\r\n..b\r\n.\r\n"),
        ("a\r", "a\r\r\n.\r\n"), ("a\r.b\r\n", "a\r.b\r\n.\r\n"), ("a.\r\n.", "a.\r\n..\r\n.\r\n"),
    ])
    func table(message: String, encoded: String) {
        #expect(Self.encode([Array(message.utf8)]) == Array(encoded.utf8))
        #expect(Self.encode(message.utf8.map { [$0] }) == Array(encoded.utf8))
        #expect(Self.naive(Array(message.utf8)) == Array(encoded.utf8))
    }

    /// 20,000 messages, each cut anywhere.
    @Test func agreesWithTheNaiveEncoder() {
        var generator = SeededGenerator(seed: 4)
        let letters: [UInt8] = Array("..\r\n\r\nab".utf8)
        for _ in 0..<20_000 {
            let count = Int.random(in: 0...40, using: &generator)
            let message = (0..<count).map { _ in letters[Int.random(in: 0..<letters.count, using: &generator)] }
            var chunks: [[UInt8]] = []
            var rest = message[...]
            while !rest.isEmpty {
                let length = Int.random(in: 0...8, using: &generator)
                chunks.append(Array(rest.prefix(length)))
                rest = rest.dropFirst(length)
            }
            let encoded = Self.encode(chunks)
            if encoded != Self.naive(message) { Issue.record("\(message) in \(chunks.map(\.count))") }
        }
    }

    @Test func longRunsAreNotCopied() {
        let line: [UInt8] = Array(repeating: 0x61, count: 70) + [0x0D, 0x0A]
        let chunk = ByteBuffer(bytes: Array(repeatElement(line, count: 900).joined()))
        var encoder = DotEncoder()
        var emitted: [ByteBuffer] = []
        encoder.encode(chunk) { emitted.append($0) }
        #expect(emitted.count == 1)
        let address = chunk.withUnsafeReadableBytes { $0.baseAddress }
        #expect(emitted[0].withUnsafeReadableBytes { $0.baseAddress } == address)
    }
}
