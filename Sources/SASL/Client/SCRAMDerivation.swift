/// The costly part of SCRAM's client: from the password to the keys (RFC 5802 §3). A value that can be carried to a
/// thread where blocking for a while is all right.
package struct SCRAMDerivation: Sendable {
    let password: SecretBytes
    let salt: [UInt8]
    /// How often the server wants it iterated.
    package let iterations: Int

    /// The keys; blocking, about 50 ms for each 100,000 iterations.
    package func keys() -> SCRAMKeys {
        let salted = HMACSHA256.iterate(password: password, salt: salt, iterations: iterations)
        return SCRAMKeys(
            clientKey: HMACSHA256.authenticate(Array("Client Key".utf8), key: salted),
            serverKey: HMACSHA256.authenticate(Array("Server Key".utf8), key: salted))
    }
}

/// What a client proves itself with, and recognizes the server by.
package struct SCRAMKeys: Sendable {
    let clientKey: SecretBytes
    let serverKey: SecretBytes

    /// `ClientProof := ClientKey XOR HMAC(H(ClientKey), AuthMessage)`
    func proof(authMessage: [UInt8]) -> [UInt8] {
        let signature = HMACSHA256.authenticate(authMessage, key: HMACSHA256.digest(clientKey))
        return clientKey.withUnsafeBytes { key in
            signature.withUnsafeBytes { octets in zip(key, octets).map { $0 ^ $1 } }
        }
    }

    /// `ServerSignature := HMAC(ServerKey, AuthMessage)`
    func serverSignature(authMessage: [UInt8]) -> SecretBytes {
        HMACSHA256.authenticate(authMessage, key: serverKey)
    }
}

extension SCRAMKeys: CustomStringConvertible {
    /// No key: they serve as well as the password.
    package var description: String { "<SCRAM-SHA-256 keys>" }
}

extension SCRAMDerivation: CustomStringConvertible {
    /// What it costs.
    package var description: String { "<SCRAM-SHA-256 derivation, \(iterations) iterations>" }
}
