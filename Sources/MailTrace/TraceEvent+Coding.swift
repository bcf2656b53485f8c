extension TraceEvent {
    /// As it is kept: kind, time (eight octets, the highest first), then for each fact its field, the count of its octets
    /// (LEB128) and those.
    public var octets: [UInt8] {
        var octets: [UInt8] = [kind.rawValue]
        octets.reserveCapacity(16 + facts.count * 24)
        for shift in stride(from: Int64(56), through: 0, by: -8) {
            octets.append(UInt8(truncatingIfNeeded: at >> shift))
        }
        for fact in facts {
            octets.append(fact.field.rawValue)
            var count = fact.text.utf8.count
            while count >= 0x80 {
                octets.append(UInt8(truncatingIfNeeded: count) | 0x80)
                count >>= 7
            }
            octets.append(UInt8(truncatingIfNeeded: count))
            octets.append(contentsOf: fact.text.utf8)
        }
        return octets
    }

    /// Reads what `octets` writes; a fact of a field that is not known is passed over. nil when it is no event.
    public init?(octets: [UInt8]) {
        guard octets.count >= 9, let kind = Kind(rawValue: octets[0]) else { return nil }
        self.init(kind, at: octets[1..<9].reduce(Int64(0)) { $0 << 8 | Int64($1) })
        var rest = octets[9...]
        while let field = rest.popFirst() {
            var count = 0
            var shift = 0
            while true {
                guard let octet = rest.popFirst(), shift < 28 else { return nil }
                count |= Int(octet & 0x7f) << shift
                shift += 7
                if octet < 0x80 { break }
            }
            guard count <= rest.count else { return nil }
            if let field = Field(rawValue: field) { add(field, String(decoding: rest.prefix(count), as: UTF8.self)) }
            rest = rest.dropFirst(count)
        }
    }
}
