import CSodium

/// HMAC-SHA-256, SHA-256 and PBKDF2 over them, from libsodium.
enum HMACSHA256 {
    static let octets = 32

    static func digest(_ secret: SecretBytes) -> SecretBytes {
        SecretBytes(count: octets) { output in
            _ = secret.withPointer { crypto_hash_sha256(output, $0, UInt64(secret.count)) }
        }
    }

    static func authenticate(_ message: [UInt8], key: SecretBytes) -> SecretBytes {
        var state = keyed(by: key)
        crypto_auth_hmacsha256_update(&state, message, UInt64(message.count))
        return SecretBytes(count: octets) { crypto_auth_hmacsha256_final(&state, $0) }
    }

    /// `Hi` (RFC 5802 §2.2), that is PBKDF2 with one block. The key is hashed once; each iteration starts from a copy of
    /// that state, so it costs two compressions instead of four.
    static func iterate(password: SecretBytes, salt: [UInt8], iterations: Int) -> SecretBytes {
        var key = keyed(by: password)
        defer { sodium_memzero(&key, MemoryLayout.size(ofValue: key)) }
        let link = UnsafeMutablePointer<UInt8>.allocate(capacity: octets)
        defer {
            sodium_memzero(link, octets)
            link.deallocate()
        }
        var state = key
        let first: [UInt8] = salt + [0, 0, 0, 1]
        crypto_auth_hmacsha256_update(&state, first, UInt64(first.count))
        crypto_auth_hmacsha256_final(&state, link)
        return SecretBytes(count: octets) { result in
            result.update(from: link, count: octets)
            for _ in 1..<max(1, iterations) {
                state = key
                crypto_auth_hmacsha256_update(&state, link, UInt64(octets))
                crypto_auth_hmacsha256_final(&state, link)
                for position in 0..<octets { result[position] ^= link[position] }
            }
        }
    }

    private static func keyed(by key: SecretBytes) -> crypto_auth_hmacsha256_state {
        var state = crypto_auth_hmacsha256_state()
        _ = key.withPointer { crypto_auth_hmacsha256_init(&state, $0, key.count) }
        return state
    }
}
