internal import NIOCore

/// Both directions of a connection behind `startCompression`, and the octets that wait to be inflated.
///
/// Input is inflated when the session needs some, a piece at a time: however much a few octets inflate to, no more than a
/// piece of it is in memory. An idle connection keeps what the peer may refer to, and no state of zlib's.
final class ConnectionCompression {
    private var inflater = Inflater()
    private var deflater = Deflater()
    private var waiting: ByteBuffer
    private var isUsed = false

    /// - Parameter waiting: the octets that came behind the command.
    init(waiting: ByteBuffer) {
        self.waiting = waiting
    }

    /// How much waits to be inflated.
    var waitingBytes: Int { waiting.readableBytes }

    /// Whether zlib has no memory in either direction.
    var isResting: Bool { inflater.isResting && deflater.isResting }

    /// Takes what has arrived.
    func receive(_ octets: inout ByteBuffer) {
        if waiting.readableBytes == 0 {
            waiting = octets
        } else {
            waiting.writeBuffer(&octets)
        }
    }

    /// Forgets what has arrived.
    func dropInput() {
        waiting = ByteBuffer()
    }

    /// Inflates some of what waits.
    ///
    /// - Returns: whether anything came out.
    func inflate(into input: inout ByteBuffer, bytesMax: Int) throws(CorruptedDeflate) -> Bool {
        guard waiting.readableBytes > 0 || inflater.hasMore else { return false }
        isUsed = true
        if input.readableBytes == 0 { input = ByteBuffer() }
        let roomBytes = min(bytesMax, max(1024, waiting.readableBytes * 4))
        var result = Result<Int, CorruptedDeflate>.success(0)
        input.writeWithUnsafeMutableBytes(minimumWritableBytes: roomBytes) { room in
            result = Result { () throws(CorruptedDeflate) in
                try inflater.inflate(&waiting, into: UnsafeMutableRawBufferPointer(rebasing: room.prefix(bytesMax)))
            }
            return (try? result.get()) ?? 0
        }
        return try result.get() > 0
    }

    /// What of the octets comes out deflated.
    func deflate(_ octets: ByteBuffer, _ flush: Deflater.Flush) -> ByteBuffer {
        isUsed = true
        return deflater.deflate(octets, flush)
    }

    /// Keeps no larger buffer than what waits needs.
    func shrink() {
        waiting.shrinkToContent()
    }

    /// Called once a second: a connection that was not used since the last call rests.
    func sweep() {
        guard !isUsed else {
            isUsed = false
            return
        }
        inflater.rest()
        deflater.rest()
    }
}
