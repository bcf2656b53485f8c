import Foundation
import IMAP
import Testing

/// A dialog file: settings, then turns. `C:` is a client's line, `C~` one without its end; `S:` a line of the server;
/// `U:` a line that the session writes for the next question, `A:` how it answers; `Q:` what the session was asked.
private struct Transcript {
    struct Turn {
        var client: [UInt8] = []
        var server = ""
        var script: [ScriptedSession.Answer] = []
        var untagged: [String] = []
        var questions: [String] = []
        var isOver = false
    }

    var turns = [Turn()]
    var isClosed = false
    var isLoggedIn = false
    var tls = IMAPTLS.active
    var configuration = IMAPConfiguration()

    init(named name: String) throws {
        configuration.jmapAddress = "https://mail.example.test/.well-known/jmap"
        let url = Bundle.module.url(forResource: name, withExtension: "txt", subdirectory: "Fixtures/Transcripts")
        let text = try String(contentsOf: #require(url), encoding: .utf8)
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            let key = line.prefix { $0 != ":" && $0 != "~" }
            let rest = line.dropFirst(key.count)
            let value = String(rest.dropFirst(rest.dropFirst().first == " " ? 2 : 1))
            read(String(key) + (rest.first == "~" ? "~" : ""), value)
        }
    }

    private mutating func read(_ key: String, _ value: String) {
        let place = turns.count - 1
        switch key {
        case "C", "C~":
            if turns[place].isOver { turns.append(Turn()) }
            turns[turns.count - 1].client += Array((value + (key == "C" ? "\r\n" : "")).utf8)
            return
        case "S": turns[place].server += value + "\r\n"
        case "U":
            turns[place].untagged.append(value)
            turns[place].server += value + "\r\n"
        case "A":
            turns[place].script.append(
                ScriptedSession.Answer(untagged: turns[place].untagged, completion: completion(value)))
            turns[place].untagged = []
        case "Q": turns[place].questions.append(value)
        case "closed": isClosed = true
        case "login": isLoggedIn = true
        case "tls": tls = value == "none" ? .unavailable : value == "available" ? .available : .active
        case "policy": configuration.loginPolicy = .allowsClearText
        case "only":
            let names = value.split(separator: " ").compactMap { IMAPCapability(name: Array($0.utf8)) }
            configuration.capabilities = IMAPCapabilitySet(names)
        case "without":
            if let capability = IMAPCapability(name: Array(value.utf8)) {
                configuration.capabilities.remove(capability)
            }
        default: Issue.record("unknown line \(key)")
        }
        turns[turns.count - 1].isOver = true
    }

    /// `no tryCreate The text`
    private func completion(_ value: String) -> IMAPCompletion {
        let words = value.split(separator: " ", maxSplits: 2).map(String.init)
        let codes: [String: ResponseCode] = [
            "tryCreate": .tryCreate, "overQuota": .overQuota, "readOnly": .readOnly, "readWrite": .readWrite,
            "nonExistent": .nonExistent, "noModSeq": .noModSeq,
        ]
        let condition: IMAPCompletion.Condition = words[0] == "no" ? .no : words[0] == "bad" ? .bad : .ok
        let code = words.count > 1 ? codes[words[1]] : nil
        return IMAPCompletion(condition, code: code, text: words.count > 2 ? words[2] : nil)
    }

    func session() -> ScriptedSession {
        isLoggedIn ? .loggedIn(configuration: configuration) : ScriptedSession(tls: tls, configuration: configuration)
    }
}

@Suite struct TranscriptTests {
    static let names = [
        "rfc9051-session", "rfc9051-login", "rfc9051-starttls", "rfc9051-states", "rfc9051-append", "rfc9051-idle",
        "rfc3502-multiappend", "rfc4469-catenate", "rfc8508-replace", "rfc7888-literals", "rfc7888-literal-minus",
        "rfc4959-initial-response", "rfc5802-scram", "rfc5161-enable", "rfc7162-condstore", "rfc9586-uidonly",
        "rfc4978-compress",
        "rfc8437-unauthenticate", "rfc6855-utf8", "refused-appends", "odd-lines", "bad-commands",
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
            session.script = turn.script
            for piece in cut(turn.client) { session.receive(piece) }
            #expect(session.takeText() == turn.server)
            if !turn.questions.isEmpty { #expect(session.asked == turn.questions) }
            session.forget()
        }
        #expect(session.isClosed == transcript.isClosed)
    }
}
