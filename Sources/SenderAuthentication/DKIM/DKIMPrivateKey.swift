internal import Crypto
internal import CryptoExtras
internal import FoundationEssentials

/// A key that signs: a secret, which no description shows.
public struct DKIMPrivateKey: Sendable {
    private enum Key: Sendable {
        case rsa(_RSA.Signing.PrivateKey)
        case ed25519(Curve25519.Signing.PrivateKey)
    }

    private let key: Key

    /// Why octets are no key.
    public enum Failure: Error, Sendable, Hashable {
        /// Neither an RSA nor an Ed25519 key in PKCS #8, nor RSA in PKCS #1.
        case unreadable
        /// An RSA key of so many bits, too few or too many.
        case badSize(bits: Int)
        /// The library could not sign.
        case cannotSign
    }

    /// A new key. RSA of 2048 bits takes some tenths of a second: not for an event loop.
    ///
    /// 2048 bits are what RFC 8301 §3.2 recommends; more do not fit into a UDP answer everywhere.
    public static func generate(_ algorithm: DKIMAlgorithm) throws(Failure) -> DKIMPrivateKey {
        switch algorithm {
        case .rsaSHA256:
            guard let key = try? _RSA.Signing.PrivateKey(keySize: .bits2048) else { throw .cannotSign }
            return DKIMPrivateKey(key: .rsa(key))
        case .ed25519SHA256:
            return DKIMPrivateKey(key: .ed25519(Curve25519.Signing.PrivateKey()))
        }
    }

    private init(key: Key) {
        self.key = key
    }

    /// Reads a key in DER: PKCS #8 (RFC 5958), or an RSA key in PKCS #1.
    public init(
        der octets: [UInt8], limits: SenderAuthenticationLimits = SenderAuthenticationLimits()
    ) throws(Failure) {
        if octets.count == Self.ed25519Prefix.count + 32, octets.starts(with: Self.ed25519Prefix) {
            let seed = octets.dropFirst(Self.ed25519Prefix.count)
            guard let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: seed) else { throw .unreadable }
            self.key = .ed25519(key)
            return
        }
        guard let key = try? _RSA.Signing.PrivateKey(unsafeDERRepresentation: octets) else { throw .unreadable }
        let bits = key.keySizeInBits
        guard bits >= limits.rsaKeyBitsMin, bits <= limits.rsaKeyBitsMax else { throw .badSize(bits: bits) }
        self.key = .rsa(key)
    }

    /// Reads a key in PEM (RFC 7468 §10; `RSA PRIVATE KEY` as OpenSSL wrote it, too).
    public init(
        pem text: String, limits: SenderAuthenticationLimits = SenderAuthenticationLimits()
    ) throws(Failure) {
        guard text.utf8.count <= limits.tagListOctetsMax else { throw .unreadable }
        let lines = text.split(whereSeparator: \.isNewline)
        guard let begin = lines.firstIndex(where: { $0.hasPrefix("-----BEGIN ") && $0.contains("PRIVATE KEY-----") }),
            let end = lines[begin...].firstIndex(where: { $0.hasPrefix("-----END ") }),
            let octets = Base64.decode(lines[(begin + 1)..<end].joined())
        else { throw .unreadable }
        try self.init(der: octets, limits: limits)
    }

    /// The key itself in PKCS #8 (RFC 5958 §2; RFC 8410 §7 for Ed25519): to be kept where nobody else reads.
    public var pkcs8: [UInt8] {
        switch key {
        case .rsa(let key): [UInt8](key.pkcs8DERRepresentation)
        case .ed25519(let key): Self.ed25519Prefix + [UInt8](key.rawRepresentation)
        }
    }

    /// The key itself in PEM: to be kept where nobody else reads.
    public var pem: String {
        var text = "-----BEGIN PRIVATE KEY-----\n"
        let base64 = Array(Base64.encode(pkcs8).utf8)
        for start in stride(from: 0, to: base64.count, by: 64) {
            text += String(decoding: base64[start..<Swift.min(start + 64, base64.count)], as: UTF8.self) + "\n"
        }
        return text + "-----END PRIVATE KEY-----\n"
    }

    /// What it signs with.
    public var algorithm: DKIMAlgorithm {
        switch key {
        case .rsa: .rsaSHA256
        case .ed25519: .ed25519SHA256
        }
    }

    /// What is published.
    public var publicKey: DKIMPublicKey {
        switch key {
        case .rsa(let key): DKIMPublicKey(rsa: key.publicKey)
        case .ed25519(let key): DKIMPublicKey(ed25519: key.publicKey)
        }
    }

    /// The signature of a digest (RFC 6376 §3.3.2, RFC 8463 §3).
    func signature(of digest: SHA256.Digest) throws(Failure) -> [UInt8] {
        do {
            switch key {
            case .rsa(let key):
                let signature = try key.signature(for: digest, padding: .insecurePKCS1v1_5)
                return [UInt8](signature.rawRepresentation)
            case .ed25519(let key):
                return [UInt8](try key.signature(for: Array(digest)))
            }
        } catch {
            throw .cannotSign
        }
    }

    /// `PrivateKeyInfo` of an Ed25519 key up to its 32 octets (RFC 8410 §7).
    private static let ed25519Prefix: [UInt8] = [
        0x30, 0x2E, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
    ]
}

extension DKIMPrivateKey: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// What kind of key, never the key.
    public var description: String { "<\(algorithm.rawValue) key>" }
    /// The same.
    public var debugDescription: String { description }
    /// Nothing for `dump` to find.
    public var customMirror: Mirror { Mirror(self, children: [(label: String?, value: Any)]()) }
}
