internal import CSodium

/// What a server keeps for SCRAM-SHA-256 (RFC 5802 §3, RFC 7677).
public struct SCRAMKeys: Sendable, Hashable {
    /// Random, 16 octets.
    public let salt: [UInt8]
    /// Rounds of PBKDF2.
    public let iterations: Int
    /// `H(ClientKey)`, 32 octets.
    public let storedKey: [UInt8]
    /// 32 octets.
    public let serverKey: [UInt8]

    init(salt: [UInt8], iterations: Int, storedKey: [UInt8], serverKey: [UInt8]) {
        self.salt = salt
        self.iterations = iterations
        self.storedKey = storedKey
        self.serverKey = serverKey
    }

    /// From a password that was prepared by SASLprep. Blocks for some milliseconds.
    static func derive(from password: String, iterations: Int, salt: [UInt8]? = nil) -> SCRAMKeys {
        let salt = salt ?? Sodium.randomOctets(16)
        let salted = pbkdf2(password: Array(password.utf8), salt: salt, iterations: iterations)
        let clientKey = hmac(key: salted, Array("Client Key".utf8))
        var storedKey = [UInt8](repeating: 0, count: 32)
        crypto_hash_sha256(&storedKey, clientKey, UInt64(clientKey.count))
        let serverKey = hmac(key: salted, Array("Server Key".utf8))
        return SCRAMKeys(salt: salt, iterations: iterations, storedKey: storedKey, serverKey: serverKey)
    }

    /// For a name that nobody has: always the same salt, so that asking twice tells nothing, and keys that fit nothing.
    static func decoy(for name: String, secret: [UInt8], iterations: Int) -> SCRAMKeys {
        let salt = Array(Sodium.keyedHash(Array(name.utf8), key: secret).prefix(16))
        return SCRAMKeys(
            salt: salt, iterations: iterations, storedKey: Sodium.randomOctets(32),
            serverKey: Sodium.randomOctets(32))
    }

    /// `SCRAM-SHA-256$<iterations>:<salt>$<StoredKey>:<ServerKey>`, as LDAP directories and PostgreSQL write it.
    var stored: String {
        let keys = "\(Sodium.base64(storedKey)):\(Sodium.base64(serverKey))"
        return "SCRAM-SHA-256$\(iterations):\(Sodium.base64(salt))$\(keys)"
    }

    /// Reads what `stored` writes.
    init?(stored text: String) {
        let parts = text.split(separator: "$")
        guard parts.count == 3, parts[0] == "SCRAM-SHA-256" else { return nil }
        let head = parts[1].split(separator: ":")
        let keys = parts[2].split(separator: ":")
        guard head.count == 2, keys.count == 2, let iterations = Int(head[0]), iterations > 0 else { return nil }
        guard let salt = Sodium.octets(base64: head[1]) else { return nil }
        guard let storedKey = Sodium.octets(base64: keys[0]), storedKey.count == 32 else { return nil }
        guard let serverKey = Sodium.octets(base64: keys[1]), serverKey.count == 32 else { return nil }
        self.init(salt: salt, iterations: iterations, storedKey: storedKey, serverKey: serverKey)
    }

    /// `Hi(str, salt, i)` (RFC 5802 §2.2): the first block of PBKDF2 with HMAC-SHA-256.
    private static func pbkdf2(password: [UInt8], salt: [UInt8], iterations: Int) -> [UInt8] {
        var keyed = crypto_auth_hmacsha256_state()
        crypto_auth_hmacsha256_init(&keyed, password, password.count)
        let first = salt + [0, 0, 0, 1]
        var block = [UInt8](repeating: 0, count: 32)
        var state = keyed
        crypto_auth_hmacsha256_update(&state, first, UInt64(first.count))
        crypto_auth_hmacsha256_final(&state, &block)
        var result = block
        for _ in 1..<max(iterations, 2) where iterations > 1 {
            state = keyed
            crypto_auth_hmacsha256_update(&state, block, 32)
            crypto_auth_hmacsha256_final(&state, &block)
            for index in 0..<32 { result[index] ^= block[index] }
        }
        return result
    }

    private static func hmac(key: [UInt8], _ octets: [UInt8]) -> [UInt8] {
        var state = crypto_auth_hmacsha256_state()
        crypto_auth_hmacsha256_init(&state, key, key.count)
        crypto_auth_hmacsha256_update(&state, octets, UInt64(octets.count))
        var result = [UInt8](repeating: 0, count: 32)
        crypto_auth_hmacsha256_final(&state, &result)
        return result
    }
}

extension SCRAMKeys: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Never the keys.
    public var description: String { "SCRAMKeys(redacted)" }
    /// Never the keys.
    public var debugDescription: String { description }
    /// Nothing to look into.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
