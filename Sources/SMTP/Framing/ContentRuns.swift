internal import NIOCore

/// The parts of one chunk that are content: one run stays a slice of the chunk, several are copied together.
struct ContentRuns {
    /// Where the run at hand begins.
    private var openIndex = 0
    private var first: Range<Int>?
    private var joined: ByteBuffer?

    /// Whether nothing before the run at hand is content.
    var isEmpty: Bool { first == nil && joined == nil }

    /// Ends the run at hand before an octet that is no content.
    mutating func leaveOut(_ index: Int, of chunk: UnsafeRawBufferPointer) {
        close(at: index, of: chunk)
        openIndex = index + 1
    }

    /// Puts back a CR that was held; the run at hand is empty then.
    mutating func insertCR(before index: Int, of chunk: UnsafeRawBufferPointer) {
        close(at: index, of: chunk)
        join(chunk)
        joined?.writeInteger(UInt8(0x0d))
        openIndex = index
    }

    /// Ends the run at hand.
    mutating func close(at index: Int, of chunk: UnsafeRawBufferPointer) {
        guard index > openIndex else { return }
        let run = openIndex..<index
        openIndex = index
        if isEmpty {
            first = run
        } else {
            join(chunk)
            joined?.writeBytes(UnsafeRawBufferPointer(rebasing: chunk[run]))
        }
    }

    /// From here on runs are copied.
    private mutating func join(_ chunk: UnsafeRawBufferPointer) {
        guard joined == nil else { return }
        var buffer = ByteBuffer()
        buffer.reserveCapacity(chunk.count + 1)
        if let first { buffer.writeBytes(UnsafeRawBufferPointer(rebasing: chunk[first])) }
        first = nil
        joined = buffer
    }

    /// All content, or nil when there is none; `chunk` still has its reader index at the chunk's start.
    func buffer(from chunk: ByteBuffer) -> ByteBuffer? {
        if let joined { return joined }
        guard let first else { return nil }
        return chunk.getSlice(at: chunk.readerIndex + first.lowerBound, length: first.count)
    }
}
