package import NIOCore
import Synchronization

/// How many connections are let in.
public struct GateLimits: Sendable {
    /// Open at once, from everywhere.
    public var connectionsMax = 10_000
    /// Open at once from one IPv4 address or one IPv6 /64.
    public var connectionsPerHostMax = 100
    /// New ones in a minute from one IPv4 address or one IPv6 /64.
    public var newPerHostPerMinuteMax = 600
    /// Whether connections from loopback and Unix sockets count for their host: usually they are our own programs.
    public var loopback = LoopbackRule.totalOnly

    /// What applies to loopback and Unix sockets.
    public enum LoopbackRule: Sendable {
        /// Only `connectionsMax`.
        case totalOnly
        /// All limits.
        case likeAnyHost
    }

    /// The defaults.
    public init() {}
}

/// Why a connection is not let in.
public enum Refusal: String, Sendable {
    /// `connectionsMax` is reached.
    case full
    /// `connectionsPerHostMax` is reached.
    case tooManyFromHost
    /// `newPerHostPerMinuteMax` is reached.
    case tooFast
}

/// The network that counts as one host: an IPv4 address, or an IPv6 /64, which is what one customer gets (RFC 6177).
struct HostKey: Hashable, Sendable {
    let family: UInt8
    let network: UInt64

    /// nil for an address that belongs to no host: Unix sockets.
    init?(_ address: SocketAddress?) {
        switch address {
        case .v4:
            family = 4
            network = HostKey.octets(of: address, at: 4, as: UInt32.self)
        case .v6:
            let high = HostKey.octets(of: address, at: 8, as: UInt64.self)
            let low = HostKey.octets(of: address, at: 16, as: UInt64.self)
            if high == 0 && low >> 32 == 0xFFFF {
                // ::ffff:0:0/96, an IPv4 peer on a dual-stack socket (RFC 4291 §2.5.5.2).
                family = 4
                network = low & 0xFFFF_FFFF
            } else {
                family = 6
                network = high == 0 && low == 1 ? 1 : high
            }
        case .unixDomainSocket, nil:
            return nil
        }
    }

    /// The address in sockaddr_in begins at octet 4, in sockaddr_in6 at octet 8.
    private static func octets<Number: FixedWidthInteger>(
        of address: SocketAddress?, at offset: Int, as: Number.Type
    ) -> UInt64 {
        address?.withSockAddr { pointer, size in
            let raw = UnsafeRawBufferPointer(start: pointer, count: size)
            guard offset + MemoryLayout<Number>.size <= size else { return 0 }
            return UInt64(Number(bigEndian: raw.loadUnaligned(fromByteOffset: offset, as: Number.self)))
        } ?? 0
    }

    var isLoopback: Bool {
        family == 4 ? network >> 24 == 127 : network == 1
    }
}

/// Counts connections, for one listener or shared by several.
public final class ConnectionGate: Sendable {
    private struct Host {
        var open = 0
        var minute: Int64 = 0
        var newInMinute = 0
    }

    private struct State {
        var open = 0
        var hosts: [HostKey: Host] = [:]
        var minute: Int64 = 0
    }

    /// The limits.
    public let limits: GateLimits
    private let state = Mutex(State())

    /// A gate with nobody inside.
    public init(limits: GateLimits) {
        self.limits = limits
    }

    /// Connections that are open.
    public var openCount: Int { state.withLock { $0.open } }

    /// Lets a connection in, or says why not. Who was let in must `leave`.
    package func enter(_ address: SocketAddress?, now: NIODeadline) -> Refusal? {
        let key = countedHost(address)
        let minute = Int64(now.uptimeNanoseconds / 60_000_000_000)
        return state.withLock { state in
            guard state.open < limits.connectionsMax else { return .full }
            guard let key else {
                state.open += 1
                return nil
            }
            if state.minute != minute {
                // Hosts without a connection are remembered for the current minute only.
                state.minute = minute
                state.hosts = state.hosts.filter { $0.value.open > 0 }
            }
            var host = state.hosts[key] ?? Host()
            if host.minute != minute { (host.minute, host.newInMinute) = (minute, 0) }
            guard host.open < limits.connectionsPerHostMax else { return .tooManyFromHost }
            guard host.newInMinute < limits.newPerHostPerMinuteMax else { return .tooFast }
            host.open += 1
            host.newInMinute += 1
            state.open += 1
            state.hosts[key] = host
            return nil
        }
    }

    package func leave(_ address: SocketAddress?) {
        let key = countedHost(address)
        state.withLock { state in
            state.open -= 1
            if let key { state.hosts[key]?.open -= 1 }
        }
    }

    private func countedHost(_ address: SocketAddress?) -> HostKey? {
        guard let key = HostKey(address) else { return nil }
        return key.isLoopback && limits.loopback == .totalOnly ? nil : key
    }
}
