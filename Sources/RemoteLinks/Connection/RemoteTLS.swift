internal import NIOSSL

/// The TLS library's context for all connections of fetching; it is made once, which costs milliseconds.
enum RemoteTLS {
    static func context() throws -> NIOSSLContext { try made.get() }

    private static let made = Result { try NIOSSLContext(configuration: configuration) }

    /// TLS 1.2 and newer (RFC 8997). Whom we talk to is `ServerCertificate`'s matter, so the library needs no roots; that it
    /// verifies at all is what makes it show us the certificates.
    private static var configuration: TLSConfiguration {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        configuration.certificateVerification = .noHostnameVerification
        configuration.trustRoots = .certificates([])
        return configuration
    }
}
