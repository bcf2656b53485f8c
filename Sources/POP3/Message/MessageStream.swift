internal import DotStuffing
package import NIOCore

/// The rest of the reply to RETR or TOP: the driver gives the message's octets as it reads them and writes what comes
/// out. Should reading fail halfway, the connection must be closed: the reply has begun and knows no error.
package struct MessageStream: Sendable {
    /// Whether more of the message is wanted.
    package enum Demand: Hashable, Sendable {
        case more
        /// TOP has all its lines: read no further.
        case satisfied
    }

    private var filter: TopFilter?
    private var encoder = DotEncoder()

    init(filter: TopFilter?) { self.filter = filter }

    /// Takes the next octets of the message; `emit` gets those of the reply.
    package mutating func send(_ chunk: ByteBuffer, emit: (ByteBuffer) -> Void) -> Demand {
        guard var filter else {
            encoder.encode(chunk, emit: emit)
            return .more
        }
        encoder.encode(filter.admit(chunk), emit: emit)
        self.filter = filter
        return filter.isSatisfied ? .satisfied : .more
    }

    /// Ends the reply.
    package mutating func finish(emit: (ByteBuffer) -> Void) {
        encoder.finish(emit: emit)
    }
}
