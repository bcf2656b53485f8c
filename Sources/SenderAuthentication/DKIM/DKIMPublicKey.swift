internal import Crypto
internal import CryptoExtras
internal import FoundationEssentials

/// A key that verifies.
public struct DKIMPublicKey: Sendable {
    private enum Key: Sendable {
        case rsa(_RSA.Signing.PublicKey)
        case ed25519(Curve25519.Signing.PublicKey)
    }

    private let key: Key

    init(rsa key: _RSA.Signing.PublicKey) {
        self.key = .rsa(key)
    }

    init(ed25519 key: Curve25519.Signing.PublicKey) {
        self.key = .ed25519(key)
    }

    /// Reads the octets of `p=`: for RSA a SubjectPublicKeyInfo or an RSAPublicKey (RFC 6376 §3.6.1 with its erratum
    /// 3017), for Ed25519 the 32 octets (RFC 8463 §4). nil when they are none.
    init?(_ octets: [UInt8], _ algorithm: DKIMAlgorithm) {
        switch algorithm {
        case .rsaSHA256:
            guard let key = try? _RSA.Signing.PublicKey(unsafeDERRepresentation: octets) else { return nil }
            self.key = .rsa(key)
        case .ed25519SHA256:
            guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: octets) else { return nil }
            self.key = .ed25519(key)
        }
    }

    /// The octets of `p=`.
    public var octets: [UInt8] {
        switch key {
        case .rsa(let key): [UInt8](key.derRepresentation)
        case .ed25519(let key): [UInt8](key.rawRepresentation)
        }
    }

    /// What it verifies.
    public var algorithm: DKIMAlgorithm {
        switch key {
        case .rsa: .rsaSHA256
        case .ed25519: .ed25519SHA256
        }
    }

    /// The bits of an RSA key; nil for Ed25519.
    var rsaBits: Int? {
        switch key {
        case .rsa(let key): key.keySizeInBits
        case .ed25519: nil
        }
    }

    func isValid(_ signature: [UInt8], of digest: SHA256.Digest) -> Bool {
        switch key {
        case .rsa(let key):
            key.isValidSignature(
                _RSA.Signing.RSASignature(rawRepresentation: signature), for: digest, padding: .insecurePKCS1v1_5)
        case .ed25519(let key):
            key.isValidSignature(signature, for: Array(digest))
        }
    }
}
