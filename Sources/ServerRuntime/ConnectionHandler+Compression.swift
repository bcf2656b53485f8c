import NIOCore

/// COMPRESS (RFC 4978): what arrives is inflated before the session sees it, what leaves is deflated; below it TLS.
extension ConnectionHandler {
    func startCompression() {
        precondition(compression == nil, "A connection is compressed once")
        flush()
        compression = ConnectionCompression(waiting: input)
        input = ByteBuffer()
    }

    /// Octets that arrived and that the session has not taken.
    var heldInputBytes: Int { input.readableBytes + (compression?.waitingBytes ?? 0) }

    /// Gets the session a piece more of what has arrived, if that is compressed.
    ///
    /// - Returns: whether there is more.
    func inflateMore() -> Bool {
        let room = min(limits.inflatedBytesMax, limits.inputBytesMax - input.readableBytes)
        guard let compression, room > 0 else { return false }
        do {
            return try compression.inflate(into: &input, bytesMax: room)
        } catch {
            dismiss(.corruptedInput)
            return false
        }
    }

    /// A piece of a long answer. It is deflated slice by slice, between which other connections of the loop have their turn.
    nonisolated(nonsending)
        func writePiece(_ piece: ByteBuffer, _ compression: ConnectionCompression) async throws(ReplyWriterError)
    {
        flushForMore()
        var rest = piece
        while rest.readableBytes > 0 {
            guard let slice = rest.readSlice(length: min(rest.readableBytes, limits.repliesBytesMax)) else { return }
            write(compression.deflate(slice, .later))
            try await waitForPeer()
            if rest.readableBytes > 0 { await Task.yield() }
            guard phase == .performing else { throw .connectionLost }
        }
    }
}
