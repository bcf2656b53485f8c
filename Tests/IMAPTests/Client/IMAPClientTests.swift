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

/// What a mail client asks for beside what fetching does.
extension IMAPClientTests {
    private static let ana = Array("INBOX".utf8)

    /// Literals wait for the server's consent; a message's octets are the driver's.
    private static let writing = """
        * OK [CAPABILITY IMAP4rev1 UIDPLUS MOVE IDLE AUTH=PLAIN SASL-IR] ready\r
        p1 OK [CAPABILITY IMAP4rev1 UIDPLUS MOVE] in\r
        + go on\r
        * SEARCH 7 9\r
        p2 OK done\r
        + Ready for literal data\r
        * 3 EXISTS\r
        p3 OK [APPENDUID 38505 3955] APPEND completed\r
        p4 NO [TRYCREATE] no such mailbox\r
        * OK [COPYUID 432432 42:44 1202,1204:1205] moved\r
        * 2 EXPUNGE\r
        p5 OK done\r
        p6 OK [COPYUID 1 5 9] copied\r
        * STATUS "Sent" (MESSAGES 231 UNSEEN 3 X-THING (1 2))\r
        p7 OK done\r
        p8 OK stored\r

        """
    private static let written: [IMAPClientCommand] = [
        .searchKey(
            .and([
                .field(.subject, SearchString("ñ \"x\"")), .unflagged([.seen, .flagged]),
                .not(.text(SearchString("a\"b"))),
            ])),
        .append(ana, FlagList([.seen, .draft], keywords: [Keyword("$Work")].compactMap { $0 }), octets: 5),
        .append(ana, FlagList(), octets: 5), .move([42...44], to: ana), .copy([5...5], to: ana),
        .status(ana, [.messages, .unseen]), .store([1...2], .remove, FlagList(.flagged)),
    ]

    @Test func writes() {
        let (said, heard) = play(configuration(.implicit), Self.writing, Self.written)
        #expect(
            said == """
                p1 AUTHENTICATE PLAIN AG1yYwBzZWNyZXQ=\r
                p2 UID SEARCH CHARSET UTF-8 (SUBJECT {6}\r
                ñ "x" UNFLAGGED UNSEEN NOT TEXT "a\\"b")\r
                p3 APPEND "INBOX" (\\Seen \\Draft $Work) {5}\r
                aabbb\r
                p4 APPEND "INBOX" () {5}\r
                p5 UID MOVE 42:44 "INBOX"\r
                p6 UID COPY 5 "INBOX"\r
                p7 STATUS "INBOX" (MESSAGES UNSEEN)\r
                p8 UID STORE 1:2 -FLAGS.SILENT (\\Flagged)\r

                """)
        #expect(heard.contains("wanted 5") && heard.contains("search([7, 9])"))
        #expect(heard.filter { $0.hasPrefix("done") }.count == 7 && heard.contains("done no"))
        #expect(heard.contains { $0.contains("copyUID(validity: 432432") && $0.contains("1204") })
        #expect(heard.contains { $0.hasPrefix("mailboxStatus") && $0.contains("231") })
        for size in 1...7 {
            let split = play(configuration(.implicit), Self.writing, Self.written) { _ in size }
            #expect(split.said == said && split.heard == heard)
        }
    }

    /// RFC 7888: where small literals need no consent, nobody waits.
    @Test func literalsAtOnce() {
        let server = """
            * OK [CAPABILITY IMAP4rev1 LITERAL- AUTH=PLAIN SASL-IR] ready\r
            p1 OK [CAPABILITY IMAP4rev1 LITERAL-] in\r

            """
        let long = String(repeating: "ñ", count: 2_049)
        let keys: [IMAPClientCommand] = [.searchKey(.text(SearchString("ñ")))]
        #expect(play(configuration(.implicit), server, keys).said.hasSuffix("TEXT {2+}\r\nñ\r\n"))
        let waits: [IMAPClientCommand] = [.searchKey(.text(SearchString(long)))]
        #expect(play(configuration(.implicit), server, waits).said.hasSuffix("TEXT {4098}\r\n"))
    }

    /// RFC 9051 §8's FETCH, with a nested structure.
    @Test func summariesAreRead() throws {
        let text = """
            * 12 FETCH (UID 7 FLAGS (\\Seen) INTERNALDATE "17-Jul-1996 02:44:25 -0700" RFC822.SIZE 4286 ENVELOPE ("Wed, 17 Jul \
            1996 02:23:25 -0700 (PDT)" "IMAP4rev2 WG mtg summary and minutes" (("Terry Gray" NIL "gray" "cac.washington.edu")) \
            (("Terry Gray" NIL "gray" "cac.washington.edu")) (("Terry Gray" NIL "gray" "cac.washington.edu")) ((NIL NIL "imap" \
            "cac.washington.edu")) ((NIL NIL "group" NIL)(NIL NIL "minutes" "CNRI.Reston.VA.US")(NIL NIL NIL NIL)) NIL NIL \
            "<B27397-0100000@cac.washington.edu>") BODYSTRUCTURE ((("TEXT" "PLAIN" ("CHARSET" "US-ASCII") NIL NIL "7BIT" 1152 23 \
            NIL NIL NIL)("TEXT" "HTML" NIL NIL NIL "7BIT" 10 1) "ALTERNATIVE" ("BOUNDARY" "x"))("APPLICATION" "PDF" ("NAME" \
            "cc.pdf") "<960723163407.20117h@cac.washington.edu>" "Compiler" "BASE64" 4554 NIL ("attachment" ("FILENAME" \
            "cc.pdf")) NIL)("MESSAGE" "RFC822" NIL NIL NIL "7BIT" 100 (NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL) ("TEXT" "PLAIN" \
            NIL NIL NIL "7BIT" 3 1) 5 NIL ("inline" NIL)) "MIXED") BODY[HEADER.FIELDS (REFERENCES)] {27}\r
            References: <a@b> <c@d>\r
            \r
             BODY[]<0> "" PREVIEW "First words")
            """
        let response = try IMAPResponseParser.parse(Array(text.utf8), IMAPClientLimits())
        guard case .fetch(let message) = response else {
            Issue.record("no FETCH")
            return
        }
        let envelope = try #require(message.envelope)
        #expect(envelope.subject == Array("IMAP4rev2 WG mtg summary and minutes".utf8) && envelope.inReplyTo == nil)
        #expect(envelope.cc.map { String(decoding: $0.mailbox, as: UTF8.self) } == ["minutes"])
        let structure = try #require(message.structure)
        #expect(structure.mediaType == "multipart/mixed" && structure.parts.count == 3 && structure.hasAttachment)
        #expect(
            structure.flattened.map(\.mediaType) == [
                "multipart/mixed", "multipart/alternative", "text/plain", "text/html", "application/pdf",
                "message/rfc822",
                "text/plain",
            ])
        #expect(structure.parts[1].disposition == "attachment" && structure.parts[1].octets == 4554)
        #expect(structure.parts[2].disposition == "inline")
        #expect(message.headerFields?.count == 27)
        #expect(message.preview == Array("First words".utf8) && message.hasBody && message.uid == 7)
    }

    /// A structure without an end, or deeper than any, ends the session and nothing else.
    @Test(arguments: [
        "(((", String(repeating: "(", count: 5_000) + String(repeating: ")", count: 5_000), "(\"a\" \"b\"",
    ])
    func wrongStructures(structure: String) {
        #expect(throws: IMAPClientFailure.self) {
            try IMAPResponseParser.parse(Array("* 1 FETCH (BODYSTRUCTURE \(structure))".utf8), IMAPClientLimits())
        }
    }

    /// A message's beginning comes in pieces, as a whole one does.
    @Test func beginningOfAMessage() {
        let server = """
            * OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR] ready\r
            p1 OK [CAPABILITY IMAP4rev1] in\r
            * 1 FETCH (UID 9 BODY[]<0> {4}\r
            Subj RFC822.SIZE 1000)\r
            p2 OK done\r

            """
        let (said, heard) = play(configuration(.implicit), server, [.fetchBeginning(9, octets: 4)])
        #expect(
            said.hasSuffix("p2 UID FETCH 9 (UID FLAGS INTERNALDATE RFC822.SIZE BODYSTRUCTURE BODY.PEEK[]<0.4>)\r\n"))
        #expect(heard.contains("message of 4") && heard.contains("fetch 1 uid 9 [] -1 1000 true \"Subj\""))
    }
}
