internal import MailCore

/// Reads a record's data from its beginning; each step is nil when there are not enough octets.
struct RecordDataReader {
    /// A name in a record.
    enum Name: Hashable {
        /// `.`
        case root
        /// What can be a host's.
        case host(Domain)
        /// With octets that no host name has: the DNS allows it (RFC 2181 §11), mail has no use for it.
        case other
    }

    private var unread: ArraySlice<UInt8>

    init(_ data: [UInt8]) {
        unread = data[...]
    }

    var isAtEnd: Bool { unread.isEmpty }

    mutating func uint8() -> UInt8? { unread.popFirst() }

    /// In network order.
    mutating func uint16() -> UInt16? {
        guard let high = uint8(), let low = uint8() else { return nil }
        return UInt16(high) << 8 | UInt16(low)
    }

    mutating func octets(_ count: Int) -> [UInt8]? {
        guard count <= unread.count else { return nil }
        defer { unread = unread.dropFirst(count) }
        return Array(unread.prefix(count))
    }

    mutating func rest() -> [UInt8] {
        defer { unread = [] }
        return Array(unread)
    }

    /// Labels with their lengths up to the root's empty one, not compressed (RFC 1035 §3.1).
    mutating func name() -> Name? {
        var text: [UInt8] = []
        var wireLength = 1
        var hasDotInLabel = false
        while let length = uint8() {
            guard length > 0 else {
                if text.isEmpty { return .root }
                guard !hasDotInLabel, let host = Domain(String(decoding: text, as: UTF8.self)),
                    !host.isAddressLiteral, text.allSatisfy({ $0 < 0x80 })
                else { return .other }
                return .host(host)
            }
            wireLength += Int(length) + 1
            guard Int(length) <= DNSLimits.labelOctetsMax, wireLength <= DNSLimits.nameOctetsMax,
                let label = octets(Int(length))
            else { return nil }
            if label.contains(UInt8(ascii: ".")) { hasDotInLabel = true }
            if !text.isEmpty { text.append(UInt8(ascii: ".")) }
            text += label
        }
        return nil
    }
}
