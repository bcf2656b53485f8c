import Crypto

/// The hash of a certificate for the channel binding `tls-server-end-point` (RFC 5929 §4.1).
package enum CertificateHash {
    /// Hashes the whole certificate with the hash of its own signature algorithm, SHA-256 in place of MD5 and SHA-1.
    ///
    /// - Returns: nil when the octets are no certificate, or the algorithm has no single hash.
    package static func serverEndPoint(der: [UInt8]) -> [UInt8]? {
        guard let algorithm = signatureAlgorithm(der: der[...]) else { return nil }
        switch algorithm {
        case .sha256: return Array(SHA256.hash(data: der))
        case .sha384: return Array(SHA384.hash(data: der))
        case .sha512: return Array(SHA512.hash(data: der))
        }
    }

    private enum Algorithm { case sha256, sha384, sha512 }

    /// Certificate ::= SEQUENCE { tbsCertificate, signatureAlgorithm SEQUENCE { algorithm OID, parameters }, … }
    private static func signatureAlgorithm(der: ArraySlice<UInt8>) -> Algorithm? {
        var outer = der
        guard var certificate = DER.take(0x30, from: &outer),
            DER.take(0x30, from: &certificate) != nil,
            var identifier = DER.take(0x30, from: &certificate),
            let oid = DER.take(0x06, from: &identifier)
        else { return nil }
        if let algorithm = signatures[Array(oid)] { return algorithm }
        guard Array(oid) == rsaPSS else { return nil }
        // RSASSA-PSS-params: the hash is in [0], SHA-1 by default (RFC 4055 §3.1).
        guard var parameters = DER.take(0x30, from: &identifier), var tagged = DER.take(0xA0, from: &parameters),
            var hash = DER.take(0x30, from: &tagged), let hashOID = DER.take(0x06, from: &hash)
        else { return .sha256 }
        return hashes[Array(hashOID)]
    }

    private static let rsa: [UInt8] = [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01]
    private static let rsaPSS = rsa + [10]
    private static let ecdsaSHA2: [UInt8] = [0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03]
    private static let sha2: [UInt8] = [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02]

    private static let signatures: [[UInt8]: Algorithm] = [
        rsa + [4]: .sha256,
        rsa + [5]: .sha256,
        rsa + [11]: .sha256,
        rsa + [12]: .sha384,
        rsa + [13]: .sha512,
        [0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x01]: .sha256,
        ecdsaSHA2 + [2]: .sha256,
        ecdsaSHA2 + [3]: .sha384,
        ecdsaSHA2 + [4]: .sha512,
    ]
    private static let hashes: [[UInt8]: Algorithm] = [
        [0x2B, 0x0E, 0x03, 0x02, 0x1A]: .sha256,
        sha2 + [1]: .sha256,
        sha2 + [2]: .sha384,
        sha2 + [3]: .sha512,
    ]
}

/// As much of DER (X.690) as it takes to find one field.
private enum DER {
    /// Takes one element with this tag off the front, and returns its contents.
    static func take(_ tag: UInt8, from rest: inout ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        guard rest.count >= 2, rest[rest.startIndex] == tag else { return nil }
        var position = rest.startIndex + 1
        var length = Int(rest[position])
        position += 1
        if length >= 0x80 {
            let octets = length & 0x7F
            guard (1...4).contains(octets), rest.endIndex - position >= octets else { return nil }
            length = rest[position..<position + octets].reduce(0) { $0 << 8 | Int($1) }
            position += octets
        }
        guard rest.endIndex - position >= length else { return nil }
        defer { rest = rest[(position + length)...] }
        return rest[position..<position + length]
    }
}
