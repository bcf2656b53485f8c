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

extension SegmentFiles {
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
