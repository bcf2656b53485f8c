internal import Crypto
internal import FoundationEssentials
internal import NIOSSL
internal import SwiftASN1
internal import X509

/// Whether a server is the one that was meant, by the certificates that it presented: name, time, and a root that is
/// trusted.
struct ServerCertificate: Sendable {
    /// Why it is not.
    struct Refusal: Error {
        let reason: String
    }

    private let endpoint: RemoteEndpoint
    /// Trusted beside the system's.
    private let authorities: [Certificate]

    /// Reads the endpoint's own authorities. Blocks for the file.
    init(_ endpoint: RemoteEndpoint) throws(RemoteFailure) {
        self.endpoint = endpoint
        guard let file = endpoint.authorityFile else {
            authorities = []
            return
        }
        do {
            authorities = try NIOSSLCertificate.fromPEMFile(file).map {
                try Certificate(derEncoded: try $0.toDERBytes())
            }
        } catch {
            throw .here("the certificates in \(file) cannot be read")
        }
    }

    /// - Parameter presented: in DER, the server's own certificate first.
    func verify(_ presented: [[UInt8]]) async throws(Refusal) {
        if let fingerprint = endpoint.fingerprint {
            guard let own = presented.first, Array(SHA256.hash(data: own)) == fingerprint else {
                throw Refusal(
                    reason: "its certificate is not the one that was agreed on; it has the fingerprint "
                        + Self.text(SHA256.hash(data: presented.first ?? [])))
            }
            return
        }
        let chain = presented.compactMap { try? Certificate(derEncoded: $0) }
        guard let leaf = chain.first else { throw Refusal(reason: "the server has no readable certificate") }
        guard leaf.notValidAfter >= Date() else { throw Refusal(reason: "its certificate has expired") }
        guard leaf.notValidBefore <= Date() else { throw Refusal(reason: "its certificate is not valid yet") }
        let policy = RemoteHostPolicy(host: endpoint.verifiedName)
        if let reason = policy.refusal(leaf) { throw Refusal(reason: reason) }
        // A small site's self-signed certificate is a root itself: name and time count.
        guard !authorities.contains(leaf) else { return }
        var roots = CertificateStore.systemTrustRoots
        roots.append(contentsOf: authorities)
        var verifier = Verifier(rootCertificates: roots) {
            RFC5280Policy()
            policy
        }
        let intermediates = CertificateStore(chain.dropFirst())
        if case .couldNotValidate(let failures) = await verifier.validate(leaf: leaf, intermediates: intermediates) {
            throw Refusal(
                reason: failures.first.map { "its certificate is not good: \($0.policyFailureReason)" }
                    ?? "its certificate comes from nobody who is trusted")
        }
    }

    /// As `openssl x509 -fingerprint -sha256` shows it.
    private static func text(_ digest: SHA256.Digest) -> String {
        digest.map { octet in
            let digits = String(octet, radix: 16, uppercase: true)
            return digits.count == 1 ? "0" + digits : digits
        }.joined(separator: ":")
    }
}
