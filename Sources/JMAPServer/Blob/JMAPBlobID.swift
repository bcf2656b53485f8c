package import JMAP
package import MailCore

/// What an id of a blob means.
package enum JMAPBlobID: Hashable, Sendable {
    /// `mE12`: a message as its account has it.
    case message(EmailID)
    /// `pE12-1_2`: the content of a part, decoded; IMAP's number of it with `_` between the levels, since an id has no dots
    /// (RFC 8620 §1.2).
    case part(EmailID, [Int])
    /// `u…`: what somebody has uploaded.
    case upload(String)

    /// Reads what `id` writes; nil for anything else.
    package init?(_ id: JMAPID) {
        let text = id.text
        switch text.first {
        case "m":
            guard let email = EmailID(objectID: text.dropFirst()) else { return nil }
            self = .message(email)
        case "p":
            let words = text.dropFirst().split(separator: "-", omittingEmptySubsequences: false)
            guard words.count == 2, let email = EmailID(objectID: words[0]) else { return nil }
            let levels = words[1].split(separator: "_", omittingEmptySubsequences: false)
            let numbers = levels.compactMap { Int($0) }.filter { (1...999_999).contains($0) }
            guard numbers.count == levels.count, numbers.count <= 100 else { return nil }
            self = .part(email, numbers)
            guard self.id == id else { return nil }
        case "u":
            self = .upload(text)
        default: return nil
        }
    }

    /// The id.
    package var id: JMAPID {
        switch self {
        case .message(let email): JMAPID(made: "m\(email.objectID)")
        case .part(let email, let numbers):
            JMAPID(made: "p\(email.objectID)-\(numbers.map { "\($0)" }.joined(separator: "_"))")
        case .upload(let text): JMAPID(made: text)
        }
    }
}
