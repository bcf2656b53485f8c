import NIOCore
import Testing

@testable import IMAP

@Suite struct CommandFramerTests {
    /// What a client's octets become; literals are collected, but `{7}` is a message and `{9}` is refused.
    private func frame(_ input: [UInt8], cut: [Int], limits: IMAPLimits = IMAPLimits()) -> [String] {
        var framer = CommandFramer(limits: limits)
        var buffer = ByteBuffer()
        var said: [String] = []
        var message: [UInt8] = []
        var rest = input[...]
        var lengths = cut[...]
        while !rest.isEmpty {
            let length = lengths.popFirst() ?? rest.count
            buffer.writeBytes(rest.prefix(length))
            rest = rest.dropFirst(length)
            while let event = framer.next(in: &buffer, textOctetsMax: limits.commandTextOctetsMax) {
                switch event {
                case .text(let text): said.append("text \(String(decoding: text, as: UTF8.self))")
                case .literal(let text, let header):
                    if header.octets == 7 {
                        said.append("message \(String(decoding: text, as: UTF8.self))")
                        framer.takeMessage(header)
                    } else if header.octets == 9 || !framer.canCollect(header, octetsMax: limits.literalOctetsMax) {
                        framer.drain(header)
                    } else {
                        framer.collect(header)
                    }
                case .messageOctets(let octets): message += Array(octets.readableBytesView)
                case .lastMessageOctets(let octets):
                    message += Array(octets.readableBytesView)
                    said.append("octets \(String(decoding: message, as: UTF8.self))")
                    message = []
                case .overlong:
                    said.append("overlong")
                    framer.drain()
                case .drained: said.append("drained")
                case .flood:
                    said.append("flood")
                    return said
                }
            }
        }
        return said
    }

    static let dialogs: [(String, [String])] = [
        ("a NOOP\r\nb NOOP\n\r\n", ["text a NOOP", "text b NOOP", "text "]),
        ("a LOGIN {4}\r\nfred {2+}\r\nxy\r\nb NOOP\r\n", ["text a LOGIN {4}\r\nfred {2+}\r\nxy", "text b NOOP"]),
        ("a X {0}\r\n\r\n", ["text a X {0}\r\n"]), ("a X {3}\r\n}\r\n\r\n", ["text a X {3}\r\n}\r\n"]),
        ("a X {3}\r\n{2}\r\n", ["text a X {3}\r\n{2}"]),
        (
            "a APPEND b ~{7+}\r\n1234567 {7}\r\nabcdefg\r\n",
            ["message a APPEND b ~{7+}", "octets 1234567", "message  {7}", "octets abcdefg", "text "]
        ),
        ("a X {9}\r\nb NOOP\r\n", ["drained", "text b NOOP"]),
        ("a X {9+}\r\n123456789 {3+}\r\nabc x {5}\r\nb NOOP\r\n", ["drained", "text b NOOP"]),
        ("a X {9+}\r\n123456789\r\nb NOOP\r\n", ["drained", "text b NOOP"]),
        ("a {x}\r\na {1 }\r\na {}\r\na {+}\r\n", ["text a {x}", "text a {1 }", "text a {}", "text a {+}"]),
    ]

    @Test(arguments: dialogs) func cutsCommands(input: String, events: [String]) {
        let octets = Array(input.utf8)
        #expect(frame(octets, cut: []) == events)
        #expect(frame(octets, cut: Array(repeating: 1, count: octets.count)) == events)
        var generator = SeededGenerator(seed: 6)
        for _ in 0..<50 {
            let cut = octets.indices.map { _ in Int.random(in: 1...9, using: &generator) }
            #expect(frame(octets, cut: cut) == events)
        }
    }

    @Test func overlongCommands() {
        var limits = IMAPLimits()
        limits.commandTextOctetsMax = 20
        limits.literalOctetsMax = 30
        for (input, events) in [
            (
                "a \(String(repeating: "x", count: 18))\r\nb NOOP\r\n",
                ["text a \(String(repeating: "x", count: 18))", "text b NOOP"]
            ),
            ("a \(String(repeating: "x", count: 30))\r\nb NOOP\r\n", ["overlong", "drained", "text b NOOP"]),
            (
                "a \(String(repeating: "x", count: 30)) {5+}\r\nabcde\r\nb NOOP\r\n",
                ["overlong", "drained", "text b NOOP"]
            ),
            ("a \(String(repeating: "x", count: 30)) {5}\r\nb NOOP\r\n", ["overlong", "drained", "text b NOOP"]),
            (
                "a {8}\r\n12345678 \(String(repeating: "x", count: 30))\r\nb NOOP\r\n",
                ["overlong", "drained", "text b NOOP"]
            ),
            ("a {31}\r\nb NOOP\r\n", ["drained", "text b NOOP"]),
            (
                "a {20+}\r\n12345678901234567890 {20+}\r\n12345678901234567890\r\nb NOOP\r\n",
                ["drained", "text b NOOP"]
            ),
            ("a {4294967296}\r\nb NOOP\r\n", ["drained", "text b NOOP"]),
            ("a {99999999999999999999}\r\nb NOOP\r\n", ["overlong", "drained", "text b NOOP"]),
        ] {
            let octets = Array(input.utf8)
            #expect(frame(octets, cut: [], limits: limits) == events)
            #expect(frame(octets, cut: Array(repeating: 1, count: octets.count), limits: limits) == events)
        }
    }

    @Test func floods() {
        var limits = IMAPLimits()
        limits.drainedOctetsMax = 100
        #expect(frame(Array("a X {9+}\r\n123456789 {4294967296+}\r\n".utf8), cut: [], limits: limits) == ["flood"])
        let endless = Array("a {9+}\r\n".utf8) + Array(repeating: UInt8(ascii: "x"), count: 500)
        #expect(frame(endless, cut: Array(repeating: 10, count: 60), limits: limits) == ["flood"])
    }

    @Test func headers() {
        for (line, octets) in [("x {12}", UInt64(12)), ("{0+}", 0), ("~{5+}", 5), ("{18446744073709551616}", .max)] {
            #expect(LiteralHeader(endOf: Array(line.utf8))?.octets == octets)
        }
        for line in ["", "}", "{}", "{12", "{1 2}", "12}", "{-1}", "{12}x", "{0000000000000000000000001}"] {
            #expect(LiteralHeader(endOf: Array(line.utf8)) == nil)
        }
    }
}
