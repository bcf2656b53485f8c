internal import NIOCore

/// Where a connection goes, and by what the server shows that it is the one that was meant.
package struct RemoteEndpoint: Sendable, Hashable {
    /// When TLS begins.
    package enum TLS: Sendable, Hashable {
        /// Never: for a server on this machine or behind a tunnel.
        case none
        /// By STARTTLS or STLS, and nothing is said without (RFC 2595).
        case startTLS
        /// With the first octet (RFC 8314 §3.2, §3.3).
        case implicit
    }

    /// A name or an address to connect to.
    package var host: String
    /// TCP.
    package var port: Int
    /// When TLS begins.
    package var tls: TLS
    /// The name that the certificate has to be for; nil for the host's.
    package var certificateName: String?
    /// A PEM file whose certificates are trusted beside the system's.
    package var authorityFile: String?
    /// SHA-256 of the server's own certificate: that one is trusted, and no other.
    package var fingerprint: [UInt8]?

    /// A server whose certificate is for its host and comes from somebody whom the system trusts.
    package init(
        host: String, port: Int, tls: TLS, certificateName: String? = nil, authorityFile: String? = nil,
        fingerprint: [UInt8]? = nil
    ) {
        self.host = host
        self.port = port
        self.tls = tls
        self.certificateName = certificateName
        self.authorityFile = authorityFile
        self.fingerprint = fingerprint
    }

    /// What the certificate has to be for.
    var verifiedName: String { certificateName ?? host }

    /// What TLS asks for (SNI); nil for an address, by which TLS names no server.
    var serverName: String? { Self.isAddress(verifiedName) ? nil : verifiedName }

    private static func isAddress(_ text: String) -> Bool { (try? SocketAddress(ipAddress: text, port: 0)) != nil }

    /// Whether nobody else can listen: an address of this machine's own loopback.
    package var isLoopback: Bool {
        guard let address = try? SocketAddress(ipAddress: host, port: 0), let text = address.ipAddress else {
            return host == "localhost"
        }
        return text == "::1" || text.hasPrefix("127.")
    }
}
