import NIOCore
import SMTP
import Testing

@Suite struct DotDecoderTests {
    private struct Result: Equatable {
        var message: [UInt8] = []
        var rest: [UInt8]?
        var traits = DataTraits()
    }

    /// Feeds the pieces one after the other, as a connection would.
    private func decode(_ pieces: [[UInt8]]) -> Result {
        var decoder = DotDecoder()
        var input = ByteBuffer()
        var result = Result()
        var ended = false
        for piece in pieces {
            input.writeBytes(piece)
            while !ended, let event = decoder.next(&input) {
                switch event {
                case .octets(let octets):
                    if octets.readableBytes == 0 { Issue.record("an empty piece") }
                    result.message += Array(octets.readableBytesView)
                case .end: ended = true
                }
            }
            if !ended, input.readableBytes > 0 { Issue.record("something is left lying") }
        }
        if ended { result.rest = Array(input.readableBytesView) }
        result.traits = decoder.traits
        return result
    }

    private func split(_ octets: [UInt8], using generator: inout SeededGenerator) -> [[UInt8]] {
        var pieces: [[UInt8]] = []
        var rest = octets[...]
        while !rest.isEmpty {
            let count = Int.random(in: 1...min(rest.count, 9), using: &generator)
            pieces.append(Array(rest.prefix(count)))
            rest = rest.dropFirst(count)
        }
        return pieces
    }

    @Test func agreesWithTheModelInRandomChunks() {
        var generator = SeededGenerator(5321)
        let alphabet: [UInt8] = [13, 13, 10, 10, 0x2e, 0x2e, 0x61, 0, 0xe9]
        for _ in 0..<20_000 {
            let count = Int.random(in: 0...24, using: &generator)
            var octets = (0..<count).map { _ in alphabet[Int.random(in: 0..<alphabet.count, using: &generator)] }
            octets += Array("\r\n.\r\nQUIT\r\n".utf8)
            let model = NaiveDataModel(octets)
            let result = decode(split(octets, using: &generator))
            if result != Result(message: model.message, rest: model.rest, traits: model.traits) {
                Issue.record("\(octets): \(result), but \(model)")
                return
            }
        }
    }

    @Test func longLinesAreCountedOverChunks() {
        let line = [UInt8](repeating: 0x61, count: 5_000)
        let result = decode([Array(".".utf8), Array(".".utf8), line, line, [13], [10], Array(".\r\n".utf8)])
        #expect(result.message.count == 10_003)
        #expect(result.traits.lineOctetsMax == 10_001)
        #expect(result.traits.oddities == [])
    }

    /// Without a stuffed dot what goes out is a slice of what came in.
    @Test func nothingIsCopiedWithoutDots() {
        var decoder = DotDecoder()
        var input = ByteBuffer(string: String(repeating: "hello, world\r\n", count: 5_000) + ".\r\n")
        guard case .octets(let octets) = decoder.next(&input) else {
            Issue.record("no octets")
            return
        }
        #expect(octets.readableBytes == 70_000)
        #expect(octets.storageCapacity == input.storageCapacity)
        #expect(decoder.next(&input) == .end)
        #expect(decoder.next(&input) == nil)
    }
}
