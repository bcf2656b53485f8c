/// The next octets of a message, about to come: the session opens a place for them, or refuses.
package struct AppendPart: Hashable, Sendable {
    /// How the part stands to its message.
    package enum Place: Hashable, Sendable {
        /// It is the whole message.
        case whole
        /// CATENATE's first part (RFC 4469).
        case first
        /// A further part of the same message.
        case next
    }

    /// Where its octets are.
    package enum Source: Hashable, Sendable {
        /// They follow as a literal of this size.
        case literal(octets: UInt64, LiteralContent)
        /// In another message (RFC 4469 §3): the session copies them.
        case url(IMAPURL)
    }

    /// Where the message goes.
    package let target: AppendTarget
    /// Which message of the command, from 0 up.
    package let messageIndex: Int
    /// The message's; the same for all its parts.
    package let options: AppendOptions
    /// How the part stands to its message.
    package let place: Place
    /// Where its octets are.
    package let source: Source
}

/// What a message's literal may hold.
package enum LiteralContent: Hashable, Sendable {
    /// No NUL; header in ASCII, unless the server is lenient.
    case text
    /// `~{…}`: any octet (RFC 3516 §4.4).
    case binary
    /// `UTF8 (~{…})`: a header in UTF-8 (RFC 6855 §4).
    case utf8
}
