import Logging
import Synchronization
import Testing

@testable import Observability

private final class Lines: LogSink {
    private let stored = Mutex<[String]>([])
    var all: [String] { stored.withLock { $0 } }

    func write(_ line: [UInt8]) {
        stored.withLock { $0.append(String(decoding: line, as: UTF8.self)) }
    }
}

@Suite struct StructuredLogHandlerTests {
    private func logged(
        _ format: LogFormat, _ message: Logger.Message, _ metadata: Logger.Metadata = [:]
    ) -> String {
        let lines = Lines()
        let handler = StructuredLogHandler(
            label: "smtp", format: format, level: .info, sink: lines, clock: { (1_795_241_523, 7) })
        var logger = Logger(label: "smtp") { _ in handler }
        logger[metadataKey: "session"] = "abc"
        logger.info(message, metadata: metadata)
        return lines.all.joined()
    }

    @Test func human() {
        let line = logged(.human, "accepted", ["size": "4096", "message": "q1", "from": "a b"])
        #expect(line == "2026-11-21T06:12:03.007Z info  accepted session=abc message=q1 from=\"a b\" size=4096\n")
    }

    @Test func json() {
        let line = logged(.json, "accepted", ["size": "4096", "message": "q1"])
        let expected =
            #"{"time":"2026-11-21T06:12:03.007Z","level":"info","logger":"smtp","message":"accepted","#
            + #""session":"abc","message_id":"q1","size":"4096"}"# + "\n"
        #expect(line == expected)
    }

    @Test(arguments: [
        ("a\nlevel=error", #"helo="a\nlevel=error""#),
        ("a\u{1B}[31m", #"helo="a\u{1b}[31m""#),
        ("a\"b\\c", #"helo="a\"b\\c""#),
        ("", #"helo="""#),
        ("a=b", #"helo="a=b""#),
        ("\u{202E}abc", #"helo="\u{202e}abc""#),
        ("\u{85}\u{2028}\u{7F}", #"helo="\u{85}\u{2028}\u{7f}""#),
        ("jürgen", #"helo="jürgen""#),
    ])
    func hostileValues(value: String, field: String) {
        #expect(logged(.human, "x", ["helo": "\(value)"]).hasSuffix(" " + field + "\n"))
    }

    @Test func hostileValuesInJSON() {
        let line = logged(.json, "a\u{0}\u{1F}\r", ["k": "\u{2028}\u{1B}"])
        #expect(line.contains(#""message":"a\u0000\u001f\r""#))
        #expect(line.contains(#""k":"\u2028\u001b""#))
    }

    @Test func linesAreBounded() {
        let long = String(repeating: "ä\n", count: 100_000)
        var metadata: Logger.Metadata = [:]
        for number in 0..<1000 { metadata["k\(number)"] = "\(long)" }
        for format in [LogFormat.human, .json] {
            let line = logged(format, "\(long)", metadata)
            #expect(line.utf8.count < 2 * StructuredLogHandler.lineBytesMax)
            #expect(line.dropLast().contains("\n") == false)
        }
    }

    @Test func belowTheLevelNothingIsWritten() {
        let lines = Lines()
        let handler = StructuredLogHandler(label: "x", format: .human, level: .warning, sink: lines)
        Logger(label: "x") { _ in handler }.info("no")
        #expect(lines.all.isEmpty)
    }
}
