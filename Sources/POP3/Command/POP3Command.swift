package import SASL

/// A command line, parsed (RFC 1939, RFC 2449, RFC 2595, RFC 5034, RFC 6856).
package enum POP3Command: Hashable, Sendable {
    /// SASLprep is still to come.
    case user([UInt8])
    /// Everything after the one space, spaces too (RFC 1939 §7).
    case pass(POP3Password)
    case stat
    /// Without a number: all messages.
    case list(MessageNumber?)
    case retrieve(MessageNumber)
    case delete(MessageNumber)
    case noop
    case reset
    case quit
    case top(MessageNumber, lines: Int)
    case uidl(MessageNumber?)
    case capabilities
    case startTLS
    /// Without a mechanism: list them, which clients older than CAPA ask.
    case authenticate(AuthenticationRequest?)
    case utf8
    /// Without a range: list the languages.
    case language(String?)
}

/// A message's number as the client sees it: from 1 up, for this session.
package struct MessageNumber: Hashable, Sendable {
    /// From 1 up.
    package let rawValue: Int

    /// From its number.
    package init(rawValue: Int) { self.rawValue = rawValue }
}

/// AUTH's arguments.
package struct AuthenticationRequest: Hashable, Sendable {
    /// Nil for a mechanism that we do not speak.
    package var mechanism: SASLMechanism?
    /// Decoded; nil where the client sent none.
    package var initialResponse: [UInt8]?
}

/// A password as PASS brought it; describes itself as a secret.
package struct POP3Password: Hashable, Sendable, CustomStringConvertible, CustomReflectable {
    package var octets: [UInt8]

    package var description: String { "<password>" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}

extension POP3Command: CustomStringConvertible {
    /// The keyword, for the log; arguments may be credentials.
    package var description: String {
        switch self {
        case .user: "USER"
        case .pass: "PASS"
        case .stat: "STAT"
        case .list: "LIST"
        case .retrieve: "RETR"
        case .delete: "DELE"
        case .noop: "NOOP"
        case .reset: "RSET"
        case .quit: "QUIT"
        case .top: "TOP"
        case .uidl: "UIDL"
        case .capabilities: "CAPA"
        case .startTLS: "STLS"
        case .authenticate: "AUTH"
        case .utf8: "UTF8"
        case .language: "LANG"
        }
    }
}
