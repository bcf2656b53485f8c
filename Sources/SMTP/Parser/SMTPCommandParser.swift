internal import MailCore

/// One command line (RFC 5321 §4.1.1): verb, then what belongs to it.
enum SMTPCommandParser {
    /// Reads a line without its CRLF; verbs in any case, spaces at the end ignored.
    static func parse(_ line: [UInt8], _ extensions: SMTPExtensions) throws(SMTPCommandError) -> SMTPCommand {
        var cursor = OctetCursor(line)
        guard let verb = verb(&cursor) else { throw unknown }
        switch verb {
        case .mail: return try mail(&cursor, extensions)
        case .recipient: return try recipient(&cursor, extensions)
        case .ehlo: return .ehlo(try helloName(&cursor, "EHLO"))
        case .helo: return .helo(try helloName(&cursor, "HELO"))
        case .lhlo: return .lhlo(try helloName(&cursor, "LHLO"))
        case .chunk: return .chunk(try chunk(&cursor))
        case .authenticate: return .authenticate(try saslRequest(&cursor))
        case .data: return try alone(.data, &cursor)
        case .reset: return try alone(.reset, &cursor)
        case .quit: return try alone(.quit, &cursor)
        case .startTLS: return try alone(.startTLS, &cursor)
        case .noop: return .noop
        case .help: return .help
        case .verify:
            try text(&cursor, "VRFY")
            return .verify
        case .expand:
            try text(&cursor, "EXPN")
            return .expand
        case .http: return .http
        }
    }

    private static let unknown = SMTPCommandError(reply: .unknownCommand, severity: .protocolError)

    private static func verb(_ cursor: inout OctetCursor) -> SMTPVerb? {
        let letters = cursor.take { $0 != 0x20 && $0 != 0x09 }
        return SMTPVerb(cursor.octets[letters])
    }

    /// A verb that takes nothing.
    private static func alone(
        _ command: SMTPCommand, _ cursor: inout OctetCursor
    ) throws(SMTPCommandError) -> SMTPCommand {
        cursor.skipSpaces()
        guard cursor.isAtEnd else {
            throw SMTPCommandError(reply: .noArgumentAllowed, severity: .protocolError)
        }
        return command
    }

    /// ```
    /// mail = "MAIL FROM:" Reverse-path [SP Mail-parameters] CRLF
    /// ```
    /// Spaces after the colon are ignored, as everybody does.
    private static func mail(
        _ cursor: inout OctetCursor, _ extensions: SMTPExtensions
    ) throws(SMTPCommandError) -> SMTPCommand {
        cursor.skipSpaces()
        guard cursor.take(word: "FROM:") else { throw .syntax("Syntax: MAIL FROM:<address>") }
        cursor.skipSpaces()
        guard !cursor.isAtEnd else { throw .syntax("Syntax: MAIL FROM:<address>") }
        let path = try PathParser.path(&cursor, .sender)
        let parameters = try MailParametersParser.parse(cursor, extensions)
        if path.charset == .utf8, parameters.envelope.smtpUTF8 == .notNeeded { throw nonASCIISender }
        switch path.content {
        case .address(let address): return .mail(.address(address), parameters)
        case .empty, .postmaster: return .mail(.null, parameters)
        }
    }

    /// RFC 6531 §3.5.
    private static let nonASCIISender = SMTPCommandError(
        reply: SMTPReply(
            550, EnhancedStatusCode(.permanentFailure, 6, 7), "A sender address with UTF-8 needs the SMTPUTF8 parameter"
        ),
        severity: .refusal)

    /// ```
    /// rcpt = "RCPT TO:" ( "<Postmaster@" Domain ">" / "<Postmaster>" / Forward-path ) [SP Rcpt-parameters] CRLF
    /// ```
    private static func recipient(
        _ cursor: inout OctetCursor, _ extensions: SMTPExtensions
    ) throws(SMTPCommandError) -> SMTPCommand {
        cursor.skipSpaces()
        guard cursor.take(word: "TO:") else { throw .syntax("Syntax: RCPT TO:<address>") }
        cursor.skipSpaces()
        guard !cursor.isAtEnd else { throw .syntax("Syntax: RCPT TO:<address>") }
        let path = try PathParser.path(&cursor, .recipient)
        let parameters = try RecipientParametersParser.parse(cursor, extensions)
        switch path.content {
        case .address(let address): return .recipient(.address(address), path.charset, parameters)
        case .postmaster: return .recipient(.postmaster, path.charset, parameters)
        case .empty:
            throw .syntax(
                "Bad recipient address: it is empty", status: EnhancedStatusCode(.permanentFailure, 1, 3))
        }
    }

    /// ```
    /// ehlo = "EHLO" SP ( Domain / address-literal ) CRLF
    /// ```
    private static func helloName(_ cursor: inout OctetCursor, _ verb: String) throws(SMTPCommandError) -> HelloName {
        cursor.skipSpaces()
        let word = cursor.take { $0 > 0x20 }
        cursor.skipSpaces()
        guard cursor.isAtEnd, let text = cursor.text(word), let name = HelloName(text) else {
            throw .syntax("Syntax: \(verb) hostname")
        }
        return name
    }

    /// ```
    /// bdat-cmd ::= "BDAT" SP chunk-size [ SP end-marker ] CRLF
    /// chunk-size ::= 1*DIGIT
    /// end-marker ::= "LAST"
    /// ```
    /// (RFC 3030 §2)
    private static func chunk(_ cursor: inout OctetCursor) throws(SMTPCommandError) -> SMTPCommand.Chunk {
        cursor.skipSpaces()
        let digits = cursor.take { $0 >= 0x30 && $0 <= 0x39 }
        guard !digits.isEmpty, let octets = Int(String(decoding: cursor.octets[digits], as: UTF8.self)),
            cursor.isAtEnd || cursor.peek == 0x20 || cursor.peek == 0x09
        else { throw unreadableChunk }
        cursor.skipSpaces()
        if cursor.isAtEnd { return SMTPCommand.Chunk(octets: octets, order: .more) }
        guard cursor.take(word: "LAST") else { throw unreadableChunk }
        cursor.skipSpaces()
        guard cursor.isAtEnd else { throw unreadableChunk }
        return SMTPCommand.Chunk(octets: octets, order: .last)
    }

    private static let unreadableChunk = SMTPCommandError(reply: .unreadableChunkSize, severity: .fatal)

    /// ```
    /// auth-command = "AUTH" SP sasl-mech [SP initial-response] *(CRLF [base64]) [CRLF cancel-response] CRLF
    /// ```
    /// (RFC 4954 §8)
    private static func saslRequest(_ cursor: inout OctetCursor) throws(SMTPCommandError) -> SMTPCommand.SASLRequest {
        cursor.skipSpaces()
        let mechanism = cursor.take { $0 > 0x20 && $0 < 0x7f }
        guard (1...20).contains(mechanism.count) else { throw .syntax("Syntax: AUTH mechanism [initial-response]") }
        cursor.skipSpaces()
        let response = cursor.take { $0 > 0x20 && $0 < 0x7f }
        cursor.skipSpaces()
        guard cursor.isAtEnd else { throw .syntax("Syntax: AUTH mechanism [initial-response]") }
        return SMTPCommand.SASLRequest(
            mechanism: String(decoding: cursor.octets[mechanism].map(OctetCursor.capital), as: UTF8.self),
            initialResponse: response.isEmpty ? nil : Array(cursor.octets[response]))
    }

    /// Something has to follow.
    private static func text(_ cursor: inout OctetCursor, _ verb: String) throws(SMTPCommandError) {
        cursor.skipSpaces()
        guard !cursor.isAtEnd else { throw .syntax("Syntax: \(verb) name") }
    }
}
