package import NIOCore

extension MessageBody {
    /// A piece of the octets, cut to what there is. Blocks: not for an event loop.
    package func octetsBlocking(_ range: Range<Int64>) throws -> ByteBuffer {
        let range = range.clamped(to: 0..<count)
        switch place {
        case .memory(let octets):
            return octets.getSlice(at: octets.readerIndex + Int(range.lowerBound), length: range.count) ?? ByteBuffer()
        case .file(let file): return try file.read(count: range.count, at: range.lowerBound)
        }
    }
}
