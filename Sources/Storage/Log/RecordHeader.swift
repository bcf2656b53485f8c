/// What stands before each record of the log: 32 octets, numbers little-endian.
///
/// | octets | what |
/// |---|---|
/// | 0–3 | `PLM1` |
/// | 4 | kind |
/// | 5–7 | 0 |
/// | 8–11 | length of the redo part |
/// | 12–15 | CRC-32 of the redo part |
/// | 16–23 | length of the body |
/// | 24–27 | CRC-32 of the body |
/// | 28–31 | CRC-32 of octets 0–27, the segment's number and the record's offset |
///
/// The redo part follows, then the body, then zeros up to the next multiple of 8. Since the last checksum knows where
/// the record stands, a message that contains a piece of a log is never taken for a record.
struct RecordHeader: Hashable {
    /// What a record is for.
    enum Kind: UInt8 {
        /// A message that was accepted, or moved by a compaction.
        case delivery = 1
        /// A `LogNote`.
        case note = 2
    }

    static let size: Int64 = 32
    private static let magic: [UInt8] = Array("PLM1".utf8)

    var kind: Kind
    var redoLength: UInt32
    var redoChecksum: UInt32
    var bodyLength: Int64
    var bodyChecksum: UInt32

    /// With the padding behind it.
    var recordLength: Int64 { (Self.size + Int64(redoLength) + bodyLength + 7) & ~7 }

    /// From the record's beginning to the body's.
    var bodyOffset: Int64 { Self.size + Int64(redoLength) }

    func octets(at position: LogPosition) -> [UInt8] {
        var octets = Self.magic + [kind.rawValue, 0, 0, 0]
        octets.append(littleEndian: redoLength)
        octets.append(littleEndian: redoChecksum)
        octets.append(littleEndian: UInt64(bodyLength))
        octets.append(littleEndian: bodyChecksum)
        octets.append(littleEndian: Self.checksum(of: octets, at: position))
        return octets
    }

    init(kind: Kind, redo: [UInt8], bodyLength: Int64, bodyChecksum: UInt32) {
        var checksum = Checksum()
        checksum.update(redo)
        self.kind = kind
        redoLength = UInt32(redo.count)
        redoChecksum = checksum.value
        self.bodyLength = bodyLength
        self.bodyChecksum = bodyChecksum
    }

    /// nil when the octets are no header, or none that was written at this place.
    init?(_ octets: UnsafeRawBufferPointer, at position: LogPosition) {
        guard octets.count >= Int(Self.size), octets.prefix(4).elementsEqual(Self.magic) else { return nil }
        guard let kind = Kind(rawValue: octets[4]) else { return nil }
        let first = [UInt8](octets.prefix(28))
        let written = UInt32(littleEndian: octets.loadUnaligned(fromByteOffset: 28, as: UInt32.self))
        guard Self.checksum(of: first, at: position) == written else { return nil }
        self.kind = kind
        redoLength = UInt32(littleEndian: octets.loadUnaligned(fromByteOffset: 8, as: UInt32.self))
        redoChecksum = UInt32(littleEndian: octets.loadUnaligned(fromByteOffset: 12, as: UInt32.self))
        let length = UInt64(littleEndian: octets.loadUnaligned(fromByteOffset: 16, as: UInt64.self))
        guard length < 1 << 40 else { return nil }
        bodyLength = Int64(length)
        bodyChecksum = UInt32(littleEndian: octets.loadUnaligned(fromByteOffset: 24, as: UInt32.self))
    }

    private static func checksum(of octets: [UInt8], at position: LogPosition) -> UInt32 {
        var bound = octets
        bound.append(littleEndian: UInt64(position.segment))
        bound.append(littleEndian: UInt64(position.offset))
        var checksum = Checksum()
        checksum.update(bound)
        return checksum.value
    }
}

extension [UInt8] {
    fileprivate mutating func append(littleEndian value: some FixedWidthInteger) {
        Swift.withUnsafeBytes(of: value.littleEndian) { append(contentsOf: $0) }
    }
}
