/// A mailbox's whole name, its levels parted by `/`, in UTF-8 as the store keeps it (RFC 9051 §5.1).
///
/// INBOX is one name in any case of letters, and so it is as the first level of the names below it.
package struct MailboxName: Hashable, Sendable {
    /// What parts the levels of a name.
    package static let separator = UInt8(ascii: "/")
    /// The name that every account has.
    package static let inbox = MailboxName(lawful: "INBOX")

    /// Not empty, no control character.
    package let text: String

    /// Nil for what can be no mailbox's name: nothing, control characters, line separators (RFC 9051 §5.1: Net-Unicode).
    package init?(_ text: String) {
        let isLawful = text.unicodeScalars.allSatisfy { scalar in
            switch scalar.value {
            case 0..<0x20, 0x7F..<0xA0, 0x2028, 0x2029: false
            default: true
            }
        }
        guard isLawful, !text.isEmpty else { return nil }
        self.init(lawful: text)
    }

    private init(lawful text: String) {
        let firstLevel = text.utf8.prefix { $0 != MailboxName.separator }
        // Letters of ASCII only.
        let isInbox = firstLevel.elementsEqual("INBOX".utf8) { $0 & 0xDF == $1 }
        self.text = isInbox ? "INBOX" + String(Substring(text.utf8.dropFirst(5))) : text
    }

    /// Whether it is INBOX itself.
    package var isInbox: Bool { self == .inbox }
}

/// How names are spelt on the connection.
package enum MailboxNameEncoding: Hashable, Sendable {
    /// IMAP4rev1 (RFC 3501 §5.1.3).
    case modifiedUTF7
    /// After ENABLE of IMAP4rev2 or UTF8=ACCEPT (RFC 9051 §5.1, RFC 6855 §3).
    case utf8

    /// The name's text, or nil for what is not spelt so.
    package func decode(_ octets: [UInt8]) -> String? {
        switch self {
        case .modifiedUTF7: ModifiedUTF7.decode(octets)
        case .utf8: String(validating: octets, as: UTF8.self)
        }
    }
}
