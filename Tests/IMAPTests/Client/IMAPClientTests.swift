import MailCore
import NIOCore
import SASL
import Testing

@testable import IMAP

/// The client's machine against dialogues.
struct IMAPClientTests {
    private static let password = SASLClientCredentials(userName: "mrc", password: SecretBytes("secret".utf8))

    private func configuration(
        _ tls: IMAPClientConfiguration.TLS = .never, _ credentials: SASLClientCredentials = password,
        clear: IMAPClientConfiguration.ClearTextLogin = .allowed, limits: IMAPClientLimits = IMAPClientLimits()
    ) -> IMAPClientConfiguration {
        IMAPClientConfiguration(
            tls: tls, credentials: credentials, nonce: Array(repeating: 7, count: 18), clearTextLogin: clear,
            limits: limits)
    }

    /// Plays the server's words in pieces of the given sizes; the commands are sent once the machine is ready.
    private func play(
        _ configuration: IMAPClientConfiguration, _ server: String, _ commands: [IMAPClientCommand] = [],
        pieces: (Int) -> Int = { $0 }
    ) -> (said: String, heard: [String]) {
        var machine = IMAPClientStateMachine(configuration)
        if configuration.tls == .implicit { machine.tlsEstablished(TLSChannelBindings()) }
        var rest = ByteBuffer(string: server)
        var input = ByteBuffer()
        var said = ""
        var heard: [String] = []
        var message = ""
        while true {
            while let action = machine.receive(&input) {
                switch action {
                case .messageBegins(let octets): heard.append("message of \(octets)")
                case .octets(let octets): message += String(buffer: octets)
                case .messageWanted(let octets):
                    heard.append("wanted \(octets)")
                    // Given in two pieces.
                    machine.sendMessage(ByteBuffer(repeating: 0x61, count: Int(octets) / 2))
                    machine.sendMessage(ByteBuffer(repeating: 0x62, count: Int(octets) - Int(octets) / 2))
                case .startTLS: heard.append("startTLS")
                case .deriveKeys(let derivation):
                    if let action = machine.provide(derivation.keys()) { heard.append("\(action)") }
                case .ready:
                    heard.append("ready")
                    for command in commands { machine.send(command) }
                case .response(.list(let folder)):
                    heard.append("list \(folder.name ?? "?") \(folder.attributes.sorted())")
                case .response(let response):
                    if case .fetch(let fetched) = response {
                        heard.append(
                            "fetch \(fetched.number) uid \(fetched.uid) \(fetched.flags) \(fetched.internalDate ?? -1) "
                                + "\(fetched.size ?? -1) \(fetched.hasBody) \(message.debugDescription)")
                        message = ""
                    } else {
                        heard.append("\(response)")
                    }
                case .idling:
                    heard.append("idling")
                    machine.endIdle()
                case .done(_, let status): heard.append("done \(status.condition)")
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

    /// After RFC 9051 §8's session, with what we ask.
    private static let session = """
        * OK [CAPABILITY IMAP4rev1 UIDPLUS IDLE AUTH=PLAIN SASL-IR LOGINDISABLED] IMAP4rev2 server ready\r
        p1 OK [CAPABILITY IMAP4rev2 SPECIAL-USE] LOGIN completed\r
        * LIST (\\HasNoChildren) "/" INBOX\r
        * LIST (\\Sent \\HasNoChildren) "." {12}\r
        Gesend.&AOk-\r
        * LIST (\\Noselect) NIL "a \\"b\\\\c"\r
        p2 OK done\r
        * 18 EXISTS\r
        * FLAGS (\\Answered \\Flagged \\Deleted \\Seen \\Draft)\r
        * OK [UIDVALIDITY 3857529045] UIDs valid\r
        * OK [UIDNEXT 4392] Predicted next UID\r
        * OK [HIGHESTMODSEQ 715194045007] Highest\r
        p3 OK [READ-WRITE] SELECT completed\r
        * SEARCH 2 84 882\r
        p4 OK done\r
        * 12 FETCH (UID 4391 FLAGS (\\Seen $Junk) INTERNALDATE "17-Jul-1996 02:44:25 -0700" RFC822.SIZE 25 BODY[] {25}\r
        Subject: a\r
        \r
        * 1 EXPUNGE)\r
        * 13 FETCH (BODY[] {0}\r
         UID 4392 FLAGS ())\r
        * 14 FETCH (X (a (b "c)") NIL) UID 4393 BODY[] "x" MODSEQ (12121231000))\r
        p5 OK done\r
        * 2 EXPUNGE\r
        * VANISHED (EARLIER) 300:310,405\r
        p6 NO [UNAVAILABLE] later\r
        + idling\r
        * 19 EXISTS\r
        p7 OK IDLE terminated\r
        * BYE IMAP4rev2 server terminating connection\r
        p8 OK LOGOUT completed\r

        """
    private static let commands: [IMAPClientCommand] = [
        .list, .select(Array("INBOX".utf8), .readWrite), .search("ALL"), .fetch([4391...4393]),
        .expunge([1...3, 7...7]), .idle, .logout,
    ]

    /// RFC 7162 §3.1.4.1, §3.1.7.
    @Test func changedFlags() {
        let server = """
            * OK [CAPABILITY IMAP4rev1 CONDSTORE] ready\r
            p1 OK [CAPABILITY IMAP4rev1 CONDSTORE] LOGIN completed\r
            * STATUS INBOX (MESSAGES 3 UIDNEXT 9 UIDVALIDITY 7 HIGHESTMODSEQ 12345678901234)\r
            p2 OK done\r
            * 1 FETCH (UID 4 MODSEQ (12345678901234) FLAGS (\\Seen))\r
            p3 OK done\r

            """
        let (said, heard) = play(
            configuration(), server,
            [
                .status(Array("INBOX".utf8), [.messages, .uidNext, .uidValidity, .highestModSeq]),
                .fetchChangedFlags([4...8], since: 12_345_678_901_000),
            ])
        #expect(
            said.hasSuffix(
                """
                p2 STATUS "INBOX" (MESSAGES UIDNEXT UIDVALIDITY HIGHESTMODSEQ)\r
                p3 UID FETCH 4:8 (UID FLAGS) (CHANGEDSINCE 12345678901000)\r

                """))
        #expect(heard.contains { $0.contains("highestModSeq: Optional(12345678901234)") })
        #expect(heard.contains("fetch 1 uid 4 [\"\\\\Seen\"] -1 -1 false \"\""))
    }

    @Test func wholeSession() {
        let (said, heard) = play(configuration(.implicit), Self.session, Self.commands)
        #expect(
            said == """
                p1 AUTHENTICATE PLAIN AG1yYwBzZWNyZXQ=\r
                p2 LIST "" "*" RETURN (SPECIAL-USE)\r
                p3 SELECT "INBOX"\r
                p4 UID SEARCH ALL\r
                p5 UID FETCH 4391:4393 (UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[])\r
                p6 UID EXPUNGE 1:3,7\r
                p7 IDLE\r
                DONE\r
                p8 LOGOUT\r

                """)
        #expect(heard.first == "ready" && heard.last == "ended ")
        #expect(heard.contains("message of 25"))
        #expect(
            heard.contains(
                "fetch 12 uid 4391 [\"\\\\Seen\", \"$Junk\"] 837596665 25 true "
                    + "\"Subject: a\\r\\n\\r\\n* 1 EXPUNGE\""))
        #expect(heard.contains("fetch 13 uid 4392 [] -1 -1 true \"\""))
        #expect(heard.contains("fetch 14 uid 4393 [] -1 -1 true \"\""))
        #expect(
            heard.filter { $0.hasPrefix("done") } == ["done ok", "done ok", "done ok", "done ok", "done no", "done ok"])
        #expect(heard.contains("search([2, 84, 882])") && heard.contains("idling"))
        #expect(heard.contains { $0.hasPrefix("vanished") })
    }

    @Test func octetByOctet() {
        let whole = play(configuration(.implicit), Self.session, Self.commands)
        let dripped = play(configuration(.implicit), Self.session, Self.commands) { _ in 1 }
        #expect(whole.said == dripped.said && whole.heard == dripped.heard)
    }

    @Test(arguments: 0..<60)
    func randomlySplit(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let whole = play(configuration(.implicit), Self.session, Self.commands)
        let split = play(configuration(.implicit), Self.session, Self.commands) { _ in
            Int.random(in: 1...60, using: &generator)
        }
        #expect(whole.said == split.said && whole.heard == split.heard)
    }

    @Test func foldersAreRead() throws {
        let limits = IMAPClientLimits()
        func list(_ text: String) throws -> IMAPListedFolder? {
            let response = try IMAPResponseParser.parse(Array(text.utf8), limits)
            if case .list(let folder) = response { return folder } else { return nil }
        }
        let sent = try #require(try list("* LIST (\\Sent) \".\" {12}\r\nGesend.&AOk-"))
        #expect(sent.name == "Gesend/é" && sent.specialUse == .sent && sent.isSelectable)
        let other = try #require(try list("* LIST (\\Noselect) NIL \"a \\\"b\""))
        #expect(other.name == "a \"b" && other.separator == nil && !other.isSelectable)
        #expect(try list("* LIST (\\All) \"/\" \"[Gmail]/All Mail\"")?.isVirtual == true)
    }

    /// What is announced before TLS is forgotten; STARTTLS that is not there, is followed by octets, or is made needless by
    /// PREAUTH, ends the session.
    @Test(arguments: [
        ("* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] hi\r\n", "ended tlsNotOffered"),
        ("* PREAUTH hi\r\n", "ended tlsNotOffered"),
        ("* OK [CAPABILITY IMAP4rev1 STARTTLS] hi\r\np1 OK go\r\n", "startTLS"),
        (
            "* OK [CAPABILITY IMAP4rev1 STARTTLS] hi\r\np1 OK go\r\n* CAPABILITY AUTH=PLAIN\r\n",
            "ended injectedBeforeTLS"
        ),
    ])
    func beginsTLS(server: String, heard: String) {
        let played = play(configuration(.required), server)
        #expect(played.heard == [heard] && !played.said.contains("secret"))
    }

    /// No password in the clear, unless it is allowed; never where LOGIN is disabled.
    @Test func clearText() {
        let server = "* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] hi\r\n"
        #expect(play(configuration(clear: .refused), server).heard == ["ended noCommonMechanism"])
        #expect(play(configuration(), server).said == "p1 LOGIN \"mrc\" \"secret\"\r\n")
        let disabled = "* OK [CAPABILITY IMAP4rev1 LOGINDISABLED] hi\r\n"
        #expect(play(configuration(), disabled).heard == ["ended noCommonMechanism"])
    }

    @Test(arguments: ["a\r\np2 DELETE INBOX", "", "ä"])
    func nameThatNoStringCarries(name: String) {
        let credentials = SASLClientCredentials(userName: name, password: SecretBytes("x".utf8))
        let played = play(configuration(.never, credentials), "* OK [CAPABILITY IMAP4rev1] hi\r\n")
        #expect(played.said.isEmpty && played.heard.count == 1)
    }

    @Test func refusedLogin() {
        let (_, heard) = play(
            configuration(.implicit),
            "* OK [CAPABILITY AUTH=PLAIN SASL-IR] hi\r\np1 NO [AUTHENTICATIONFAILED] no\r\n")
        #expect(heard.count == 1 && heard[0].contains("loginRefused"))
        // Without SASL-IR the response waits until it is asked for.
        let (said, _) = play(configuration(.implicit), "* OK [CAPABILITY AUTH=PLAIN] hi\r\n+ \r\n")
        #expect(said == "p1 AUTHENTICATE PLAIN\r\nAG1yYwBzZWNyZXQ=\r\n")
    }

    /// What a hostile server may not do.
    @Test(arguments: [
        ("hello\r\n", "ended notUnderstood"), ("* 99999999999999999999 EXISTS\r\n", "ended notUnderstood"),
        ("p9 OK done\r\n", "ended notUnderstood"), ("+ go\r\n", "ended notUnderstood"),
        ("* 1 FETCH (BODY[] {99999999999999999999}\r\n", "ended tooMuch"),
        ("* 1 FETCH (X {99999999}\r\n", "ended tooMuch"),
        ("* 1 FETCH (" + String(repeating: "X (", count: 50) + "\r\n", "ended tooMuch"),
        ("* 1 FETCH (UID\r\n", "ended notUnderstood"), ("* LIST () \"/\"\r\n", "ended notUnderstood"),
        ("* LIST () \"/\" \"\"\r\n", "ended notUnderstood"), ("* SEARCH 99999999999\r\n", "ended notUnderstood"),
        ("* VANISHED 5:\r\n", "ended notUnderstood"), ("* ESEARCH UID ALL 1:4294967295\r\n", "ended tooMuch"),
        (String(repeating: "x", count: 70_000), "ended tooMuch"), ("* BYE gone\r\n", "ended closedByServer"),
    ])
    func hostile(server: String, end: String) {
        var limits = IMAPClientLimits()
        limits.responseOctetsMax = 65_536
        let login = "* OK [CAPABILITY AUTH=PLAIN SASL-IR] hi\r\np1 OK [CAPABILITY IMAP4rev1] in\r\n"
        let last = play(configuration(.implicit, limits: limits), login + server, [.noop]).heard.last
        #expect(last?.hasPrefix(end) == true, "\(last ?? "")")
    }

    /// Cut anywhere and with any octet changed, a session ends in values, never in a trap.
    @Test(arguments: 0..<300)
    func damaged(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var octets = Array(Self.session.utf8)
        for _ in 0..<Int.random(in: 1...6, using: &generator) {
            let index = Int.random(in: octets.indices, using: &generator)
            octets[index] = UInt8.random(in: 0...255, using: &generator)
        }
        _ = play(configuration(.implicit), String(decoding: octets, as: UTF8.self), Self.commands)
    }
}
