/// The stored form of a part index.
///
/// ```
/// octet   version, 1
/// varint  number of parts
/// then for each part, the message first:
///   varint  its position less that of the part that it is in; 0 for the message
///   octet   bits 0-1 kind (0 leaf, 1 multipart, 2 message), bits 2-4 transfer encoding in the order of
///           `codedEncodings`
///   varint  header start less the header start of the part before it
///   varint  octets of the header
///   varint  octets of the body
///   varint  line ends in the body
/// ```
/// A varint is LEB128: seven bits an octet, lowest first, the high bit set on all but the last. Offsets count from the
/// first octet of the blob that was parsed.
extension PartIndex {
    private static let version: UInt8 = 1
    private static let codedEncodings: [ContentTransferEncoding] = [
        .sevenBit, .eightBit, .binary, .quotedPrintable, .base64, .uuencode, .other,
    ]

    /// The stored form.
    package func encoded() -> [UInt8] {
        var output: [UInt8] = [Self.version]
        output.reserveCapacity(2 + entries.count * 12)
        Self.append(entries.count, to: &output)
        var previousStart = 0
        for (position, entry) in entries.enumerated() {
            Self.append(position - (entry.parent ?? position), to: &output)
            let encoding = Self.codedEncodings.firstIndex(of: entry.encoding) ?? Self.codedEncodings.count - 1
            output.append(entry.kind.rawValue | UInt8(encoding) << 2)
            Self.append(entry.headerStart - previousStart, to: &output)
            Self.append(entry.headerCount, to: &output)
            Self.append(entry.bodyCount, to: &output)
            Self.append(entry.bodyLines, to: &output)
            previousStart = entry.headerStart
        }
        return output
    }

    /// Reads the stored form; nil when it is not one (the disk's fault): parse the message again then.
    package init?(decoding bytes: [UInt8]) {
        guard bytes.first == Self.version else { return nil }
        var position = 1
        guard let count = Self.varint(bytes, &position), count > 0, count <= bytes.count else { return nil }
        var entries: [Entry] = []
        entries.reserveCapacity(count)
        var previousStart = 0
        while entries.count < count {
            guard let entry = Self.entry(bytes, &position, number: entries.count, previousStart: previousStart) else {
                return nil
            }
            previousStart = entry.headerStart
            entries.append(entry)
        }
        guard position == bytes.count else { return nil }
        self.init(entries: entries)
    }

    /// The message's own entry of a stored form: what its header and its text need, without the other parts.
    package static func messageEntry(decoding bytes: UnsafeRawBufferPointer) -> Entry? {
        // A version, a count and an entry of one octet and five numbers of at most five octets each.
        let head = [UInt8](bytes.prefix(2 + 4 + 1 + 5 * 5))
        guard head.first == version else { return nil }
        var position = 1
        guard let count = varint(head, &position), count > 0, count <= bytes.count else { return nil }
        return entry(head, &position, number: 0, previousStart: 0)
    }

    private static func entry(
        _ bytes: [UInt8], _ position: inout Int, number: Int, previousStart: Int
    ) -> Entry? {
        guard let distance = varint(bytes, &position), distance <= number, (distance == 0) == (number == 0),
            position < bytes.count
        else { return nil }
        let code = bytes[position]
        position += 1
        guard let kind = Part.Kind(rawValue: code & 3), codedEncodings.indices.contains(Int(code >> 2)),
            let start = varint(bytes, &position), let headerCount = varint(bytes, &position),
            let bodyCount = varint(bytes, &position), let bodyLines = varint(bytes, &position)
        else { return nil }
        return Entry(
            parent: number == 0 ? nil : number - distance, kind: kind, encoding: codedEncodings[Int(code >> 2)],
            headerStart: previousStart + start, headerCount: headerCount, bodyCount: bodyCount, bodyLines: bodyLines)
    }

    private static func append(_ value: Int, to output: inout [UInt8]) {
        var rest = UInt(max(0, value))
        while rest >= 0x80 {
            output.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        output.append(UInt8(truncatingIfNeeded: rest))
    }

    /// At most five octets, so no sum of such values can overflow.
    private static func varint(_ bytes: [UInt8], _ position: inout Int) -> Int? {
        var value = 0
        for shift in stride(from: 0, to: 35, by: 7) {
            guard position < bytes.count else { return nil }
            let octet = bytes[position]
            position += 1
            value |= Int(octet & 0x7F) << shift
            if octet < 0x80 { return value }
        }
        return nil
    }
}
