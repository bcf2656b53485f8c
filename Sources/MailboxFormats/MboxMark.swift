internal import MailCore

/// What the header of a message in an mbox file says for the mailbox and not for the message.
struct MboxMark {
    private static let fields = [
        "status", "x-status", "x-keywords", "x-mozilla-status", "x-mozilla-status2", "x-mozilla-keys", "content-length",
    ]

    private let dateSeconds: Int64?
    private var values: [String: String] = [:]
    private var current: String?

    /// From the From_ line.
    init(dateSeconds: Int64? = nil) {
        self.dateSeconds = dateSeconds
    }

    var contentLength: Int64? { values["content-length"].flatMap { Int64($0) } }

    /// Looks at one line of the header; true when it leaves the message.
    mutating func takes(_ piece: LineSource.Piece) -> Bool {
        let isContinuation = piece.octets.first == UInt8(ascii: " ") || piece.octets.first == UInt8(ascii: "\t")
        if piece.isStart, !isContinuation { current = MboxMark.field(of: piece.octets) }
        guard let current else { return false }
        var value = piece.octets
        if piece.isStart, !isContinuation {
            guard values[current] == nil else { return current != "content-length" }
            value = value.dropFirst(current.utf8.count + 1)
        }
        let before = values[current] ?? ""
        if before.utf8.count + value.count <= MailFileLimits.markFieldOctets {
            let words = String(decoding: value, as: UTF8.self).split { $0 == " " || $0 == "\t" }
            values[current] = ([before] + words.map(String.init)).filter { !$0.isEmpty }.joined(separator: " ")
        }
        // A length may have come with the message: it stays in it.
        return current != "content-length"
    }

    private static func field(of line: ArraySlice<UInt8>) -> String? {
        guard let colon = line.prefix(24).firstIndex(of: UInt8(ascii: ":")) else { return nil }
        let name = String(decoding: line[..<colon], as: UTF8.self).lowercased()
        return fields.contains(name) ? name : nil
    }

    /// The flags of all fields together.
    func finished() -> MailFileMark {
        var flags: SystemFlags = []
        let letters = (values["status"] ?? "") + (values["x-status"] ?? "")
        for letter in letters.utf8 {
            switch letter {
            case UInt8(ascii: "R"): flags.insert(.seen)
            case UInt8(ascii: "A"): flags.insert(.answered)
            case UInt8(ascii: "F"): flags.insert(.flagged)
            case UInt8(ascii: "D"): flags.insert(.deleted)
            case UInt8(ascii: "T"): flags.insert(.draft)
            default: break
            }
        }
        if let bits = values["x-mozilla-status"].flatMap({ UInt16($0, radix: 16) }) {
            if bits & 1 != 0 { flags.insert(.seen) }
            if bits & 2 != 0 { flags.insert(.answered) }
            if bits & 4 != 0 { flags.insert(.flagged) }
            if bits & 8 != 0 { flags.insert(.deleted) }
        }
        let words = [values["x-keywords"], values["x-mozilla-keys"]].compactMap { $0 }.joined(separator: " ")
        var keywords: [Keyword] = []
        for word in words.split(whereSeparator: { $0 == " " || $0 == "," }) {
            if let keyword = Keyword(word), !keywords.contains(keyword) { keywords.append(keyword) }
        }
        return MailFileMark(flags: flags, keywords: keywords, dateSeconds: dateSeconds)
    }
}
