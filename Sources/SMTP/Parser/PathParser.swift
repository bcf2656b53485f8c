internal import MailCore

/// Reverse-path and forward-path (RFC 5321 §4.1.2, with UTF-8 by RFC 6531 §3.3).
///
/// Source routes are read and ignored (RFC 5321 §3.6.1, Appendix C). Two liberties that real clients need: a path
/// without its brackets (`MAIL FROM:a@b`), and dots in odd places of a local part (`a..b.@example.test`), which some
/// mailbox providers gave out for years.
enum PathParser {
    /// Whose path; decides the enhanced status code of a refusal.
    enum Kind {
        case sender
        case recipient
    }

    /// A path read.
    struct Path: Hashable {
        enum Content: Hashable {
            /// `<>`
            case empty
            /// `<Postmaster>`
            case postmaster
            case address(EmailAddress)
        }

        let content: Content
        let charset: PathCharset
    }

    /// Octets of a path with its punctuation (RFC 5321 §4.5.3.1.3).
    static let pathOctetsMax = 256

    /// ```
    /// Path = "<" [ A-d-l ":" ] Mailbox ">"
    /// ```
    static func path(_ cursor: inout OctetCursor, _ kind: Kind) throws(SMTPCommandError) -> Path {
        let start = cursor.index
        let bracketed = cursor.take(0x3c)
        if bracketed, cursor.take(0x3e) { return Path(content: .empty, charset: .ascii) }
        if bracketed, cursor.peek == 0x40 { try sourceRoute(&cursor, kind) }
        let mailboxStart = cursor.index
        let content = try mailbox(&cursor, kind)
        if bracketed {
            guard cursor.take(0x3e) else { throw fault(kind, "the address has no closing >") }
        }
        guard cursor.isAtEnd || cursor.peek == 0x20 || cursor.peek == 0x09 else {
            throw fault(kind, bracketed ? "a space has to follow the >" : "this is no address")
        }
        guard cursor.index - mailboxStart < pathOctetsMax else {
            throw fault(kind, "the path is longer than \(pathOctetsMax) octets")
        }
        let isASCII = cursor.octets[start..<cursor.index].allSatisfy { $0 < 0x80 }
        return Path(content: content, charset: isASCII ? .ascii : .utf8)
    }

    /// ```
    /// A-d-l = At-domain *( "," At-domain )
    /// At-domain = "@" Domain
    /// ```
    private static func sourceRoute(_ cursor: inout OctetCursor, _ kind: Kind) throws(SMTPCommandError) {
        repeat {
            guard cursor.take(0x40), try domain(&cursor, kind) != nil else {
                throw fault(kind, "the source route is malformed")
            }
        } while cursor.take(0x2c)
        guard cursor.take(0x3a) else { throw fault(kind, "the source route has no : at its end") }
    }

    /// ```
    /// Mailbox = Local-part "@" ( Domain / address-literal )
    /// ```
    private static func mailbox(_ cursor: inout OctetCursor, _ kind: Kind) throws(SMTPCommandError) -> Path.Content {
        let localPart = try localPart(&cursor, kind)
        guard cursor.take(0x40) else {
            if kind == .recipient, localPart.text.lowercased() == "postmaster" { return .postmaster }
            throw fault(kind, "the address needs a domain")
        }
        guard let domain = try domain(&cursor, kind) else {
            throw fault(kind, "the domain of the address is malformed")
        }
        return .address(EmailAddress(localPart: localPart, domain: domain))
    }

    /// ```
    /// Local-part = Dot-string / Quoted-string
    /// Quoted-string = DQUOTE *QcontentSMTP DQUOTE
    /// ```
    private static func localPart(_ cursor: inout OctetCursor, _ kind: Kind) throws(SMTPCommandError) -> LocalPart {
        let isQuoted = cursor.peek == 0x22
        let written: Range<Int>
        if isQuoted {
            guard let quoted = quotedString(&cursor) else { throw fault(kind, "the quoted local part has no end") }
            written = quoted
        } else {
            written = cursor.take { isAtext($0) || $0 == 0x2e }
        }
        guard !written.isEmpty else { throw fault(kind, "the address has no local part") }
        guard let text = cursor.text(written) else { throw fault(kind, "the address is not valid UTF-8") }
        if let localPart = isQuoted ? LocalPart(text) : LocalPart(unquoted: text) { return localPart }
        if written.count > LocalPart.octetsMax {
            throw fault(kind, "the local part is longer than \(LocalPart.octetsMax) octets")
        }
        throw fault(kind, "the local part is malformed")
    }

    /// From quote to quote.
    private static func quotedString(_ cursor: inout OctetCursor) -> Range<Int>? {
        let start = cursor.index
        _ = cursor.next()
        while let octet = cursor.next() {
            switch octet {
            case 0x22: return start..<cursor.index
            case 0x5c: guard let quoted = cursor.next(), quoted >= 0x20, quoted < 0x7f else { return nil }
            case 0..<0x20, 0x7f: return nil
            default: break
            }
        }
        return nil
    }

    /// ```
    /// Domain = sub-domain *("." sub-domain)
    /// address-literal = "[" ( IPv4-address-literal / IPv6-address-literal ) "]"
    /// ```
    ///
    /// - Returns: nil when it is neither.
    private static func domain(_ cursor: inout OctetCursor, _ kind: Kind) throws(SMTPCommandError) -> Domain? {
        let written: Range<Int>
        if cursor.peek == 0x5b {
            written = cursor.take { $0 != 0x5d && $0 > 0x20 && $0 != 0x3e }
            guard cursor.take(0x5d), let text = cursor.text(written) else { return nil }
            return Domain(text + "]")
        }
        written = cursor.take { isDomainOctet($0) }
        guard !written.isEmpty, let text = cursor.text(written) else { return nil }
        // The root's dot belongs to names in the DNS, not to the grammar above.
        guard text.utf8.last != 0x2e else { return nil }
        if let domain = Domain(text) { return domain }
        if written.count > Domain.octetsMax {
            throw fault(kind, "the domain is longer than \(Domain.octetsMax) octets")
        }
        return nil
    }

    private static func isDomainOctet(_ octet: UInt8) -> Bool {
        switch octet {
        case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x2d, 0x2e, 0x5f, 0x80...0xff: true
        default: false
        }
    }

    /// RFC 5322 §3.2.3, with UTF-8 (RFC 6531 §3.3).
    private static func isAtext(_ octet: UInt8) -> Bool {
        switch octet {
        case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x80...0xff: true
        // ! # $ % & ' * + - / = ? ^ _ ` { | } ~
        case 0x21, 0x23...0x27, 0x2a, 0x2b, 0x2d, 0x2f, 0x3d, 0x3f, 0x5e...0x60, 0x7b...0x7e: true
        default: false
        }
    }

    /// 5.1.7 or 5.1.3: bad syntax of the sender's, or a recipient's, address (RFC 3463 §3.2).
    private static func fault(_ kind: Kind, _ text: String) -> SMTPCommandError {
        switch kind {
        case .sender: .syntax("Bad sender address: \(text)", status: EnhancedStatusCode(.permanentFailure, 1, 7))
        case .recipient: .syntax("Bad recipient address: \(text)", status: EnhancedStatusCode(.permanentFailure, 1, 3))
        }
    }
}
