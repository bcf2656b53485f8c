internal import CZlib
internal import NIOCore

/// What the peer sent is no deflate, or goes on behind its end.
struct CorruptedDeflate: Error {}

/// The peer's direction of a compressed connection: raw deflate with any window (RFC 4978 §4, RFC 1951).
///
/// zlib's memory is there while it is used. Between two blocks, where a peer's flush leaves the stream, only the octets are
/// kept that the peer may refer to, at most 32 KiB of them.
struct Inflater {
    private enum State {
        case active(ZlibStream)
        case resting(dictionary: [UInt8])
        /// The peer's last block is over.
        case ended
    }

    private var state = State.resting(dictionary: [])
    /// Whether the room was used up: more may come out although nothing goes in.
    private(set) var hasMore = false

    /// Whether zlib has no memory here.
    var isResting: Bool {
        if case .active = state { false } else { true }
    }

    /// Gives zlib's memory back where the stream allows it.
    mutating func rest() {
        guard case .active(let stream) = state, !hasMore, stream.isBetweenBlocks else { return }
        state = .resting(dictionary: stream.dictionary)
    }

    /// Inflates into `room` as much as it holds, and takes what is used up from `octets`.
    ///
    /// - Returns: the count of octets written.
    mutating func inflate(
        _ octets: inout ByteBuffer, into room: UnsafeMutableRawBufferPointer
    ) throws(CorruptedDeflate) -> Int {
        let stream: ZlibStream
        switch state {
        case .active(let active): stream = active
        case .resting(let dictionary):
            stream = ZlibStream(inflatingBehind: dictionary)
            state = .active(stream)
        case .ended: throw CorruptedDeflate()
        }
        let (used, written, code) = octets.withUnsafeReadableBytes { source in
            stream.run(source, into: room) { CZlib.inflate($0, Z_SYNC_FLUSH) }
        }
        octets.moveReaderIndex(forwardBy: used)
        hasMore = written == room.count
        switch code {
        case Z_OK, Z_BUF_ERROR: break
        case Z_STREAM_END:
            state = .ended
            hasMore = false
        default: throw CorruptedDeflate()
        }
        return written
    }
}
