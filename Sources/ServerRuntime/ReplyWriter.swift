public import NIOCore

/// Where `perform` writes: small replies are coalesced, long ones wait for a peer that does not read.
///
/// Valid until `perform` returns, on the connection's event loop.
public struct ReplyWriter {
    private let sink: any ReplySink

    init(_ sink: any ReplySink) {
        self.sink = sink
    }

    /// Appends to the replies that are written when the session has no more to do, or waits.
    public func append(_ octets: ByteBuffer) {
        sink.appendReply(octets)
    }

    /// Writes one piece of a long answer, and returns when the peer has room for the next one. Memory stays at a piece or two.
    ///
    /// - Throws: `ReplyWriterError` when the connection is lost or the peer does not read.
    nonisolated(nonsending)
        public func write(_ piece: ByteBuffer) async throws(ReplyWriterError)
    {
        try await sink.writePiece(piece)
    }

    /// Writes now what was appended, for a peer that should see it while `perform` goes on.
    public func flush() {
        sink.flushReplies()
    }
}

/// The connection cannot take more octets.
public enum ReplyWriterError: Error {
    /// It is closed, or closing.
    case connectionLost
}

/// What the writer needs of the driver.
protocol ReplySink: AnyObject {
    func appendReply(_ octets: ByteBuffer)
    func flushReplies()
    nonisolated(nonsending)
        func writePiece(_ piece: ByteBuffer) async throws(ReplyWriterError)
}
