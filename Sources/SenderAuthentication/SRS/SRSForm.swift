/// A local part that somebody has rewritten before.
enum SRSForm {
    /// `SRS0`, a separator and what only its maker understands; that with the separator in front.
    case srs0(opaque: String)
    /// `SRS1=hash=first=opaque`: only the first and the last forwarder matter, those in between drop out.
    case srs1(first: String, opaque: String)

    enum Tag {
        case srs0
        case srs1
    }

    /// What may stand behind the tag; behind all other parts it is `=`.
    static let separators: Set<Character> = ["=", "-", "+"]

    /// Which of the two the text begins with.
    static func tag(_ text: String) -> Tag? {
        let head = text.prefix(5)
        guard let separator = head.last, head.count == 5, separators.contains(separator) else { return nil }
        switch head.dropLast().lowercased() {
        case "srs0": return .srs0
        case "srs1": return .srs1
        default: return nil
        }
    }

    /// nil for anything else, and for an SRS1 without its parts.
    init?(_ text: String) {
        switch SRSForm.tag(text) {
        case .srs0:
            self = .srs0(opaque: String(text.dropFirst(4)))
        case .srs1:
            let parts = text.dropFirst(5).split(separator: "=", maxSplits: 2, omittingEmptySubsequences: false)
            guard parts.count == 3, !parts[1].isEmpty, parts[2].count > 1 else { return nil }
            self = .srs1(first: String(parts[1]), opaque: String(parts[2]))
        case nil:
            return nil
        }
    }
}
