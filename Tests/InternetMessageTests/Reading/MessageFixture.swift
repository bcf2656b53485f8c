@testable import InternetMessage

/// Octets with CRLF of a text that is written here with LF.
func crlf(_ text: String) -> [UInt8] {
    var octets: [UInt8] = []
    for octet in text.utf8 {
        if octet == 0x0A { octets.append(0x0D) }
        octets.append(octet)
    }
    return octets
}

func text(_ octets: some Sequence<UInt8>) -> String { String(decoding: Array(octets), as: UTF8.self) }

/// A message with what was read of it.
struct MessageFixture {
    let octets: [UInt8]
    let message: ParsedMessage
    let facts: MessageFacts
    let index: PartIndex

    init(_ octets: [UInt8], limits: MessageLimits = MessageLimits()) {
        self.octets = octets
        message = ParsedMessage(parsing: octets, limits: limits)
        facts = MessageFacts(parsing: octets, limits: limits)
        index = PartIndex(message)
    }

    init(_ text: String) { self.init(crlf(text)) }

    func slice(_ range: ByteRange?) -> String? { range.map { text(octets[$0.range]) } }

    /// The octets of a section, `1.2.MIME`.
    func section(_ name: String) -> String? { BodySection(name).flatMap { slice(index.range(of: $0)) } }

    /// The parts in one line: `mixed(text/plain "abc", message(text/plain "x"))`.
    var outline: String { outline(0) }

    private func outline(_ part: Int) -> String {
        let media = describe(part).mediaType
        let children = message.children(of: part).map { outline($0) }.joined(separator: ", ")
        switch message.parts[part].kind {
        case .multipart: return "\(media.split(separator: "/")[1])(\(children))"
        case .message: return "message(\(children))"
        case .leaf: return "\(media) \"\(slice(message.parts[part].body) ?? "")\""
        }
    }

    func describe(_ part: Int) -> PartDescription {
        octets.withUnsafeBytes { message.describe(part, in: $0) }
    }

    func structure(_ form: BodyStructureWriter.Form) -> [UInt8] {
        octets.withUnsafeBytes {
            var text = IMAPText(capacity: 0)
            let octets = Octets($0)
            let details = message.details(in: octets)
            BodyStructureWriter(message: message, octets: octets, details: details, form: form).write(0, to: &text)
            return text.octets
        }
    }

    var envelope: String { text(facts.envelope) }
    var bodyStructure: String { text(facts.bodyStructure) }

    /// All pieces, fields with their names.
    func search() -> [String] {
        octets.withUnsafeBytes { bytes in
            var texts: [String] = []
            SearchableText.forEachPiece(of: message, in: bytes) { piece in
                switch piece {
                case .field(_, let name, let value), .partField(let name, let value): texts.append("\(name): \(value)")
                case .content(let text): texts.append(text)
                }
            }
            return texts
        }
    }
}

/// A generator that gives the same numbers for the same seed, on every machine (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
