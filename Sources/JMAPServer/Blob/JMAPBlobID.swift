package import JMAP
package import MailCore

/// What the id of a blob means.
package enum JMAPBlobID: Hashable, Sendable {
    /// A message as it is stored: `mE12`.
    case message(EmailID)
    /// The content of a part, its transfer encoding undone: `pE12-1-2` is IMAP's part 1.2.
    case part(EmailID, [Int])
    /// What a client has uploaded: `u` and 32 hexadecimal digits.
    case upload(JMAPID)

    /// Reads an id; nil where it is none of a blob.
    package init?(_ id: JMAPID) {
        let rest = id.text.dropFirst()
        switch id.text.first {
        case "m":
            guard let email = EmailID(objectID: rest) else { return nil }
            self = .message(email)
        case "p":
            let words = rest.split(omittingEmptySubsequences: false) { $0 == "-" || $0 == "_" }
            guard (2...101).contains(words.count), let email = EmailID(objectID: words[0]) else { return nil }
            let numbers = words.dropFirst().compactMap { word in
                UInt16(word).flatMap { $0 > 0 && "\($0)" == word ? Int($0) : nil }
            }
            guard numbers.count == words.count - 1 else { return nil }
            self = .part(email, numbers)
        case "u":
            guard rest.utf8.count == 32, rest.utf8.allSatisfy(Self.isDigit) else { return nil }
            self = .upload(id)
        default: return nil
        }
    }

    /// The id.
    package var id: JMAPID {
        switch self {
        case .message(let email): JMAPID(made: "m\(email.objectID)")
        case .part(let email, let numbers):
            JMAPID(made: "p\(email.objectID)-" + numbers.map(String.init).joined(separator: "-"))
        case .upload(let id): id
        }
    }

    private static func isDigit(_ octet: UInt8) -> Bool {
        (0x30...0x39).contains(octet) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(octet)
    }
}
