/// The fields of a message's header as they came: octets, nothing interpreted.
struct HeaderFields {
    /// One field.
    struct Field {
        /// Its name in lower case.
        let name: String
        /// From the name to the line end, where the field's text ends; without that line end.
        let octets: ArraySlice<UInt8>
        /// What stands behind the colon.
        let value: ArraySlice<UInt8>
    }

    /// From the top.
    let fields: [Field]

    /// Cuts a header into its fields; it ends with the octets or with an empty line. A line without a name in front of
    /// a colon is none and is left out (RFC 6376 §3.5 speaks of fields only).
    init(_ octets: [UInt8]) {
        var fields: [Field] = []
        var start = 0
        while start < octets.count {
            let end = HeaderFields.fieldEnd(octets, from: start)
            if end.text == start { break }
            if let field = HeaderFields.field(octets[start..<end.text]) { fields.append(field) }
            start = end.next
        }
        self.fields = fields
    }

    /// Where the field's text ends, and where the next one begins.
    private static func fieldEnd(_ octets: [UInt8], from start: Int) -> (text: Int, next: Int) {
        var index = start
        while let lineFeed = octets[index...].firstIndex(of: 0x0A) {
            let next = lineFeed + 1
            guard lineFeed > start, octets[lineFeed - 1] == 0x0D else {
                index = next
                continue
            }
            if next < octets.count, octets[next].isWhiteSpace {
                index = next
                continue
            }
            return (lineFeed - 1, next)
        }
        return (octets.count, octets.count)
    }

    private static func field(_ octets: ArraySlice<UInt8>) -> Field? {
        guard let colon = octets.firstIndex(of: UInt8(ascii: ":")) else { return nil }
        var name = octets[..<colon]
        while name.last?.isWhiteSpace == true { name.removeLast() }
        guard !name.isEmpty, name.allSatisfy({ $0 > 0x20 && $0 != 0x7f }) else { return nil }
        return Field(
            name: String(decoding: name.map(\.lowered), as: UTF8.self), octets: octets,
            value: octets[octets.index(after: colon)...])
    }

    /// The fields that a list of names means: each name the last one of that name which is not taken yet, and nothing
    /// when there is none any more (RFC 6376 §5.4.2).
    func selected(by names: [String]) -> [Field] {
        var positions: [String: [Int]] = [:]
        for (index, field) in fields.enumerated() { positions[field.name, default: []].append(index) }
        return names.compactMap { name in
            positions[name]?.popLast().map { fields[$0] }
        }
    }
}

extension HeaderFields.Field {
    /// The field in its canonical form without its line end (RFC 6376 §3.4.1, §3.4.2).
    func canonical(_ canonicalization: Canonicalization) -> [UInt8] {
        switch canonicalization {
        case .simple: Array(octets)
        case .relaxed: Array(name.utf8) + [UInt8(ascii: ":")] + HeaderFields.relaxed(value)
        }
    }
}

extension HeaderFields {
    /// Unfolded, each run of white space one space, none at the beginning and the end.
    static func relaxed(_ value: some Sequence<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        var hasSpace = false
        for octet in value {
            if octet.isFoldingWhiteSpace {
                hasSpace = true
            } else {
                if hasSpace, !result.isEmpty { result.append(0x20) }
                hasSpace = false
                result.append(octet)
            }
        }
        return result
    }
}
