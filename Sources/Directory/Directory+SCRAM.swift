internal import MailCore
package import SASL
internal import Storage

/// Credentials for one SCRAM exchange, and who has logged in if it succeeds.
package struct SCRAMLogin: Sendable {
    /// What the server's side of the exchange is given.
    package let credentials: SCRAMCredentials
    /// Who it is then.
    package let account: AuthenticatedAccount
}

extension Directory {
    /// What SCRAM-SHA-256 needs to know about a user; nil for a name that nobody has, for a disabled account and for one whose
    /// password alone logs in nowhere: the exchange goes on with a decoy and fails at its end (RFC 5802 §7).
    ///
    /// - Throws: `StorageError` when the store cannot be read.
    package func scramCredentials(user: String) async throws -> SCRAMLogin? {
        try await store.read { transaction in
            guard let found = try transaction.login(user), found.state == .enabled, found.secondFactor != .on
            else { return nil }
            guard let credentials = SCRAMCredentials(stored: found.scram) else { return nil }
            return SCRAMLogin(credentials: credentials, account: found.account)
        }
    }

    /// What unknown users' salts come from: the same for ever, so that a restart does not tell them from known ones.
    ///
    /// - Throws: `StorageError` when the store cannot be read.
    package func scramDecoySecret() async throws -> SecretBytes {
        SecretBytes(try await store.read { try $0.decoySecret() } ?? decoySecret)
    }

    /// What a connection's nonces are made from: random, never used for another.
    package static func nonceSeed() -> SecretBytes { SecretBytes(Sodium.randomOctets(32)) }

    /// What unknown users' credentials claim.
    package var scramDecoyIterations: Int { max(limits.scramIterations, SASLLimits.iterationsMin) }

    /// Whether the claim of PLAIN, LOGIN or POP3's PASS is true. Nobody may act as another.
    package func verify(_ claim: SASLPasswordClaim) async -> AuthenticationResult {
        let password = Password(claim.password.withUnsafeBytes { String(decoding: $0, as: UTF8.self) })
        let result = await verify(user: claim.identity.authenticationID, password: password)
        guard case .accepted(let account) = result, let other = claim.identity.authorizationID else { return result }
        do {
            return try await self.account(user: other)?.id == account.id ? result : .refused
        } catch {
            return .unavailable
        }
    }
}

extension SQLTransaction {
    /// What the salts of names that nobody has are made from.
    func decoySecret() throws -> [UInt8]? {
        try first("SELECT value FROM directory_setting WHERE name = 'decoy_secret'") {
            Sodium.octets(base64: $0.text(0))
        } ?? nil
    }

    /// Makes that secret once; it has to outlive the process.
    func ensureDecoySecret() throws {
        let value = SQLValue.text(Sodium.randomOctets(32).withUnsafeBytes(Sodium.base64))
        let made = try run(
            "INSERT INTO directory_setting (name, value) VALUES ('decoy_secret', ?1) ON CONFLICT (name) DO NOTHING",
            value)
        if made > 0 { try salvage(table: "directory_setting", key: "name", "decoy_secret") }
    }
}
