internal import NIOSSL

/// The TLS library's context for all our outgoing connections; it is made once, which costs milliseconds.
enum SMTPClientTLS {
    /// - Throws: what the library says, which it has no reason to.
    static func context() throws -> NIOSSLContext {
        try made.get()
    }

    private static let made = Result { try NIOSSLContext(configuration: configuration) }

    /// TLS 1.2 and newer (RFC 8997). Whom we talk to is not the library's matter (`ServerAuthenticator`), so it needs no
    /// roots; that it verifies at all is what makes it show us the certificates.
    private static var configuration: TLSConfiguration {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        configuration.certificateVerification = .noHostnameVerification
        configuration.trustRoots = .certificates([])
        return configuration
    }
}
