package import MailCore
internal import NIOCore

/// Where this server itself takes mail: nothing is ever sent there.
package struct OwnAddresses: Sendable {
    private let endpoints: Set<SocketEndpoint>
    /// Ports on which it listens at every address of the machine.
    private let everywhere: Set<Int>
    private let interfaces: Set<IPAddress>

    /// From the endpoints of the listeners that take mail from other servers.
    package init(listeners: [SocketEndpoint]) {
        endpoints = Set(listeners)
        everywhere = Set(listeners.filter { $0.address.isUnspecified }.map(\.port))
        let devices = (try? System.enumerateDevices()) ?? []
        interfaces = Set(devices.compactMap { $0.address?.ipAddress.flatMap { IPAddress($0) } })
    }

    /// Whether this server listens there.
    package func contains(_ endpoint: SocketEndpoint) -> Bool {
        if endpoints.contains(endpoint) { return true }
        guard everywhere.contains(endpoint.port) else { return false }
        return endpoint.address.isLoopback || interfaces.contains(endpoint.address)
    }
}
