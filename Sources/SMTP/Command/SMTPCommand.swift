internal import MailCore

/// A command line that is well formed.
enum SMTPCommand: Hashable, Sendable {
    case ehlo(HelloName)
    case helo(HelloName)
    case lhlo(HelloName)
    case mail(ReversePath, MailParameters)
    case recipient(ForwardPath, PathCharset, RecipientParameters)
    case data
    case chunk(Chunk)
    case reset
    case noop
    case help
    case verify
    case expand
    case quit
    case startTLS
    case authenticate(SASLRequest)
    /// An HTTP request: somebody lets a browser talk to us (cross-protocol attack).
    case http

    /// BDAT's arguments (RFC 3030 §2).
    struct Chunk: Hashable, Sendable {
        let octets: Int
        let order: Order

        enum Order: Hashable, Sendable {
            case more
            case last
        }
    }

    /// AUTH's arguments (RFC 4954 §4); the initial response is a secret.
    struct SASLRequest: Hashable, Sendable, CustomStringConvertible, CustomReflectable {
        /// In capitals.
        let mechanism: String
        /// Base64, or `=` for an empty one.
        let initialResponse: [UInt8]?

        /// Never shows the response.
        var description: String { "AUTH \(mechanism)" }
        /// Nor does a dump of it.
        var customMirror: Mirror { Mirror(self, children: ["mechanism": mechanism]) }
    }
}

/// Whether a path as written needs SMTPUTF8 (RFC 6531 §3.3).
enum PathCharset: Hashable, Sendable {
    case ascii
    case utf8
}
