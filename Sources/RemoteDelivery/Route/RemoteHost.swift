package import MailCore

/// A server that was tried.
package struct RemoteHost: Hashable, Sendable {
    /// As its MX record or the configuration names it.
    package var name: Domain
    /// Where it was reached; nil when it was not.
    package var endpoint: SocketEndpoint?

    /// A server.
    package init(_ name: Domain, _ endpoint: SocketEndpoint? = nil) {
        self.name = name
        self.endpoint = endpoint
    }
}

extension RemoteHost: CustomStringConvertible {
    /// `mx.example.org (192.0.2.1:25)`.
    package var description: String { endpoint.map { "\(name) (\($0))" } ?? name.ascii }
}
