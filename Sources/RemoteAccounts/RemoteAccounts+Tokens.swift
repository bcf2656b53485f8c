internal import MailCore
package import SASL
internal import Storage

/// Access tokens that are good for a while. They are sealed like passwords; one that is lost is got anew.
extension RemoteAccounts {
    /// An access token and its end.
    package struct AccessToken: Sendable {
        /// What is shown to the server.
        package let token: SecretBytes
        /// When it ends, in seconds since 1970.
        package let expiresAt: Int64

        /// A token and its end.
        package init(token: SecretBytes, expiresAt: Int64) {
            self.token = token
            self.expiresAt = expiresAt
        }
    }

    /// The access token that is kept; nil when there is none, or none that can be opened.
    package func accessToken(of remote: RemoteAccount) async throws -> AccessToken? {
        let kept = try await store.read { transaction in
            try transaction.first(
                "SELECT token, expires_at FROM remote_token WHERE account = ?1 AND remote = ?2",
                .integer(remote.account.rawValue), .integer(remote.remote)
            ) { (sealed: $0.octets(0), expiresAt: $0.integer(1)) }
        }
        guard let kept else { return nil }
        let box = box
        let token = try await store.work {
            try box.open(kept.sealed, .accessToken, of: remote.account, remote.remote)
        }
        return token.map { AccessToken(token: $0, expiresAt: kept.expiresAt) }
    }

    /// Keeps an access token. A refresh token that came with it takes the place of the one before, and is on disk when this
    /// returns: the provider may not know that one any more.
    package func keep(_ access: AccessToken, replacing grant: OAuthGrant?, of remote: RemoteAccount) async throws {
        let box = box
        let sealed = try await store.work {
            (
                token: try box.seal(access.token, .accessToken, of: remote.account, remote.remote),
                grant: try grant.map { try box.seal($0.sealable, of: remote.account, remote.remote) }
            )
        }
        try await store.change(grant == nil ? .written : .flushed) { transaction in
            guard try Self.isThere(remote.account, remote.remote, in: transaction) else { return }
            let (account, number) = (SQLValue.integer(remote.account.rawValue), SQLValue.integer(remote.remote))
            try transaction.run(
                "INSERT OR REPLACE INTO remote_token VALUES (?1, ?2, ?3, ?4)", account, number, .octets(sealed.token),
                .integer(access.expiresAt))
            guard let grant = sealed.grant else { return }
            try transaction.run(
                "UPDATE remote_account SET secret = ?3 WHERE account = ?1 AND remote = ?2", account, number,
                .octets(grant))
            try transaction.salvage(table: "remote_account", key: "account", account)
        }
    }
}
