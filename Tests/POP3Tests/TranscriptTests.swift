import Foundation
import NIOCore
import POP3
import Testing

/// A dialog file: settings, then `C:` and `S:` lines in turn; `message: n` and `top: n lines` stand for octets.
private struct Transcript {
    struct Turn {
        var client: [UInt8] = []
        var server: [UInt8] = []
    }

    var turns: [Turn] = [Turn()]
    var commits: [[Int]] = []
    var isClosed = false
    var sizes: [UInt32] = []
    var utf8Indexes: Set<Int> = []
    var removable: Int?
    var tls = POP3TLS.unavailable
    var policy: POP3Configuration.LoginPolicy?

    init(named name: String) throws {
        let url = Bundle.module.url(forResource: name, withExtension: "txt", subdirectory: "Fixtures/Transcripts")
        let text = try String(contentsOf: #require(url), encoding: .utf8)
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            read(String(parts[0]), parts.count > 1 ? String(parts[1].dropFirst()) : "")
        }
    }

    private mutating func read(_ key: String, _ value: String) {
        let numbers = value.split(separator: " ").compactMap { Int($0) }
        switch key {
        case "C":
            if turns.last?.server.isEmpty == false { turns.append(Turn()) }
            turns[turns.count - 1].client += Array("\(value)\r\n".utf8)
        case "S": turns[turns.count - 1].server += Array("\(value)\r\n".utf8)
        case "message": turns[turns.count - 1].server += Self.encode(message(numbers[0]), lines: nil)
        case "top": turns[turns.count - 1].server += Self.encode(message(numbers[0]), lines: numbers[1])
        case "sizes": sizes = numbers.map { UInt32($0) }
        case "utf8": utf8Indexes = Set(numbers.map { $0 - 1 })
        case "removable": removable = numbers[0]
        case "commit": commits.append(numbers)
        case "closed": isClosed = true
        case "policy": policy = .allowsClearText
        case "tls": tls = value == "active" ? .active : .available
        default: Issue.record("unknown line \(key)")
        }
    }

    private func message(_ number: Int) -> [UInt8] {
        ScriptedSession.message(number - 1, size: Int(sizes[number - 1]))
    }

    /// RFC 1939 §3 and §7, naively.
    static func encode(_ message: [UInt8], lines: Int?) -> [UInt8] {
        var text = String(decoding: message, as: UTF8.self).replacingOccurrences(of: "\r\n", with: "\n")
        if text.hasSuffix("\n") { text.removeLast() }
        var all = text.components(separatedBy: "\n")
        if let lines, let blank = all.firstIndex(of: "") { all = Array(all.prefix(blank + 1 + lines)) }
        let stuffed = all.map { $0.hasPrefix(".") ? ".\($0)\r\n" : "\($0)\r\n" }
        return Array((stuffed.joined() + ".\r\n").utf8)
    }

    func session() -> ScriptedSession {
        var configuration = POP3Configuration()
        configuration.loginPolicy = policy ?? (tls == .unavailable ? .allowsClearText : .requiresTLS)
        var session = ScriptedSession(tls: tls, configuration: configuration)
        session.sizes = sizes
        session.utf8Indexes = utf8Indexes
        session.removable = removable
        return session
    }
}

@Suite struct TranscriptTests {
    static let names = [
        "rfc1939-section10", "rfc1939-commands", "rfc2449-capa", "rfc2595-stls", "rfc5034-auth", "rfc3206-codes",
        "rfc5802-scram", "rfc6856-utf8", "rfc6856-ascii", "commit-partial", "commit-failed",
    ]

    @Test(arguments: names) func whole(name: String) throws {
        try run(name) { [$0] }
    }

    @Test(arguments: names) func byteByByte(name: String) throws {
        try run(name) { $0.map { [$0] } }
    }

    @Test(arguments: names, [1, 2, 3, 4, 5] as [UInt64]) func randomlySplit(name: String, seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        try run(name) { octets in
            var pieces: [[UInt8]] = []
            var rest = octets[...]
            while !rest.isEmpty {
                let length = Int.random(in: 1...9, using: &generator)
                pieces.append(Array(rest.prefix(length)))
                rest = rest.dropFirst(length)
            }
            return pieces
        }
    }

    private func run(_ name: String, cut: ([UInt8]) -> [[UInt8]]) throws {
        let transcript = try Transcript(named: name)
        var session = transcript.session()
        for turn in transcript.turns {
            for piece in cut(turn.client) { session.receive(piece) }
            let said = String(decoding: session.takeOutput(), as: UTF8.self)
            #expect(said == String(decoding: turn.server, as: UTF8.self))
        }
        #expect(session.commits == transcript.commits)
        #expect(session.isClosed == transcript.isClosed)
    }
}
