public import NIOCore
internal import NIOPosix

extension Store {
    /// A piece of a message's octets, straight from the log.
    ///
    /// - Parameter range: counted from the message's first octet; cut to what there is.
    public func octets(_ content: StoredOctets, _ range: Range<Int64>) async throws -> ByteBuffer {
        let segments = segments
        return try await readerThreads.runIfActive { try segments.octets(content, range) }
    }

    /// The same on a thread that may block already, as in a `read` closure.
    public func octetsBlocking(_ content: StoredOctets, _ range: Range<Int64>) throws -> ByteBuffer {
        try segments.octets(content, range)
    }
}

extension Store {
    /// Several whole messages, in their order; those that stand close together come with one visit to the disk. A message
    /// that is not what was written is nil.
    public func octetsBlocking(_ contents: [StoredOctets]) throws -> [ByteBuffer?] {
        try segments.octets(contents)
    }
}

extension Store {
    /// Whether a message's octets are those that were written, on a thread that may block. Reads all of them, a piece at a
    /// time: for messages too large to be held, before a part of them is read.
    ///
    /// - Throws: when the disk gives nothing back.
    public func isIntactBlocking(_ content: StoredOctets) throws -> Bool {
        let file = try segments.file(content.position.segment)
        var checksum = Checksum()
        var offset: Int64 = 0
        while offset < content.count {
            let count = min(Self.checkedPieceOctets, content.count - offset)
            checksum.update(try file.read(count: Int(count), at: content.position.offset + offset))
            offset += count
        }
        return checksum.value == content.checksum
    }

    private static let checkedPieceOctets: Int64 = 256 << 10
}

extension SegmentFiles {
    /// Octets between two messages that are read along rather than passed over.
    private static let gapOctetsMax: Int64 = 4096
    /// Octets of one visit.
    private static let runOctetsMax: Int64 = 1 << 20

    func octets(_ contents: [StoredOctets]) throws -> [ByteBuffer?] {
        var all: [ByteBuffer?] = []
        all.reserveCapacity(contents.count)
        var index = 0
        while index < contents.count {
            let first = contents[index].position
            var end = first.offset + contents[index].count
            var next = index + 1
            while next < contents.count, contents[next].position.segment == first.segment {
                let content = contents[next]
                let gap = content.position.offset - end
                guard gap >= 0, gap <= Self.gapOctetsMax else { break }
                guard content.position.offset + content.count - first.offset <= Self.runOctetsMax else { break }
                end = content.position.offset + content.count
                next += 1
            }
            let run = try file(first.segment).read(count: Int(end - first.offset), at: first.offset)
            for content in contents[index..<next] {
                let slice = run.getSlice(at: Int(content.position.offset - first.offset), length: Int(content.count))
                var checksum = Checksum()
                if let slice { checksum.update(slice) }
                all.append(checksum.value == content.checksum ? slice : nil)
            }
            index = next
        }
        return all
    }

    /// Whole messages are compared with their checksum: what comes back is what was accepted, or an error.
    func octets(_ content: StoredOctets, _ range: Range<Int64>) throws -> ByteBuffer {
        let range = range.clamped(to: 0..<content.count)
        let octets = try file(content.position.segment).read(
            count: range.count, at: content.position.offset + range.lowerBound)
        if range.count == content.count {
            var checksum = Checksum()
            octets.withUnsafeReadableBytes { checksum.update($0) }
            guard checksum.value == content.checksum else {
                throw StorageError(
                    .corrupt, "the octets at \(content.position) are not what was written; run: paloma check --repair")
            }
        }
        return octets
    }
}
