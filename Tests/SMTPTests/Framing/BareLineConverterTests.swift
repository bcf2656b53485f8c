import NIOCore
import SMTP
import Testing

@Suite struct BareLineConverterTests {
    @Test func agreesWithAModel() {
        var generator = SeededGenerator(7)
        let alphabet: [UInt8] = [13, 10, 0x61]
        for _ in 0..<5_000 {
            var octets = (0..<Int.random(in: 0...12, using: &generator)).map { _ in
                alphabet[Int.random(in: 0..<3, using: &generator)]
            }
            octets += [13, 10]
            var expected: [UInt8] = []
            var index = 0
            while index < octets.count {
                switch octets[index] {
                case 13:
                    expected += [13, 10]
                    if index + 1 < octets.count, octets[index + 1] == 10 { index += 1 }
                case 10: expected += [13, 10]
                default: expected.append(octets[index])
                }
                index += 1
            }
            var converter = BareLineConverter()
            var result: [UInt8] = []
            var rest = octets[...]
            while !rest.isEmpty {
                let count = Int.random(in: 1...rest.count, using: &generator)
                result += Array(converter.convert(ByteBuffer(bytes: rest.prefix(count))).readableBytesView)
                rest = rest.dropFirst(count)
            }
            #expect(result == expected)
        }
    }
}
