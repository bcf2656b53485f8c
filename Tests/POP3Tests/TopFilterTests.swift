import NIOCore
import POP3
import Testing

@Suite struct TopFilterTests {
    @Test(arguments: [
        ("A: b\r\n\r\n1\r\n2\r\n3\r\n", 0, "A: b\r\n\r\n"),
        ("A: b\r\n\r\n1\r\n2\r\n3\r\n", 2, "A: b\r\n\r\n1\r\n2\r\n"),
        ("A: b\r\n\r\n1\r\n", 9, "A: b\r\n\r\n1\r\n"), ("A: b\n\n1\n2\n", 1, "A: b\n\n1\n"),
        ("\r\n1\r\n2\r\n", 1, "\r\n1\r\n"), ("A: b\r\n", 0, "A: b\r\n"), ("", 3, ""),
        ("A: b\r\n \r\n\r\n1", 0, "A: b\r\n \r\n\r\n"), ("A: b\r\n\r\r\n\r\n1", 0, "A: b\r\n\r\r\n\r\n"),
        ("A\r\n\r\n\r\n\r\nx", 2, "A\r\n\r\n\r\n\r\n"),
    ])
    func table(message: String, lines: Int, top: String) {
        for width in 1...message.utf8.count + 1 {
            var filter = TopFilter(lines: lines)
            var shown: [UInt8] = []
            var rest = Array(message.utf8)[...]
            while !rest.isEmpty {
                shown += filter.admit(ByteBuffer(bytes: rest.prefix(width))).readableBytesView
                rest = rest.dropFirst(width)
            }
            #expect(shown == Array(top.utf8), "in pieces of \(width)")
        }
    }
}
