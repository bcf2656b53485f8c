/// Where a listener listens.
public enum ListenerAddress: Equatable, Sendable, CustomStringConvertible {
    /// TCP, on an IPv4 or IPv6 address; port 0 takes a free one.
    case tcp(host: String, port: Int)
    /// A Unix socket; the file gets these permissions.
    case unix(path: String, permissions: UInt32 = 0o660)

    /// `127.0.0.1:25`, `[::1]:25`, `/run/paloma/lmtp`.
    public var description: String {
        switch self {
        case .tcp(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        case .unix(let path, _): path
        }
    }
}

/// One listener: where, with what security, and within what limits.
public struct ListenerConfiguration: Sendable {
    /// For logs and metrics: `smtp`, `pop3s`.
    public var name: String
    /// Where it listens.
    public var address: ListenerAddress
    /// With or without TLS.
    public var tls: TLSMode
    /// What each connection may use.
    public var connection = ConnectionLimits()
    /// Connections that the kernel keeps until we accept them.
    public var backlog: Int32 = 512
    /// How long sessions with a transaction under way may go on when the server stops.
    public var graceSeconds: Int64 = 20
    /// What a client hears that is not let in: `421 4.7.0 …`, `-ERR [SYS/TEMP] …`, with its CRLF. Nothing is said on a
    /// listener with implicit TLS.
    public var busyReply: @Sendable (Refusal) -> String

    /// A listener with default limits.
    public init(
        name: String, address: ListenerAddress, tls: TLSMode = .none,
        busyReply: @escaping @Sendable (Refusal) -> String
    ) {
        self.name = name
        self.address = address
        self.tls = tls
        self.busyReply = busyReply
    }
}

/// Why a listener does not start.
public struct ListenerError: Error, CustomStringConvertible {
    /// The listener's name.
    public let listener: String
    /// Where it should have listened.
    public let address: ListenerAddress
    /// What the system says, or what we found.
    public let reason: String

    /// `smtp: cannot listen on 127.0.0.1:25: …`.
    public var description: String { "\(listener): cannot listen on \(address): \(reason)" }
}
