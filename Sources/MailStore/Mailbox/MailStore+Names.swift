internal import MailCore
@_spi(_Unicode) internal import Swift

/// Names of mailboxes in their one form.
extension MailStore {
    static let separator = UInt8(ascii: "/")

    /// An account's own name for a mailbox in its one form: UTF-8 in NFC (RFC 9051 §5.1, RFC 5198), INBOX in capitals, no
    /// empty level, no control character, no line separator, within the limits.
    static func mailboxName(_ name: String, _ limits: MailStoreLimits = MailStoreLimits()) throws -> String {
        let name = composed(name)
        let levels = levels(of: name)
        let isLawful =
            name.utf8.count <= limits.mailboxNameOctetsMax && levels.count <= limits.mailboxLevelsMax
            && levels.allSatisfy { !$0.isEmpty } && name.unicodeScalars.allSatisfy(isLawful)
        guard isLawful else { throw MailStoreError.badMailboxName(name) }
        // Letters of ASCII only: U+0131 becomes an I in capitals, too.
        guard let first = levels.first, first.utf8.elementsEqual("INBOX".utf8, by: { $0 & 0xdf == $1 }) else {
            return name
        }
        return (["INBOX"] + levels.dropFirst()).joined(separator: "/")
    }

    /// The name that an account may give to one of its own: no other namespace's (`Users/…`, `Shared/…`).
    static func ownMailboxName(_ name: String, _ limits: MailStoreLimits = MailStoreLimits()) throws -> String {
        let name = try mailboxName(name, limits)
        guard MailboxNamespace(of: name) == .personal else { throw MailStoreError.reservedMailboxName(name) }
        return name
    }

    /// A name as an account sees it in its one form, whether there is such a mailbox or not (RFC 9051 §5.1).
    public static func normalized(_ name: String) throws -> String { try seenName(name) }

    /// A name as an account sees it in its one form, whether there is such a mailbox or not.
    static func seenName(_ name: String, _ limits: MailStoreLimits = MailStoreLimits()) throws -> String {
        let levels = levels(of: composed(name))
        guard MailboxNamespace(of: name) != .personal, levels.count > 2 else {
            return try mailboxName(name, limits)
        }
        let own = try mailboxName(levels[2...].joined(separator: "/"), limits)
        return "\(levels[0])/\(levels[1])/\(own)"
    }

    /// The levels of a name; octets decide, not characters: a combining mark behind the separator hides nothing.
    static func levels(of name: String) -> [Substring] {
        name.utf8.split(separator: separator, omittingEmptySubsequences: false).map { Substring($0) }
    }

    /// The names above a name, the nearest first.
    static func parents(of name: String) -> [String] {
        let levels = levels(of: name)
        return (1..<max(levels.count, 1)).reversed().map { levels[..<$0].joined(separator: "/") }
    }

    /// In Unicode's normalization form C.
    private static func composed(_ name: String) -> String {
        guard !name.utf8.allSatisfy({ $0 < 0x80 }) else { return name }
        var scalars = String.UnicodeScalarView()
        scalars.append(contentsOf: name._nfc)
        return String(scalars)
    }

    private static func isLawful(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7f..<0xa0, 0x2028, 0x2029: false
        default: true
        }
    }
}

extension MailboxNamespace {
    /// The namespace that a name stands in.
    public init(of name: String) {
        let first = name.utf8.prefix { $0 != MailStore.separator }
        self =
            MailboxNamespace.allCases.first {
                $0 != .personal && first.elementsEqual($0.prefix.utf8.dropLast())
            } ?? .personal
    }

    /// What the names of an owner's mailboxes begin with. An address may have a `/`, which parts levels: its place takes
    /// the fraction slash.
    func prefix(of address: String) -> String {
        guard self != .personal else { return "" }
        let level = String(address.unicodeScalars.map { $0 == "/" ? Character("\u{2044}") : Character($0) })
        return "\(prefix)\(level)/"
    }

    /// The address that a level of a name stands for.
    static func address(ofLevel level: Substring) -> String {
        String(level.unicodeScalars.map { $0 == "\u{2044}" ? Character("/") : Character($0) })
    }
}
