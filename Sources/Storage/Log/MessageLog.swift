internal import MailCore
internal import NIOCore

/// The append-only log in the folder `log`: segments of about 64 MiB, each a run of records. Only the writer's thread
/// appends; once appended, octets never change, so readers need no lock.
final class MessageLog {
    /// A record that waits for `append`.
    struct Entry {
        var header: RecordHeader
        var redo: [UInt8]
        var body: MessageBody?
        /// The message, when the record is a delivery's.
        var email: EmailID?

        init(delivery: DeliveryRecord, body: MessageBody) {
            redo = delivery.octets
            header = RecordHeader(
                kind: .delivery, redo: redo, bodyLength: body.count, bodyChecksum: body.checksum)
            self.body = body
            email = delivery.email
        }

        init(note: LogNote) {
            redo = note.octets
            header = RecordHeader(kind: .note, redo: redo, bodyLength: 0, bodyChecksum: 0)
        }
    }

    private let segments: SegmentFiles
    private let segmentBytesMax: Int64
    private var file: File
    /// Where the next record goes.
    private(set) var end: LogPosition
    private let staging: UnsafeMutableRawBufferPointer

    /// Goes on behind the last record of a segment.
    init(segments: SegmentFiles, end: LogPosition, segmentBytesMax: Int64) throws {
        self.segments = segments
        self.segmentBytesMax = segmentBytesMax
        self.end = end
        file = try segments.create(end.segment)
        try segments.synchronizeNames()
        staging = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 8)
    }

    deinit {
        staging.deallocate()
    }

    /// Whether the next record goes where the last one went.
    enum Roll {
        case notNeeded
        /// It goes into a new segment, whose name is not on the disk yet.
        case begun
    }

    /// Whether the next record begins another segment.
    var isFull: Bool { end.offset >= segmentBytesMax }

    /// Begins the next segment when the current one is full; called between groups, so that a group never spans two.
    func rollIfFull() throws -> Roll {
        guard isFull else { return .notNeeded }
        let next = try segments.create(end.segment + 1)
        file = next
        end = LogPosition(segment: end.segment + 1, offset: 0)
        return .begun
    }

    /// Writes the records one behind the other. What a failure leaves has to be taken back.
    func append(_ entries: [Entry]) throws {
        stagingStart = end.offset
        stagedCount = 0
        for entry in entries { try stage(entry) }
        try writeStaged()
    }

    /// Forgets what was appended behind a place, for good: on disk when this returns.
    func takeBack(to position: LogPosition) throws {
        guard position.segment == end.segment else {
            throw StorageError(.misuse, "a group never spans segments")
        }
        try file.truncate(to: position.offset)
        try file.synchronize()
        end = position
    }

    /// Returns when all that was appended is on disk.
    func synchronize() throws {
        try file.synchronize()
    }

    /// Where in the segment the first staged octet goes.
    private var stagingStart: Int64 = 0
    private var stagedCount = 0

    private func stage(_ entry: Entry) throws {
        try stage(entry.header.octets(at: end))
        try stage(entry.redo)
        switch entry.body?.place {
        case nil: break
        case .memory(let octets): try octets.withUnsafeReadableBytes { try stage($0) }
        case .file(let source): try stage(source, count: entry.header.bodyLength)
        }
        let length = RecordHeader.size + Int64(entry.redo.count) + entry.header.bodyLength
        try stage([UInt8](repeating: 0, count: Int(entry.header.recordLength - length)))
        end.offset += entry.header.recordLength
    }

    private func stage(_ octets: [UInt8]) throws {
        try octets.withUnsafeBytes { try stage($0) }
    }

    private func stage(_ octets: UnsafeRawBufferPointer) throws {
        var rest = octets
        while !rest.isEmpty {
            let space = try stagingSpace()
            let count = min(rest.count, space.count)
            space.copyMemory(from: UnsafeRawBufferPointer(rebasing: rest[..<count]))
            stagedCount += count
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
    }

    private func stage(_ source: File, count: Int64) throws {
        var offset: Int64 = 0
        while offset < count {
            let space = try stagingSpace()
            let piece = Int(min(count - offset, Int64(space.count)))
            try source.read(into: UnsafeMutableRawBufferPointer(rebasing: space[..<piece]), at: offset)
            stagedCount += piece
            offset += Int64(piece)
        }
    }

    private func stagingSpace() throws -> UnsafeMutableRawBufferPointer {
        if stagedCount == staging.count { try writeStaged() }
        return UnsafeMutableRawBufferPointer(rebasing: staging[stagedCount...])
    }

    private func writeStaged() throws {
        try file.write(UnsafeRawBufferPointer(rebasing: staging[..<stagedCount]), at: stagingStart)
        stagingStart += Int64(stagedCount)
        stagedCount = 0
    }
}
