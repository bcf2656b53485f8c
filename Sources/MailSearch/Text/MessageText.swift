internal import InternetMessage

/// A message's text as the index takes it and as a scan looks at it, folded.
struct MessageText {
    /// A copy's own header lines, which stand before the stored octets.
    let prefix: [UInt8]
    /// The stored octets.
    let octets: UnsafeRawBufferPointer

    /// Adds all terms to the document at hand.
    func add(to builder: inout SegmentBuilder, _ message: ParsedMessage) {
        var folded: [UInt8] = []
        func add(_ text: String, _ zone: SearchZones) {
            folded.removeAll(keepingCapacity: true)
            FoldedText.append(text, to: &folded)
            builder.add(folded, zone)
        }
        forEachPiece(message) { piece in
            switch piece {
            case .field(let kind, let name, let value):
                add(name + ":", .fieldNames)
                add(value, Self.zone(kind))
            case .partField(let name, let value): add("\(name): \(value)", .otherFields)
            case .content(let text): add(text, .content)
            }
        }
    }

    /// Whether the text is there.
    func matches(_ text: SearchText) -> Bool {
        let message = ParsedMessage(parsing: octets)
        var isFound = false
        var folded: [UInt8] = []
        func look(_ line: String) {
            folded.removeAll(keepingCapacity: true)
            FoldedText.append(line, to: &folded)
            isFound = text.needle.isContained(in: folded)
        }
        if let field = text.scope.fieldTerm {
            forEachField(message) { piece in
                guard !isFound, case .field(_, let name, let value) = piece else { return }
                if FoldedText.fold(name + ":") == field { look(value) }
            }
            return isFound
        }
        if text.needle.octets.isEmpty { return true }
        forEachPiece(message) { piece in
            guard !isFound else { return }
            switch piece {
            case .field(_, let name, let value), .partField(let name, let value):
                if text.scope == .anywhere { look("\(name): \(value)") }
            case .content(let content): look(content)
            }
        }
        return isFound
    }

    private func forEachPiece(_ message: ParsedMessage, _ body: (SearchableText.Piece) -> Void) {
        forEachPrefixField(body)
        SearchableText.forEachPiece(of: message, in: octets, body)
    }

    private func forEachField(_ message: ParsedMessage, _ body: (SearchableText.Piece) -> Void) {
        forEachPrefixField(body)
        SearchableText.forEachField(of: message, in: octets, body)
    }

    private func forEachPrefixField(_ body: (SearchableText.Piece) -> Void) {
        guard !prefix.isEmpty else { return }
        prefix.withUnsafeBytes { SearchableText.forEachField(of: ParsedMessage(parsing: $0), in: $0, body) }
    }

    private static func zone(_ kind: HeaderField.Kind) -> SearchZones {
        switch kind {
        case .from: .from
        case .to: .to
        case .cc: .cc
        case .bcc: .bcc
        case .subject: .subject
        default: .otherFields
        }
    }
}
