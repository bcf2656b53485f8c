/// Reads APPEND and REPLACE piece by piece, for their messages are taken while they come: each piece of text goes from
/// the end of one message's literal (or the command's begin) to the next literal, or to the command's end.
///
///     append         = "APPEND" SP mailbox 1*append-message                      (RFC 4466 §3, RFC 3502 §7)
///     replace        = "REPLACE" SP seq-number SP mailbox append-message         (RFC 8508 §5)
///     append-message = append-opts SP append-data
///     append-opts    = [SP flag-list] [SP date-time]
///     append-data    = literal / literal8 / "UTF8" SP "(" literal8 ")"           (RFC 6855 §4)
///                      / "CATENATE" SP "(" cat-part *(SP cat-part) ")"           (RFC 4469 §5)
///     cat-part       = "TEXT" SP literal / "URL" SP astring
package struct AppendGrammar: Sendable {
    /// What a piece of text led to.
    struct Piece {
        /// In their order; a literal is the last.
        var parts: [AppendPart] = []
        /// Whether the last part's octets follow.
        var endsInMessage = false
    }

    /// Where the next piece begins.
    private enum Position {
        /// Behind `APPEND`
        case beginning
        /// Behind a message: another one, or the end
        case message
        /// Behind a part of CATENATE: another one, or `)`
        case catenation
        /// Behind UTF8's literal: `)`
        case utf8
    }

    /// What stands around a literal.
    private enum Wrapping {
        case none
        /// `UTF8 (…)`
        case utf8
    }

    /// How REPLACE's message is numbered; nil for APPEND.
    private let replacing: MessageNumbering?
    private var position = Position.beginning
    private(set) var target: AppendTarget?
    private var messageIndex = -1
    private var partIndex = 0
    private var options = AppendOptions()

    /// Nil for a command that is neither of the two; the parser stands behind the tag, and is moved behind the name.
    init?(_ parser: inout IMAPParser) {
        let start = parser
        if parser.take(word: "APPEND") {
            replacing = nil
        } else if parser.offers(.replace), parser.take(word: "REPLACE") {
            replacing = .sequenceNumbers
        } else if parser.offers(.replace), parser.take(word: "UID"), parser.take(UInt8(ascii: " ")),
            parser.take(word: "REPLACE")
        {
            replacing = .uids
        } else {
            parser = start
            return nil
        }
    }

    /// How many messages were begun.
    var messageCount: Int { messageIndex + 1 }

    /// The command's name, for the reply's text.
    var name: String {
        switch replacing {
        case nil: "APPEND"
        case .sequenceNumbers: "REPLACE"
        case .uids: "UID REPLACE"
        }
    }

    /// Reads a piece whose text ends with a literal's size: the last part is that literal, or the octets are an
    /// argument to be collected (`literalAwaited`) and the piece is to be read again with them. Nothing is changed
    /// when it throws.
    mutating func readToLiteral(_ parser: inout IMAPParser) throws(IMAPSyntaxError) -> Piece {
        var next = self
        let piece = try next.read(&parser)
        guard piece.endsInMessage else { throw .invalidArgument }
        self = next
        return piece
    }

    /// Reads the last piece.
    mutating func readToEnd(_ parser: inout IMAPParser) throws(IMAPSyntaxError) -> Piece {
        let piece = try read(&parser)
        try parser.end()
        guard !piece.endsInMessage else { throw .invalidArgument }
        return piece
    }

    private mutating func read(_ parser: inout IMAPParser) throws(IMAPSyntaxError) -> Piece {
        var piece = Piece()
        switch position {
        case .beginning:
            try readTarget(&parser)
            try parser.space()
            try readMessage(&parser, &piece)
        case .utf8:
            try parser.expect(UInt8(ascii: ")"))
        case .catenation:
            try readRestOfCatenation(&parser, &piece)
        case .message:
            break
        }
        // Behind a message, another may follow.
        while !piece.endsInMessage {
            position = .message
            guard parser.take(UInt8(ascii: " ")), !parser.isAtEnd else { break }
            guard replacing == nil, parser.offers(.multiAppend) else { throw .extraArgument }
            try readMessage(&parser, &piece)
        }
        return piece
    }

    private mutating func readTarget(_ parser: inout IMAPParser) throws(IMAPSyntaxError) {
        try parser.space()
        guard let replacing else {
            target = .mailbox(try parser.mailbox())
            return
        }
        let message = try parser.sequenceBound()
        try parser.space()
        target = .replacing(replacing, message, try parser.mailbox())
    }

    /// `[flag-list SP] [date-time SP] append-data`
    private mutating func readMessage(_ parser: inout IMAPParser, _ piece: inout Piece) throws(IMAPSyntaxError) {
        guard messageCount < parser.limits.messagesPerAppendMax else { throw .bad("Too many messages", code: .limit) }
        messageIndex += 1
        partIndex = 0
        options = AppendOptions()
        if parser.peek == UInt8(ascii: "(") {
            options.flags = try parser.flagList()
            try parser.space()
        }
        if parser.peek == UInt8(ascii: "\"") {
            options.internalDate = try parser.dateTime()
            try parser.space()
        }
        if parser.offers(.catenate), parser.take(word: "CATENATE") {
            try parser.space()
            try parser.expect(UInt8(ascii: "("))
            try readPart(&parser, &piece)
            if !piece.endsInMessage { try readRestOfCatenation(&parser, &piece) }
        } else if parser.offers(.utf8Accept), parser.take(word: "UTF8") {
            // RFC 6855 §4: only after ENABLE UTF8=ACCEPT; others send it without, and mean the same.
            try parser.space()
            try parser.expect(UInt8(ascii: "("))
            position = .utf8
            try readLiteral(&parser, &piece, place: .whole, wrapping: .utf8)
        } else {
            position = .message
            try readLiteral(&parser, &piece, place: .whole, wrapping: .none)
        }
    }

    /// `*(SP cat-part) ")"`
    private mutating func readRestOfCatenation(
        _ parser: inout IMAPParser, _ piece: inout Piece
    ) throws(IMAPSyntaxError) {
        while parser.take(UInt8(ascii: " ")) {
            try readPart(&parser, &piece)
            if piece.endsInMessage { return }
        }
        try parser.expect(UInt8(ascii: ")"))
    }

    private mutating func readPart(_ parser: inout IMAPParser, _ piece: inout Piece) throws(IMAPSyntaxError) {
        guard partIndex < parser.limits.partsPerMessageMax else { throw .bad("Too many parts", code: .limit) }
        let place: AppendPart.Place = partIndex == 0 ? .first : .next
        position = .catenation
        if parser.take(word: "TEXT") {
            try parser.space()
            try readLiteral(&parser, &piece, place: place, wrapping: .none)
        } else if parser.take(word: "URL") {
            try parser.space()
            piece.parts.append(try part(place, .url(try parser.messageURL())))
        } else {
            throw .bad("Unknown part")
        }
        partIndex += 1
    }

    /// `literal / literal8`, at the end of the text
    private mutating func readLiteral(
        _ parser: inout IMAPParser, _ piece: inout Piece, place: AppendPart.Place, wrapping: Wrapping
    ) throws(IMAPSyntaxError) {
        let isBinary = parser.take(UInt8(ascii: "~"))
        guard !isBinary || parser.offers(.binary) || parser.offers(.utf8Accept) else { throw .invalidArgument }
        try parser.expect(UInt8(ascii: "{"))
        let octets = try parser.number64()
        _ = parser.take(UInt8(ascii: "+"))
        try parser.expect(UInt8(ascii: "}"))
        guard parser.isAtEnd else { throw .invalidArgument }
        // RFC 3502 §4: how a client gives up.
        guard octets > 0 || place != .whole else { throw .refused(IMAPCompletion(.no, text: "Nothing to append")) }
        let content: LiteralContent = wrapping == .utf8 ? .utf8 : isBinary ? .binary : .text
        piece.parts.append(try part(place, .literal(octets: octets, content)))
        piece.endsInMessage = true
    }

    private func part(_ place: AppendPart.Place, _ source: AppendPart.Source) throws(IMAPSyntaxError) -> AppendPart {
        guard let target else { throw .invalidArgument }
        return AppendPart(target: target, messageIndex: messageIndex, options: options, place: place, source: source)
    }
}
