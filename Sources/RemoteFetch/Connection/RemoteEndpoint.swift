internal import NIOCore
internal import RemoteAccounts

/// Where a connection goes and what TLS has to give.
struct RemoteEndpoint: Sendable {
    let host: String
    let port: Int
    let tls: RemoteSettings.TLS
    /// A PEM file whose certificates are trusted beside the system's.
    let authorityFile: String?

    init(_ settings: RemoteSettings) {
        host = settings.host
        port = settings.port
        tls = settings.tls
        authorityFile = settings.authorityFile
    }

    /// Whether the host is an address, which TLS names no server by.
    var isAddress: Bool { (try? SocketAddress(ipAddress: host, port: 0)) != nil }

    /// Whether nobody else can listen: an address of this machine's own loopback.
    var isLoopback: Bool {
        guard let address = try? SocketAddress(ipAddress: host, port: 0), let text = address.ipAddress else {
            return host == "localhost"
        }
        return text == "::1" || text.hasPrefix("127.")
    }
}
