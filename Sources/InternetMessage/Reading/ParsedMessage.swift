/// Where everything in a message is: its header fields and its parts, as offsets (RFC 5322, RFC 2045,
/// RFC 2046, RFC 2047).
///
/// Any octets are a message: what is broken is read as well as it can be, never refused. The octets themselves stay
/// with the caller, who hands them in again, unchanged, to ask for what they say.
package struct ParsedMessage: Sendable {
    /// Octets of the message.
    package let octetCount: Int
    /// Line ends (LF) in the message.
    package let lineCount: Int
    /// The message (first) and all its parts, in the order of their beginnings.
    package let parts: [Part]
    /// The header fields of the message and all its parts, in the order of the octets; see ``Part/fields``.
    package let fields: [HeaderField]
    /// True when parts were left unread because of the limits.
    package let limitReached: Bool
    /// What reading is bounded by.
    package let limits: MessageLimits

    /// Reads a message in one pass.
    package init(parsing bytes: UnsafeRawBufferPointer, limits: MessageLimits = MessageLimits()) {
        var scanner = MessageScanner(Octets(bytes, limit: MessageLimits.octetsMax), limits: limits)
        scanner.scan()
        octetCount = bytes.count
        lineCount = Int(scanner.lines)
        parts = scanner.parts
        fields = scanner.fields
        limitReached = scanner.limitReached || bytes.count > MessageLimits.octetsMax
        self.limits = limits
    }

    /// Reads a message in one pass.
    package init(parsing bytes: Span<UInt8>, limits: MessageLimits = MessageLimits()) {
        self = bytes.withUnsafeBytes { ParsedMessage(parsing: $0, limits: limits) }
    }

    /// Reads a message in one pass.
    package init(parsing bytes: [UInt8], limits: MessageLimits = MessageLimits()) {
        self = bytes.withUnsafeBytes { ParsedMessage(parsing: $0, limits: limits) }
    }

    /// The first field of a kind in a part's header; where a field is there twice, the first one counts.
    package func field(_ kind: HeaderField.Kind, of part: Int) -> HeaderField? {
        fields[parts[part].fields].first { $0.kind == kind }
    }

    /// The positions of a part's parts.
    package func children(of part: Int) -> Children { Children(parts: parts, upcoming: parts[part].firstChild) }

    /// The parts of one part, in order.
    package struct Children: Sequence, IteratorProtocol {
        fileprivate let parts: [Part]
        fileprivate var upcoming: Int?

        package mutating func next() -> Int? {
            guard let part = upcoming else { return nil }
            upcoming = parts[part].nextSibling
            return part
        }
    }
}
