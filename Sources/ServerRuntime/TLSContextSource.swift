import NIOCore
public import NIOSSL
import Synchronization

/// How a listener uses TLS.
public enum TLSMode: Sendable {
    /// Never.
    case none
    /// On the client's request, in the protocol (RFC 3207, RFC 2595).
    case startTLS(TLSContextSource)
    /// From the first octet (RFC 8314 §3).
    case implicit(TLSContextSource)

    /// The source of contexts for a listener with TLS.
    public var source: TLSContextSource? {
        switch self {
        case .none: nil
        case .startTLS(let source), .implicit(let source): source
        }
    }

    var startTLSSource: TLSContextSource? {
        if case .startTLS(let source) = self { source } else { nil }
    }
}

/// Why a certificate or key cannot be used.
public struct TLSConfigurationError: Error, Equatable, CustomStringConvertible {
    /// The file at fault.
    public let path: String
    /// What is wrong with it.
    public let reason: String

    /// `tls/cert.pem: …`.
    public var description: String { "\(path): \(reason)" }
}

/// A certificate with its key, ready for handshakes.
public struct TLSIdentity: Sendable {
    /// The library's context: TLS 1.2 and newer, forward-secret suites only (RFC 8997, RFC 9325).
    public let context: NIOSSLContext
    /// `tls-server-end-point` of the certificate (RFC 5929 §4.1).
    public let serverEndPoint: [UInt8]?

    /// Reads the chain (our certificate first) and the key from PEM files.
    ///
    /// - Throws: `TLSConfigurationError` when a file cannot be read or the two do not belong together.
    public init(certificatePath: String, keyPath: String) throws(TLSConfigurationError) {
        let chain = try TLSIdentity.certificates(certificatePath)
        let key: NIOSSLPrivateKey
        do {
            key = try NIOSSLPrivateKey(file: keyPath, format: .pem)
        } catch {
            throw TLSConfigurationError(path: keyPath, reason: "not a readable private key in PEM form (\(error))")
        }
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
        configuration.minimumTLSVersion = .tlsv12
        configuration.cipherSuiteValues = CipherSuite.offered.map { NIOTLSCipher($0.value) }
        do {
            context = try NIOSSLContext(configuration: configuration)
        } catch {
            throw TLSConfigurationError(path: keyPath, reason: "not the key of the certificate (\(error))")
        }
        serverEndPoint = (try? chain[0].toDERBytes()).flatMap(CertificateHash.serverEndPoint)
    }

    private static func certificates(_ path: String) throws(TLSConfigurationError) -> [NIOSSLCertificate] {
        do {
            let chain = try NIOSSLCertificate.fromPEMFile(path)
            if !chain.isEmpty { return chain }
        } catch {
            throw TLSConfigurationError(path: path, reason: "not a readable certificate in PEM form (\(error))")
        }
        throw TLSConfigurationError(path: path, reason: "has no certificate")
    }
}

/// The identity that new handshakes use. Reloading changes it for them; connections that are secured keep theirs.
public final class TLSContextSource: Sendable {
    private let certificatePath: String
    private let keyPath: String
    private let identity: Mutex<TLSIdentity>

    /// Reads the files a first time.
    ///
    /// - Throws: `TLSConfigurationError`.
    public init(certificatePath: String, keyPath: String) throws(TLSConfigurationError) {
        self.certificatePath = certificatePath
        self.keyPath = keyPath
        identity = Mutex(try TLSIdentity(certificatePath: certificatePath, keyPath: keyPath))
    }

    /// What a handshake that begins now uses.
    public var current: TLSIdentity {
        identity.withLock { $0 }
    }

    /// Reads the files again (SIGHUP). When they are wrong, the identity in use stays.
    ///
    /// - Throws: `TLSConfigurationError`.
    public func reload() throws(TLSConfigurationError) {
        let fresh = try TLSIdentity(certificatePath: certificatePath, keyPath: keyPath)
        identity.withLock { $0 = fresh }
    }

    /// Puts TLS between the socket and the connection's handler.
    func addHandlers(to pipeline: ChannelPipeline.SynchronousOperations) throws {
        try pipeline.addHandler(NIOSSLServerHandler(context: current.context), position: .first)
        try pipeline.addHandler(ServerHelloObserver(), position: .first)
    }
}
