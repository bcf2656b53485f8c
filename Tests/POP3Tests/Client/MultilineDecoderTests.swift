import NIOCore
import Testing

@testable import POP3

struct MultilineDecoderTests {
    private static let cases: [(String, String, rest: String)] = [
        (".\r\n", "", ""), ("a\r\n.\r\nb", "a\r\n", "b"), ("..\r\n.\r\n", ".\r\n", ""), (".a\r\n.\r\n", "a\r\n", ""),
        ("a\n.\n", "a\n", ""), ("a\r\n.\rb\r\n.\r\n", "a\r\n\rb\r\n", ""), ("\r\n\r\n.\r\n", "\r\n\r\n", ""),
        ("a.\r\n.b.\r\n.\r\n", "a.\r\nb.\r\n", ""), ("a\r\n....\r\n.\r\n+OK", "a\r\n...\r\n", "+OK"),
    ]

    private func decode(_ text: String, _ size: (Int) -> Int) -> (message: String, rest: String, isEnded: Bool) {
        var decoder = MultilineDecoder()
        var source = ByteBuffer(string: text)
        var input = ByteBuffer()
        var message = ""
        while source.readableBytes > 0 {
            if var piece = source.readSlice(length: max(1, min(size(source.readableBytes), source.readableBytes))) {
                input.writeBuffer(&piece)
            }
            while let octets = decoder.next(&input) { message += String(buffer: octets) }
        }
        return (message, String(buffer: input), decoder.isEnded)
    }

    @Test(arguments: cases)
    func decodes(text: String, message: String, rest: String) {
        for size in [text.utf8.count, 1, 2, 3] {
            let decoded = decode(text) { _ in size }
            #expect(decoded.message == message && decoded.rest == rest && decoded.isEnded, "in pieces of \(size)")
        }
    }

    /// What `DotEncoder` makes comes back, however it is cut.
    @Test(arguments: 0..<200)
    func takesBackWhatWasStuffed(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let alphabet = [".", "\r\n", "a", "..", "\r\n.\r\n", "long line "]
        let text = (0..<40).map { _ in alphabet.randomElement(using: &generator) ?? "" }.joined() + "\r\n"
        var stuffed = text.replacing("\r\n.", with: "\r\n..")
        if stuffed.hasPrefix(".") { stuffed = "." + stuffed }
        let decoded = decode(stuffed + ".\r\n") { _ in Int.random(in: 1...9, using: &generator) }
        #expect(decoded.message == text && decoded.isEnded)
    }
}
