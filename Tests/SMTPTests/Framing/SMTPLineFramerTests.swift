import NIOCore
import SMTP
import Testing

@Suite struct SMTPLineFramerTests {
    typealias Event = SMTPLineFramer.Event

    private func frame(_ pieces: [[UInt8]], lineOctetsMax: Int = 512) -> [Event] {
        var framer = SMTPLineFramer(lineOctetsMax: lineOctetsMax)
        var input = ByteBuffer()
        var events: [Event] = []
        for piece in pieces {
            input.writeBytes(piece)
            while let event = framer.next(&input) { events.append(event) }
            if input.readableBytes > 512 { Issue.record("memory is not flat") }
        }
        return events
    }

    private static func line(_ text: String) -> Event { .line(Array(text.utf8)) }

    static let cases: [(input: String, events: [Event])] = [
        ("NOOP\r\n", [line("NOOP")]),
        ("\r\n", [line("")]),
        ("A\r\nB\r\nC", [line("A"), line("B")]),
        ("A\nB\r\nC\r\n", [.fault(.bareLF), line("C")]),
        ("\nB\r\nC\r\n", [.fault(.bareLF), line("C")]),
        ("A\rB\r\nC\r\n", [.fault(.bareCR), line("C")]),
        ("A\r\r\nC\r\n", [.fault(.bareCR), line("C")]),
        ("A\0B\nC\rD\r\nE\r\n", [.fault(.nul), line("E")]),
        ("A\r\0\n\r\nE\r\n", [.fault(.bareCR), line("E")]),
        ("A\n\n\r\nE\r\n", [.fault(.bareLF), line("E")]),
        (String(repeating: "x", count: 510) + "\r\nE\r\n", [line(String(repeating: "x", count: 510)), line("E")]),
        (String(repeating: "x", count: 511) + "\r\nE\r\n", [.fault(.tooLong), line("E")]),
        (String(repeating: "x", count: 512) + "\r\nE\r\n", [.fault(.tooLong), line("E")]),
        (String(repeating: "x", count: 5_000) + "\nQUIT\r\nE\r\n", [.fault(.tooLong), line("E")]),
        (String(repeating: "x", count: 511) + "\r\rE\r\nF\r\n", [.fault(.tooLong), line("F")]),
    ]

    @Test(arguments: cases.indices) func splitsChangeNothing(_ index: Int) {
        let (text, events) = SMTPLineFramerTests.cases[index]
        let octets = Array(text.utf8)
        #expect(frame([octets]) == events)
        #expect(frame(octets.map { [$0] }) == events)
        for cut in stride(from: 0, through: octets.count, by: octets.count > 1_000 ? 37 : 1) {
            #expect(frame([Array(octets[..<cut]), Array(octets[cut...])]) == events)
        }
    }

    @Test func faultsAreReportedBeforeTheLineEnds() {
        #expect(frame([Array("HELP\n".utf8)]) == [.fault(.bareLF)])
        #expect(frame([[UInt8](repeating: 0x61, count: 600)]) == [.fault(.tooLong)])
    }
}
