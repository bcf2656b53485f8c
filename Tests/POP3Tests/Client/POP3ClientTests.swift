import NIOCore
import SASL
import Testing

@testable import POP3

/// The client's machine against dialogues: `C:` what it says, `S:` what the server says, `A:` what it has for its driver.
struct POP3ClientTests {
    private static let password = SASLClientCredentials(userName: "mrose", password: SecretBytes("secret".utf8))

    private func configuration(
        _ tls: POP3ClientConfiguration.TLS = .never, _ credentials: SASLClientCredentials = password,
        clear: POP3ClientConfiguration.ClearTextLogin = .allowed, limits: POP3ClientLimits = POP3ClientLimits()
    ) -> POP3ClientConfiguration {
        POP3ClientConfiguration(
            tls: tls, credentials: credentials, nonce: Array(repeating: 7, count: 18), clearTextLogin: clear,
            limits: limits)
    }

    /// Plays the server's words in pieces of the given sizes; the commands are sent once the machine is ready.
    private func play(
        _ configuration: POP3ClientConfiguration, _ server: String, _ commands: [POP3ClientCommand] = [],
        pieces: (Int) -> Int = { $0 }
    ) -> (said: String, heard: [String]) {
        var machine = POP3ClientStateMachine(configuration)
        if configuration.tls == .implicit { machine.tlsEstablished(TLSChannelBindings()) }
        var rest = ByteBuffer(string: server)
        var input = ByteBuffer()
        var said = ""
        var heard: [String] = []
        var message = ""
        while true {
            while let action = machine.receive(&input) {
                switch action {
                case .octets(let octets): message += String(buffer: octets)
                case .startTLS: heard.append("startTLS")
                case .deriveKeys(let derivation):
                    if let action = machine.provide(derivation.keys()) { heard.append("\(action)") }
                case .ready:
                    heard.append("ready")
                    for command in commands { machine.send(command) }
                case .maildrop(let messages, let octets): heard.append("maildrop \(messages) \(octets)")
                case .size(let message, let octets): heard.append("size \(message) \(octets)")
                case .uniqueID(let message, let id):
                    heard.append("uid \(message) \(String(decoding: id, as: UTF8.self))")
                case .done(let command):
                    if !message.isEmpty { heard.append("message \(message.debugDescription)") }
                    message = ""
                    heard.append("done \(command.line)")
                case .refused(let command, let reply): heard.append("refused \(command.line): \(reply)")
                case .ended(let failure): heard.append("ended \(failure.map { "\($0)" } ?? "")")
                }
                said += String(buffer: machine.takeOutput())
            }
            said += String(buffer: machine.takeOutput())
            if rest.readableBytes == 0 { break }
            let size = max(1, min(rest.readableBytes, pieces(rest.readableBytes)))
            if var piece = rest.readSlice(length: size) { input.writeBuffer(&piece) }
        }
        return (said, heard)
    }

    /// RFC 1939 §10's session, by USER and PASS, then what §7 adds.
    private static let session = """
        +OK POP3 server ready <1896.697170952@dbc.mtview.ca.us>\r
        -ERR what?\r
        +OK mrose is a real hoopy frood\r
        +OK mrose's maildrop has 2 messages (320 octets)\r
        +OK 2 320\r
        +OK 2 messages (320 octets)\r
        1 120\r
        2 200\r
        .\r
        +OK\r
        1 whqtswO00WBw418f9t5JxYwZ\r
        2 QhdPYR:00WBw1Ph7x7\r
        .\r
        +OK 120 octets\r
        Subject: one\r
        \r
        ..stuffed\r
        ..\r
        end\r
        .\r
        +OK message 1 deleted\r
        -ERR no such message\r
        +OK\r
        +OK dewey POP3 server signing off (maildrop empty)\r

        """
    private static let commands: [POP3ClientCommand] = [
        .stat, .list, .uidl, .retrieve(1), .delete(1), .delete(9), .noop, .quit,
    ]
    private static let heard = [
        "ready", "maildrop 2 320", "size 1 120", "size 2 200", "done LIST", "uid 1 whqtswO00WBw418f9t5JxYwZ",
        "uid 2 QhdPYR:00WBw1Ph7x7", "done UIDL", "message \"Subject: one\\r\\n\\r\\n.stuffed\\r\\n.\\r\\nend\\r\\n\"",
        "done RETR 1", "done DELE 1", "refused DELE 9: -ERR no such message", "done NOOP", "ended ",
    ]
    private static let said = """
        CAPA\r
        USER mrose\r
        PASS secret\r
        STAT\r
        LIST\r
        UIDL\r
        RETR 1\r
        DELE 1\r
        DELE 9\r
        NOOP\r
        QUIT\r

        """

    @Test func wholeSession() {
        let (said, heard) = play(configuration(), Self.session, Self.commands)
        #expect(said == Self.said)
        #expect(heard == Self.heard)
    }

    @Test func octetByOctet() {
        let (said, heard) = play(configuration(), Self.session, Self.commands) { _ in 1 }
        #expect(said == Self.said)
        #expect(heard == Self.heard)
    }

    @Test(arguments: 0..<50)
    func randomlySplit(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let (said, heard) = play(configuration(), Self.session, Self.commands) { _ in
            Int.random(in: 1...40, using: &generator)
        }
        #expect(said == Self.said)
        #expect(heard == Self.heard)
    }

    /// RFC 2449 §6.6: what is sent ahead, and what is not.
    @Test func pipelining() {
        let (said, _) = play(
            configuration(.implicit), "+OK\r\n+OK\r\nPIPELINING\r\nSASL PLAIN\r\n.\r\n+OK\r\n",
            [.uidl, .list, .quit, .noop])
        #expect(said == "CAPA\r\nAUTH PLAIN AG1yb3NlAHNlY3JldA==\r\nUIDL\r\nLIST\r\nQUIT\r\n")
        let (slow, _) = play(configuration(.implicit), "+OK\r\n+OK\r\nSASL PLAIN\r\n.\r\n+OK\r\n", [.uidl, .list])
        #expect(slow.hasSuffix("UIDL\r\n"))
    }

    /// What is announced before TLS is forgotten; STLS that is not there, or is followed by octets, ends the session.
    @Test(arguments: [
        ("+OK\r\n+OK\r\nSASL PLAIN\r\n.\r\n", "ended tlsNotOffered"), ("+OK\r\n-ERR\r\n", "ended tlsNotOffered"),
        ("+OK\r\n+OK\r\nSTLS\r\n.\r\n+OK\r\n", "startTLS"),
        ("+OK\r\n+OK\r\nSTLS\r\n.\r\n+OK\r\n+OK\r\nSASL PLAIN\r\n.\r\n", "ended injectedBeforeTLS"),
    ])
    func beginsTLS(server: String, heard: String) {
        #expect(play(configuration(.required), server).heard == [heard])
        #expect(!play(configuration(.required), server).said.contains("PASS"))
    }

    @Test func refusalOfTLS() {
        let heard = play(configuration(.required), "+OK\r\n+OK\r\nSTLS\r\n.\r\n-ERR no\r\n").heard
        #expect(heard.count == 1 && heard[0].contains("tlsRefused"))
    }

    /// No password in the clear, unless it is allowed.
    @Test func clearText() {
        let server = "+OK\r\n+OK\r\nUSER\r\nSASL PLAIN LOGIN\r\n.\r\n"
        #expect(play(configuration(clear: .refused), server).heard == ["ended noCommonMechanism"])
        #expect(play(configuration(clear: .refused), server).said == "CAPA\r\n")
    }

    /// A name that ends its line would be a command of its own.
    @Test(arguments: ["a\r\nDELE 1", "a b", ""])
    func nameThatIsNoWord(name: String) {
        let credentials = SASLClientCredentials(userName: name, password: SecretBytes("x".utf8))
        let heard = play(configuration(.never, credentials), "+OK\r\n-ERR\r\n").heard
        #expect(heard.count == 1 && heard[0].hasPrefix("ended loginGivenUp"))
    }

    @Test func wrongPassword() {
        let (_, heard) = play(
            configuration(.implicit), "+OK\r\n+OK\r\nSASL PLAIN\r\n.\r\n-ERR [AUTH] wrong\r\n")
        #expect(heard.count == 1 && heard[0].contains("loginRefused"))
        #expect(POP3ServerReply("-ERR [SYS/TEMP] later".utf8)?.isTemporary == true)
        #expect(POP3ServerReply("-ERR [AUTH] no".utf8)?.isTemporary == false)
        #expect(POP3ServerReply("-ERR [in-use] no".utf8)?.description == "-ERR [IN-USE] no")
    }

    /// RFC 7628 §3.2.3: the reason is answered, then comes the refusal.
    @Test func token() {
        let token = SASLClientCredentials(
            userName: "user@example.com", password: SecretBytes("vF9dft4qmT".utf8), secret: .bearerToken)
        let (said, heard) = play(
            configuration(.implicit, token),
            "+OK\r\n+OK\r\nSASL PLAIN XOAUTH2 OAUTHBEARER\r\n.\r\n+ eyJzdGF0dXMiOiI0MDEifQ==\r\n-ERR [AUTH] no\r\n")
        #expect(
            said.contains(
                "AUTH OAUTHBEARER bixhPXVzZXJAZXhhbXBsZS5jb20sAWF1dGg9QmVhcmVyIHZGOWRmdDRxbVQBAQ==\r\nAQ==\r\n"))
        #expect(heard.count == 1 && heard[0].contains("loginRefused"))
        let old = play(configuration(.implicit, token), "+OK\r\n+OK\r\nSASL XOAUTH2\r\n.\r\n+OK\r\n")
        #expect(old.heard == ["ready"])
        #expect(
            play(configuration(.implicit, token), "+OK\r\n+OK\r\nSASL PLAIN\r\n.\r\n").heard == [
                "ended noCommonMechanism"
            ])
    }

    /// What a hostile server may not do.
    @Test(arguments: [
        ("+OK\r\n+OK\r\n1 99999999999999999999\r\n", "ended notUnderstood"),
        ("+OK\r\n+OK\r\n0 1\r\n", "ended notUnderstood"), ("+OK\r\n+OK\r\nx 1\r\n", "ended notUnderstood"),
        ("+OK\r\nHello\r\n", "ended notUnderstood"),
        ("+OK\r\n+OK\r\n1 1\r\n2 1\r\n3 1\r\n4 1\r\n", "ended tooMuch"),
        ("+OK\r\n" + String(repeating: "x", count: 20_000), "ended tooMuch"),
    ])
    func hostileLists(server: String, end: String) {
        var limits = POP3ClientLimits()
        limits.messagesMax = 3
        let login = "+OK\r\n+OK\r\nSASL PLAIN\r\n.\r\n"
        #expect(play(configuration(.implicit, limits: limits), login + server, [.list]).heard.last == end)
    }

    @Test func messageWithoutEnd() {
        var limits = POP3ClientLimits()
        limits.messageOctetsMax = 1000
        let server = "+OK\r\n+OK\r\nSASL PLAIN\r\n.\r\n+OK\r\n+OK\r\n" + String(repeating: "0123456789\r\n", count: 90)
        #expect(
            play(configuration(.implicit, limits: limits), server, [.retrieve(1)]) { _ in 100 }.heard.last
                == "ended tooMuch")
    }

    /// When QUIT is refused nobody knows what is gone.
    @Test func refusedQuit() {
        let (_, heard) = play(
            configuration(.implicit), "+OK\r\n+OK\r\nSASL PLAIN\r\n.\r\n+OK\r\n+OK\r\n-ERR not all\r\n",
            [.delete(1), .quit])
        #expect(heard == ["ready", "done DELE 1", "refused QUIT: -ERR not all"])
    }

    @Test func noSecretInWords() {
        #expect(!"\(configuration())".contains("secret") && !"\(Self.password)".contains("secret"))
    }
}
