/// What a server keeps to authenticate a user by SCRAM-SHA-256 (RFC 5802 §3): enough to verify a proof, not enough to
/// make one.
package struct SCRAMCredentials: Sendable {
    /// Random, the user's own; 16 octets where we make it.
    package let salt: [UInt8]
    /// How often the client iterates.
    package let iterations: Int
    /// H(ClientKey), 32 octets.
    package let storedKey: SecretBytes
    /// HMAC(SaltedPassword, "Server Key"), 32 octets.
    package let serverKey: SecretBytes

    /// Credentials as they were stored; nil where a part cannot be right.
    package init?(salt: [UInt8], iterations: Int, storedKey: SecretBytes, serverKey: SecretBytes) {
        guard (1...128).contains(salt.count), storedKey.count == HMACSHA256.octets,
            serverKey.count == HMACSHA256.octets,
            (SASLLimits.iterationsMin...SASLLimits.iterationsMax).contains(iterations)
        else { return nil }
        self.salt = salt
        self.iterations = iterations
        self.storedKey = storedKey
        self.serverKey = serverKey
    }

    /// Derives the credentials of a prepared password; blocking work, some milliseconds for 4,096 iterations.
    package init?(password: SecretBytes, salt: [UInt8], iterations: Int = SASLLimits.iterationsMin) {
        guard (SASLLimits.iterationsMin...SASLLimits.iterationsMax).contains(iterations) else { return nil }
        let salted = HMACSHA256.iterate(password: password, salt: salt, iterations: iterations)
        let clientKey = HMACSHA256.authenticate(Array("Client Key".utf8), key: salted)
        self.init(
            salt: salt, iterations: iterations, storedKey: HMACSHA256.digest(clientKey),
            serverKey: HMACSHA256.authenticate(Array("Server Key".utf8), key: salted))
    }

    /// Credentials that no password fits, the same every time for a name, so that asking for an unknown user looks like
    /// asking for a known one.
    static func decoy(for userName: String, secret: SecretBytes, iterations: Int) -> SCRAMCredentials? {
        func derive(_ label: String) -> SecretBytes {
            HMACSHA256.authenticate(Array("\(label)\u{0}\(userName)".utf8), key: secret)
        }
        return SCRAMCredentials(
            salt: derive("salt").withUnsafeBytes { Array($0.prefix(16)) }, iterations: iterations,
            storedKey: derive("stored"), serverKey: derive("server"))
    }

    /// Whether the proof (RFC 5802 §3) comes from one who knows the password.
    func verify(proof: [UInt8], authMessage: [UInt8]) -> Bool {
        guard proof.count == HMACSHA256.octets else { return false }
        let signature = HMACSHA256.authenticate(authMessage, key: storedKey)
        let clientKey = SecretBytes(count: HMACSHA256.octets) { key in
            signature.withUnsafeBytes { octets in
                for position in 0..<HMACSHA256.octets { key[position] = octets[position] ^ proof[position] }
            }
        }
        return HMACSHA256.digest(clientKey).isEqual(to: storedKey)
    }

    /// What shows the client that we know the user's keys.
    func serverSignature(authMessage: [UInt8]) -> [UInt8] {
        HMACSHA256.authenticate(authMessage, key: serverKey).withUnsafeBytes(Array.init)
    }
}

extension SCRAMCredentials: CustomStringConvertible {
    /// Without salt and keys: together with a captured exchange they would impersonate the server.
    package var description: String { "<SCRAM-SHA-256 credentials, \(iterations) iterations>" }
}
