package import MailCore
internal import NIOCore
internal import NIOPosix

/// Whether somebody listens at a TCP port.
package enum PortProbe {
    /// Connects, and closes again.
    package static func answers(_ endpoint: SocketEndpoint) async -> Bool {
        let bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton).connectTimeout(.seconds(2))
        guard let channel = try? await bootstrap.connect(host: endpoint.address.text, port: endpoint.port).get() else {
            return false
        }
        try? await channel.close()
        return true
    }
}
