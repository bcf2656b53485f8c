import NIOCore

/// Sizes of the buffers that a channel reads into: what the last reads brought, within bounds.
///
/// NIO's channels keep the first buffers of their life, up to `maxMessagesPerRead` of them, to read into them again: 64 KiB
/// each where much came at once. From here they get small ones first, and for each later read one that goes when what was
/// in it is done with, so that an idle connection keeps 1 KiB.
struct ReceiveBuffers: RecvByteBufferAllocator {
    /// How many a channel keeps: NIO's `maxMessagesPerRead`.
    static let keptMax: UInt = 4
    private static let keptBytes = 256

    private var sizes = AdaptiveRecvByteBufferAllocator(minimum: 512, initial: 1024, maximum: 64 << 10)
    private var reads: UInt = 0

    func buffer(allocator: ByteBufferAllocator) -> ByteBuffer {
        reads < Self.keptMax ? allocator.buffer(capacity: Self.keptBytes) : sizes.buffer(allocator: allocator)
    }

    /// No size: NIO looks for a buffer of its own only where it knows one.
    func nextBufferSize() -> Int? { nil }

    mutating func record(actualReadBytes: Int) -> Bool {
        if reads < Self.keptMax {
            reads += 1
        } else {
            _ = sizes.record(actualReadBytes: actualReadBytes)
        }
        // NIO reads into a buffer of its own again where the next one would not be larger.
        return true
    }
}
