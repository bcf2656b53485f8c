internal import CSodium

/// What the directory needs of libsodium.
enum Sodium {
    /// libsodium has to be told to begin; it does so once.
    private static let ready: Bool = sodium_init() >= 0

    /// Octets that nobody can guess.
    static func randomOctets(_ count: Int) -> [UInt8] {
        precondition(ready, "libsodium does not start: no source of randomness")
        var octets = [UInt8](repeating: 0, count: count)
        randombytes_buf(&octets, count)
        return octets
    }

    /// A number below the bound, each equally likely.
    static func randomNumber(below bound: UInt32) -> UInt32 {
        precondition(ready, "libsodium does not start: no source of randomness")
        return randombytes_uniform(bound)
    }

    /// BLAKE2b with a key, 32 octets.
    static func keyedHash(_ octets: [UInt8], key: [UInt8]) -> [UInt8] {
        precondition(ready, "libsodium does not start: no source of randomness")
        var hash = [UInt8](repeating: 0, count: 32)
        crypto_generichash(&hash, hash.count, octets, UInt64(octets.count), key, key.count)
        return hash
    }

    /// SHA-256, 32 octets.
    static func sha256(_ octets: [UInt8]) -> [UInt8] {
        var hash = [UInt8](repeating: 0, count: Int(crypto_hash_sha256_BYTES))
        crypto_hash_sha256(&hash, octets, UInt64(octets.count))
        return hash
    }

    /// Whether the two are the same, in a time that does not tell where they differ.
    static func isEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        left.count == right.count && sodium_memcmp(left, right, left.count) == 0
    }

    /// Base64 for addresses and cookies, without padding (RFC 4648 §5).
    static func base64URL(_ octets: [UInt8]) -> String {
        let variant = CInt(sodium_base64_VARIANT_URLSAFE_NO_PADDING)
        var output = [CChar](repeating: 0, count: sodium_base64_encoded_len(octets.count, variant))
        sodium_bin2base64(&output, output.count, octets, octets.count, variant)
        return String(decoding: output.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// An `$argon2id$…` string with 19 MiB and two passes; nil without memory. Blocks for some 15 ms.
    static func argon2id(_ password: String) -> String? {
        precondition(ready, "libsodium does not start: no source of randomness")
        var output = [CChar](repeating: 0, count: crypto_pwhash_strbytes())
        let octets = password.utf8.map(CChar.init(bitPattern:))
        let result = crypto_pwhash_str_alg(
            &output, octets, UInt64(octets.count), argon2Passes, argon2Octets, crypto_pwhash_alg_argon2id13())
        guard result == 0 else { return nil }
        return String(decoding: output.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// Whether the password is the one that was hashed. Blocks for some 15 ms.
    static func verify(_ password: String, argon2: String) -> Bool {
        precondition(ready, "libsodium does not start: no source of randomness")
        guard argon2.utf8.count < crypto_pwhash_strbytes() else { return false }
        let octets = password.utf8.map(CChar.init(bitPattern:))
        return crypto_pwhash_str_verify(argon2, octets, UInt64(octets.count)) == 0
    }

    /// Whether the string was made with other parameters than `argon2id(_:)` uses.
    static func isOutdated(argon2: String) -> Bool {
        crypto_pwhash_str_needs_rehash(argon2, argon2Passes, argon2Octets) != 0
    }

    /// Two passes over 19 MiB: the least that OWASP's cheat sheet on password storage finds good enough.
    private static let argon2Passes: UInt64 = 2
    private static let argon2Octets = 19 << 20

    /// Base64 with padding.
    static func base64(_ octets: UnsafeRawBufferPointer) -> String {
        let variant = CInt(sodium_base64_VARIANT_ORIGINAL)
        var output = [CChar](repeating: 0, count: sodium_base64_encoded_len(octets.count, variant))
        sodium_bin2base64(
            &output, output.count, octets.bindMemory(to: UInt8.self).baseAddress, octets.count, variant)
        return String(decoding: output.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// The octets of `base64(_:)`.
    static func octets(base64 text: some StringProtocol) -> [UInt8]? {
        let characters = text.utf8.map(CChar.init(bitPattern:))
        var output = [UInt8](repeating: 0, count: characters.count)
        var count = 0
        let variant = CInt(sodium_base64_VARIANT_ORIGINAL)
        let result = sodium_base642bin(
            &output, output.count, characters, characters.count, nil, &count, nil, variant)
        return result == 0 ? Array(output.prefix(count)) : nil
    }
}
