public import NIOCore
import Synchronization

/// A connection's name in logs and traces, unique in the life of the process and, by its start, very likely beyond it.
public struct SessionID: Hashable, Sendable, CustomStringConvertible {
    /// Twelve digits and lower-case letters without i, l, o, u (Crockford's base 32), rising.
    public let description: String

    private static let next = Atomic<UInt64>(UInt64.random(in: 0..<(1 << 40)) << 20)
    private static let digits = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)

    /// A new one.
    public init() {
        let number = SessionID.next.wrappingAdd(1, ordering: .relaxed).newValue
        description = String(unsafeUninitializedCapacity: 12) { text in
            for place in 0..<12 {
                text[place] = SessionID.digits[Int(truncatingIfNeeded: number >> UInt64(55 - 5 * place)) & 31]
            }
            return 12
        }
    }
}

/// What is known of a connection before it says a word.
public struct ConnectionInfo: Sendable {
    /// For logs and traces.
    public let id: SessionID
    /// The listener's name, for logs and metrics.
    public let listener: String
    /// The peer; nil for a Unix socket's unnamed client.
    public let peer: SocketAddress?
    /// Our side.
    public let local: SocketAddress?
    /// Calls the session; nil where there is no connection.
    public let waker: ConnectionWaker?

    /// For tests and for connections that no listener accepted.
    public init(
        id: SessionID, listener: String, peer: SocketAddress?, local: SocketAddress?, waker: ConnectionWaker? = nil
    ) {
        self.id = id
        self.listener = listener
        self.peer = peer
        self.local = local
        self.waker = waker
    }

    /// The peer's IP address as text, or `unix`.
    public var peerText: String { peer?.ipAddress ?? "unix" }
}
