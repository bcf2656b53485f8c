internal import NIOCore

/// Reads a segment from front to back, as recovery, `check` and a rebuild do.
struct LogScanner {
    /// What is compared with its checksum.
    enum Depth {
        /// Headers, redo parts and bodies.
        case everything
        /// Headers and redo parts: bodies are passed over.
        case redo
    }

    /// What stands at a place.
    enum Finding {
        /// A whole record. The body's octets have been compared with their checksum.
        case record(RecordHeader, redo: [UInt8], at: LogPosition)
        /// A record whose header is right and whose redo part or body is not what was written.
        case damaged(RecordHeader, redo: [UInt8]?, at: LogPosition, Damage)
        /// Octets that are no record: up to the next record, or to the end of the file.
        case gap(from: LogPosition, octets: Int64)
    }

    /// What is wrong with a record whose header is right.
    enum Damage: String {
        /// What it is about is not known.
        case redo = "its redo part is not what was written"
        /// The body has other octets than were written; so does that of a write that was cut off.
        case octets = "its octets are not what was written"
        /// The disk does not give the body back.
        case sector = "its octets cannot be read from the disk"
    }

    private let file: File
    private let segment: Int64
    private let depth: Depth
    private let size: Int64
    private(set) var offset: Int64

    init(file: File, segment: Int64, from offset: Int64, depth: Depth = .everything) throws {
        self.file = file
        self.depth = depth
        self.segment = segment
        self.offset = offset
        size = try file.size()
    }

    /// The next finding, or nil at the end of the file. Octets that the disk does not give back are a gap.
    mutating func next() throws -> Finding? {
        guard offset < size else { return nil }
        let position = LogPosition(segment: segment, offset: offset)
        do {
            return try read(at: position)
        } catch let error as StorageError where error.code == .inputOutput {
            let next = min(size, max(offset, (position.offset / File.sectorSize + 1) * File.sectorSize))
            offset = next
            return .gap(from: position, octets: next - position.offset)
        }
    }

    private mutating func read(at position: LogPosition) throws -> Finding {
        guard let header = try header(at: offset) else {
            let next = try nextHeader(after: offset)
            defer { offset = next }
            return .gap(from: position, octets: next - offset)
        }
        offset += header.recordLength
        let redo = [UInt8](
            buffer: try file.read(count: Int(header.redoLength), at: position.offset + RecordHeader.size))
        var checksum = Checksum()
        checksum.update(redo)
        guard checksum.value == header.redoChecksum else {
            return .damaged(header, redo: nil, at: position, .redo)
        }
        if depth == .everything, let damage = try bodyDamage(of: header, at: position) {
            return .damaged(header, redo: redo, at: position, damage)
        }
        return .record(header, redo: redo, at: position)
    }

    private func bodyDamage(of header: RecordHeader, at position: LogPosition) throws -> Damage? {
        do {
            return try bodyChecksum(of: header, at: position) == header.bodyChecksum ? nil : .octets
        } catch let error as StorageError where error.code == .inputOutput {
            return .sector
        }
    }

    private func header(at offset: Int64) throws -> RecordHeader? {
        guard offset + RecordHeader.size <= size else { return nil }
        let octets = try file.read(count: Int(RecordHeader.size), at: offset)
        let position = LogPosition(segment: segment, offset: offset)
        let header = octets.withUnsafeReadableBytes { RecordHeader($0, at: position) }
        guard let header, offset + header.bodyOffset + header.bodyLength <= size else { return nil }
        return header
    }

    /// Records begin at multiples of 8.
    private func nextHeader(after offset: Int64) throws -> Int64 {
        var candidate = (offset + 8) & ~7
        let pieceSize: Int64 = 1 << 20
        while candidate < size {
            let piece = try file.read(count: Int(min(pieceSize, size - candidate)), at: candidate)
            let count = Int64(piece.readableBytes)
            let hits = piece.withUnsafeReadableBytes { octets in
                stride(from: 0, to: octets.count - 3, by: 8).filter { index in
                    octets[index] == 0x50 && octets[index + 1] == 0x4c && octets[index + 2] == 0x4d
                        && octets[index + 3] == 0x31
                }
            }
            for hit in hits where try header(at: candidate + Int64(hit)) != nil { return candidate + Int64(hit) }
            candidate += count
        }
        return size
    }

    private func bodyChecksum(of header: RecordHeader, at position: LogPosition) throws -> UInt32 {
        var checksum = Checksum()
        var done: Int64 = 0
        while done < header.bodyLength {
            let piece = Int(min(1 << 20, header.bodyLength - done))
            let octets = try file.read(count: piece, at: position.offset + header.bodyOffset + done)
            octets.withUnsafeReadableBytes { checksum.update($0) }
            done += Int64(piece)
        }
        return checksum.value
    }
}
