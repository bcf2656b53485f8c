import Testing

@testable import InternetMessage

@Suite struct MessageEditorTests {
    private let original = octets("0123456789")

    private func split(_ edits: MessageEdits, of octets: [UInt8], pieceMax: UInt64, seed: inout CodecSeed) -> [UInt8] {
        var editor = MessageEditor(edits)
        var output: [UInt8] = []
        var start = 0
        while start < octets.count {
            let end = min(octets.count, start + 1 + Int(seed.next() % pieceMax))
            editor.apply(to: octets[start..<end].span, into: &output)
            start = end
        }
        editor.finish(into: &output)
        return output
    }

    @Test func editsAreDoneInTheOrderOfTheOctets() {
        let edits = MessageEdits([
            .insert(octets("end"), at: 10), .replace(ByteRange(3, 5), by: octets("x")), .insert(octets("a"), at: 3),
            .insert(octets("b"), at: 3), .remove(ByteRange(5, 7)), .insert(octets(">"), at: 0),
        ])
        #expect(string(edits.applied(to: original)) == ">012abx789end")
        #expect(MessageEdits([]).applied(to: original) == original)
        #expect(original.withUnsafeBytes { edits.sizeBytes(of: $0) } == 13)
    }

    @Test func contentIsEncodedAnew() {
        let recoding = MessageEdit.Recoding(source: .base64, target: .quotedPrintable)
        let encoded = octets("[w6kNCg==]")
        let edits = MessageEdits([MessageEdit(range: ByteRange(1, 9), content: .recoded(recoding))])
        #expect(string(edits.applied(to: encoded)) == "[=C3=A9\r\n]")
        #expect(encoded.withUnsafeBytes { edits.sizeBytes(of: $0) } == 10)
    }

    /// However the message comes, the same goes out.
    @Test func piecesMakeNoDifference() {
        var seed = CodecSeed(7)
        for _ in 0..<300 {
            let message = seed.bytes(Int(seed.next() % 400))
            var edits: [MessageEdit] = []
            var position = 0
            while position < message.count {
                let end = min(message.count, position + Int(seed.next() % 40))
                switch seed.next() % 5 {
                case 0: edits.append(.insert(seed.bytes(Int(seed.next() % 9)), at: position))
                case 1: edits.append(.replace(ByteRange(position, end), by: seed.bytes(3)))
                case 2:
                    let recoding = MessageEdit.Recoding(source: .eightBit, target: .base64)
                    edits.append(MessageEdit(range: ByteRange(position, end), content: .recoded(recoding)))
                default: break
                }
                position = end + 1
            }
            let all = MessageEdits(edits)
            let whole = all.applied(to: message)
            #expect(split(all, of: message, pieceMax: 1, seed: &seed) == whole)
            #expect(split(all, of: message, pieceMax: 50, seed: &seed) == whole)
            #expect(message.withUnsafeBytes { all.sizeBytes(of: $0) } == whole.count)
        }
    }
}
