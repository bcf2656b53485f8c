package import MailCore

/// A response as a client reads it.
package enum IMAPServerResponse: Hashable, Sendable {
    /// `+`: the server waits for more; what it says.
    case continuation([UInt8])
    /// The end of a command.
    case tagged([UInt8], IMAPServerStatus)
    /// `OK`, `NO` or `BAD` that ends no command.
    case status(IMAPServerStatus)
    /// The greeting of a connection that is logged in already.
    case preauth(IMAPServerStatus)
    /// The server is about to close.
    case bye(IMAPServerStatus)
    case capability([String])
    case list(IMAPListedFolder)
    /// What a mailbox has that STATUS was asked of.
    case mailboxStatus(IMAPMailboxStatus)
    /// Numbers that match.
    case search([UInt32])
    case exists(UInt32)
    case expunged(UInt32)
    /// UIDs that went (RFC 7162 §3.2.10).
    case vanished([ClosedRange<UInt32>])
    case fetch(IMAPFetchedMessage)
    /// Anything that a client need not know.
    case other
}

/// What a server said about a command, or by itself.
package struct IMAPServerStatus: Hashable, Sendable {
    /// How it went.
    package enum Condition: Hashable, Sendable {
        case ok
        case no
        case bad
    }

    /// What stands in brackets (RFC 9051 §7.1).
    package enum Code: Hashable, Sendable {
        case uidValidity(UInt32)
        case uidNext(UInt32)
        case highestModSeq(UInt64)
        case capability([String])
        /// The UID that a message got by APPEND (RFC 4315 §3).
        case appendUID(validity: UInt32, uid: UInt32)
        /// Which UIDs messages got by COPY or MOVE, in the order of the first ones (RFC 4315 §3).
        case copyUID(validity: UInt32, from: [ClosedRange<UInt32>], to: [ClosedRange<UInt32>])
        /// Another, by its name in capitals: `AUTHENTICATIONFAILED`, `UNAVAILABLE` (RFC 5530).
        case other(String)
    }

    /// How it went.
    package var condition: Condition
    /// What stands in brackets.
    package var code: Code?
    /// For people: printable, 200 characters at most.
    package var text: String

    /// Whether it is worth a try later (RFC 5530 §3).
    package var isTemporary: Bool {
        guard case .other(let name)? = code else { return false }
        return ["UNAVAILABLE", "INUSE", "LIMIT", "SERVERBUG"].contains(name)
    }
}

/// A mailbox as LIST tells it.
package struct IMAPListedFolder: Hashable, Sendable {
    /// The name's octets, to be sent back as they came.
    package var wireName: [UInt8]
    /// What parts levels; nil where there are none.
    package var separator: UInt8?
    /// In lower case: `\noselect`, `\sent`.
    package var attributes: Set<String>

    /// The name with `/` between its levels; nil for what is spelt in no way that there is.
    package var name: String? {
        let text = ModifiedUTF7.decode(wireName) ?? String(validating: wireName, as: UTF8.self)
        guard let text, let separator, separator != UInt8(ascii: "/") else { return text }
        let mark = String(UnicodeScalar(separator))
        return text.replacing("/", with: "_").replacing(mark, with: "/")
    }

    /// Whether it can be opened.
    package var isSelectable: Bool { attributes.isDisjoint(with: ["\\noselect", "\\nonexistent"]) }

    /// Whether it shows messages that stand in others, too (RFC 6154 §2).
    package var isVirtual: Bool { !attributes.isDisjoint(with: ["\\all", "\\flagged", "\\important"]) }

    /// What it is for.
    package var specialUse: SpecialUse? {
        SpecialUse.allCases.first { attributes.contains($0.rawValue.lowercased()) }
    }
}

/// What FETCH told of a message; its octets went before it, piece by piece.
package struct IMAPFetchedMessage: Hashable, Sendable {
    /// Its place in the mailbox.
    package var number: UInt32
    /// 0 where the server did not say.
    package var uid: UInt32 = 0
    /// As the server wrote them.
    package var flags: [String] = []
    /// Seconds since 1970.
    package var internalDate: Int64?
    /// RFC822.SIZE.
    package var size: Int64?
    /// Whether the message came, whole or its beginning.
    package var hasBody = false
    package var envelope: IMAPEnvelope?
    package var structure: IMAPBodyStructure?
    /// The fields that were asked for, with the empty line.
    package var headerFields: [UInt8]?
    /// The first words (RFC 8970), in UTF-8.
    package var preview: [UInt8]?
}
