import NIOCore
import SASL
import Testing

@testable import POP3

@Suite struct POP3ServerTests {
    private func session(_ limits: POP3Limits = POP3Limits()) -> ScriptedSession {
        ScriptedSession(tls: .active, limits: limits)
    }

    private func say(_ text: String, to session: inout ScriptedSession) -> String {
        session.receive(Array(text.utf8))
        return String(decoding: session.takeOutput(), as: UTF8.self)
    }

    @Test func bareLineFeedEndsALine() {
        var session = session()
        _ = session.takeOutput()
        #expect(say("NOOP\nQUIT\n", to: &session).hasPrefix("-ERR Log in first\r\n+OK"))
    }

    @Test func overlongLinesAreSkipped() {
        var session = session()
        _ = session.takeOutput()
        let long = "USER " + String(repeating: "x", count: 510)
        #expect(say(long, to: &session).isEmpty)
        #expect(say("more\r\nUSER a\r\n", to: &session) == "-ERR Line too long\r\n+OK Send PASS\r\n")
        let auth = "AUTH PLAIN " + String(repeating: "A", count: 9_000) + "\r\n"
        #expect(say(auth, to: &session) == "-ERR [AUTH] Login failed\r\n")
        let flood = String(repeating: "x", count: 70_000)
        #expect(say(flood, to: &session) == "-ERR Line far too long\r\n")
        #expect(session.isClosed)
    }

    @Test func controlCharactersAndOddKeywords() {
        for line in ["NO\u{0}OP", "NOOP\r", "\u{1}", "", " ", "X", "NOOPS", "STAT\t", "RETR x", "é"] {
            var session = session()
            _ = session.takeOutput()
            #expect(say("\(line)\r\n", to: &session).hasPrefix("-ERR "))
        }
    }

    @Test func tooManyBadCommandsClose() {
        var session = session()
        _ = say(String(repeating: "XXXX\r\n", count: 19), to: &session)
        #expect(!session.isClosed)
        #expect(say("XXXX\r\n", to: &session) == "-ERR Too many bad commands\r\n")
        #expect(session.isClosed)
    }

    @Test func startTLSDropsWhatWasSentInAdvance() {
        var session = ScriptedSession(tls: .available)
        _ = session.takeOutput()
        #expect(say("STLS\r\nUSER a\r\n", to: &session) == "+OK Begin TLS negotiation\r\n")
        #expect(say("PASS b\r\n", to: &session) == "-ERR Send USER first\r\n")
    }

    /// The names given in the clear do not outlive the handshake.
    @Test func startTLSForgetsTheUser() {
        var configuration = POP3Configuration()
        configuration.loginPolicy = .allowsClearText
        var session = ScriptedSession(tls: .available, configuration: configuration)
        _ = say("USER mrose\r\nSTLS\r\n", to: &session)
        #expect(say("PASS secret\r\n", to: &session) == "-ERR Send USER first\r\n")
    }

    @Test func timeouts() {
        var session = session()
        #expect(session.machine.readTimeoutSeconds == 180)
        _ = say("USER mrose\r\nPASS secret\r\n", to: &session)
        #expect(session.machine.readTimeoutSeconds >= 600)
    }

    @Test func lostConnectionDeletesNothing() {
        var session = session()
        _ = say("USER mrose\r\nPASS secret\r\nDELE 1\r\nRSET\r\nDELE 1\r\n", to: &session)
        #expect(session.commits.isEmpty)
    }

    @Test func scramWithUnknownUserGoesOnAndFails() {
        var session = session()
        _ = session.takeOutput()
        let first = String(decoding: SASLBase64.encode(Array("n,,n=nobody,r=abc".utf8)), as: UTF8.self)
        #expect(say("AUTH SCRAM-SHA-256 \(first)\r\n", to: &session).hasPrefix("+ "))
        let final = String(decoding: SASLBase64.encode(Array("c=biws,r=abc,p=AAAA".utf8)), as: UTF8.self)
        #expect(say("\(final)\r\n", to: &session) == "-ERR [AUTH] Login failed\r\n")
    }

    @Test func descriptionsHoldNoSecrets() throws {
        let command = try POP3Parser.parse(Array("PASS hunter2".utf8))
        var dumped = ""
        dump(POP3Password(octets: Array("hunter2".utf8)), to: &dumped)
        #expect("\(command)" == "PASS")
        #expect(!dumped.contains("104"))
        var machine = session().machine
        var input = ByteBuffer(string: "USER hunter2\r\n")
        _ = machine.receive(&input)
        #expect(!"\(machine)".contains("hunter2"))
    }

    /// Mutated dialogs never trap, and whatever is said, however it is cut, the answers are the same.
    @Test func mutatedDialogs() throws {
        var generator = SeededGenerator(seed: 5)
        let corpus = try Corpus.load()
        for _ in 0..<1_000 {
            let dialog = corpus[Int.random(in: 0..<corpus.count, using: &generator)].mutated(using: &generator)
            var whole = session()
            whole.sizes = [120, 200]
            whole.receive(dialog)
            var cut = session()
            cut.sizes = [120, 200]
            var rest = dialog[...]
            while !rest.isEmpty {
                let length = Int.random(in: 1...20, using: &generator)
                cut.receive(rest.prefix(length))
                rest = rest.dropFirst(length)
            }
            let answers = whole.takeOutput()
            if answers != cut.takeOutput() {
                Issue.record("\(String(decoding: dialog, as: UTF8.self).debugDescription)")
            }
            #expect(answers.suffix(2) == [0x0D, 0x0A])
        }
    }
}
