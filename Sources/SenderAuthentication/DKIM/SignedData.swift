internal import Crypto

/// What a signature is made over: the chosen fields and the signature's own field without its value (RFC 6376 §3.7).
enum SignedData {
    /// SHA-256 of it.
    ///
    /// - Parameter signature: the DKIM-Signature field in its canonical form with an empty `b=`.
    static func digest(
        of fields: [HeaderFields.Field], signature: [UInt8], _ canonicalization: Canonicalization
    ) -> SHA256.Digest {
        var hasher = SHA256()
        for field in fields {
            field.canonical(canonicalization).withUnsafeBytes { hasher.update(bufferPointer: $0) }
            lineEnd.withUnsafeBytes { hasher.update(bufferPointer: $0) }
        }
        signature.withUnsafeBytes { hasher.update(bufferPointer: $0) }
        return hasher.finalize()
    }

    private static let lineEnd: [UInt8] = [0x0D, 0x0A]
}
