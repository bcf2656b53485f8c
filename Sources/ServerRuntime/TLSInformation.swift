public import NIOSSL

/// What a handshake agreed on: for the Received field (RFC 8314 §4.3), logs, and channel binding.
public struct TLSInformation: Equatable, Sendable, CustomStringConvertible {
    /// `TLSv1.2` or `TLSv1.3`.
    public let version: String
    /// The IANA name of the cipher suite, `TLS_AES_128_GCM_SHA256`.
    public let cipher: String
    /// `tls-server-end-point` (RFC 5929 §4.1): a hash of our certificate, for SCRAM-…-PLUS. None when the certificate's
    /// signature algorithm has no hash of its own (Ed25519).
    public let channelBindingServerEndPoint: [UInt8]?

    /// From what the TLS library and the ServerHello say.
    public init(version: TLSVersion?, cipherSuite: UInt16?, serverEndPoint: [UInt8]?) {
        self.version =
            switch version {
            case .tlsv12: "TLSv1.2"
            case .tlsv13: "TLSv1.3"
            case .tlsv1, .tlsv11: "TLSv1"
            case nil: "TLS"
            }
        self.cipher = cipherSuite.map(CipherSuite.name) ?? "unknown"
        self.channelBindingServerEndPoint = serverEndPoint
    }

    /// `TLSv1.3 TLS_AES_128_GCM_SHA256`.
    public var description: String { "\(version) \(cipher)" }
}

/// The suites that we offer: forward secret and authenticated (RFC 9325 §4.2, RFC 8446 §B.4).
enum CipherSuite {
    static let offered: [(value: UInt16, name: String)] = [
        (0x1301, "TLS_AES_128_GCM_SHA256"),
        (0x1302, "TLS_AES_256_GCM_SHA384"),
        (0x1303, "TLS_CHACHA20_POLY1305_SHA256"),
        (0xC02B, "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"),
        (0xC02F, "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"),
        (0xC02C, "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384"),
        (0xC030, "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384"),
        (0xCCA9, "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256"),
        (0xCCA8, "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256"),
    ]

    static func name(_ value: UInt16) -> String {
        offered.first { $0.value == value }?.name ?? "0x" + String(value, radix: 16)
    }
}
