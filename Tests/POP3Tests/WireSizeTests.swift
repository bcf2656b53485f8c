import DotStuffing
import NIOCore
import Testing

@testable import POP3

@Suite struct WireSizeTests {
    /// The size counted beforehand is the size sent.
    @Test func isWhatTheEncoderSends() {
        var generator = SeededGenerator(seed: 4)
        let letters: [UInt8] = Array("..\r\n\r\nab".utf8)
        for _ in 0..<5_000 {
            let count = Int.random(in: 0...40, using: &generator)
            let message = (0..<count).map { _ in letters[Int.random(in: 0..<letters.count, using: &generator)] }
            var encoder = DotEncoder()
            var encoded = ByteBuffer()
            encoder.encode(ByteBuffer(bytes: message)) { encoded.writeImmutableBuffer($0) }
            encoder.finish { encoded.writeImmutableBuffer($0) }
            var size = WireSize()
            size.count(message)
            if unstuffedCount(Array(encoded.readableBytesView)) != size.total { Issue.record("size of \(message)") }
        }
    }

    private func unstuffedCount(_ encoded: [UInt8]) -> UInt64 {
        var count: UInt64 = 0
        var last: UInt8 = 0x0A
        for octet in encoded.dropLast(3) {
            if !(octet == 0x2E && last == 0x0A) { count += 1 }
            last = octet == 0x2E && last == 0x0A ? 0 : octet
        }
        return count
    }
}
