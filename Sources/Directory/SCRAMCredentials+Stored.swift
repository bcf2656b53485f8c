import SASL

extension SCRAMCredentials {
    /// `SCRAM-SHA-256$<iterations>:<salt>$<StoredKey>:<ServerKey>`, as LDAP directories and PostgreSQL write it.
    var stored: String {
        let keys = "\(storedKey.withUnsafeBytes(Sodium.base64)):\(serverKey.withUnsafeBytes(Sodium.base64))"
        return "SCRAM-SHA-256$\(iterations):\(salt.withUnsafeBytes(Sodium.base64))$\(keys)"
    }

    /// Reads what `stored` writes.
    init?(stored text: String) {
        let parts = text.split(separator: "$", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0] == "SCRAM-SHA-256" else { return nil }
        let head = parts[1].split(separator: ":")
        let keys = parts[2].split(separator: ":")
        guard head.count == 2, keys.count == 2, let iterations = Int(head[0]) else { return nil }
        guard let salt = Sodium.octets(base64: head[1]), let storedKey = Sodium.octets(base64: keys[0]),
            let serverKey = Sodium.octets(base64: keys[1])
        else { return nil }
        self.init(
            salt: salt, iterations: iterations, storedKey: SecretBytes(storedKey), serverKey: SecretBytes(serverKey))
    }
}
