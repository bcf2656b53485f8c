package import MailCore
package import NIOCore
package import SASL
package import SMTP

/// Where a connection goes and what it has to be like.
package struct SMTPConnectionSettings: Sendable {
    /// Address and port.
    package var address: SocketAddress
    /// From which of our addresses; nil for the system's choice. Its port is 0 as a rule.
    package var sourceAddress: SocketAddress?
    /// The server's name: what TLS asks for (SNI), and what logs say.
    package var serverName: Domain
    /// How we name ourselves.
    package var clientName: String
    /// SMTP or LMTP.
    package var dialect = SMTPClientConfiguration.Dialect.smtp
    /// What TLS has to give.
    package var tls = TLSPolicy.opportunistic
    /// When it begins.
    package var tlsStart = TLSStart.startTLS
    /// To log in with.
    package var credentials: SASLClientCredentials?
    /// What the server may do, and how long we wait for it.
    package var limits = SMTPClientLimits()
    /// For the connection to come about.
    package var connectTimeoutSeconds = 30
    /// For the TLS handshake.
    package var handshakeTimeoutSeconds = 60
    /// Input that waits to be taken; beyond it the server is not listened to any more.
    package var inputBytesMax = 1_048_576
    /// Gets every line said and heard, on the connection's event loop; secrets and the message are not in it.
    package var observer: (@Sendable (SMTPDialogLine) -> Void)?

    /// A connection to `address`, with TLS where it is offered.
    package init(address: SocketAddress, serverName: Domain, clientName: String) {
        self.address = address
        self.serverName = serverName
        self.clientName = clientName
    }

    var machineConfiguration: SMTPClientConfiguration {
        let mode: SMTPClientConfiguration.TLS =
            switch (tlsStart, tls) {
            case (.implicit, _): .implicit
            case (.startTLS, .none): .never
            case (.startTLS, .opportunistic), (.startTLS, .testing): .whenOffered
            case (.startTLS, .required), (.startTLS, .verified), (.startTLS, .dane): .required
            }
        var generator = SystemRandomNumberGenerator()
        let nonce = credentials == nil ? [] : (0..<18).map { _ in UInt8.random(in: 0...255, using: &generator) }
        return SMTPClientConfiguration(
            name: clientName, dialect: dialect, tls: mode, credentials: credentials, nonce: nonce, limits: limits,
            dialog: observer == nil ? .unrecorded : .recorded)
    }
}
