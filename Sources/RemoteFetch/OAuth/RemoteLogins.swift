internal import RemoteAccounts
internal import RemoteLinks
internal import SASL
internal import ServerRuntime

/// What accounts elsewhere log in with: their passwords, or access tokens, which are kept sealed until they end and are got
/// anew from the account's provider (RFC 6749 §6).
struct RemoteLogins: Sendable {
    private let accounts: RemoteAccounts
    private let limits: RemoteLinkLimits
    /// Seconds since 1970.
    private let now: @Sendable () -> Int64

    /// A token that ends while its login is under way is none.
    private static let marginSeconds: Int64 = 60
    /// Where the provider does not say how long a token is good.
    private static let usualSeconds: Int64 = 3600
    private static let longestSeconds: Int64 = 86_400

    init(_ parts: FetchParts) {
        accounts = parts.accounts
        limits = parts.limits.links
        now = parts.now
    }

    /// Opens a session. A server that does not take a token that was kept gets a fresh one, once.
    nonisolated(nonsending)
        func loggedIn<Session>(
            _ remote: RemoteAccount, on executor: LoopExecutor,
            _ open: nonisolated(nonsending) (SASLClientCredentials) async throws(RemoteFailure) -> Session
        ) async throws(RemoteFailure) -> Session
    {
        guard remote.settings.secretKind == .grant else {
            return try await open(credentials(remote, try await secret(of: remote)))
        }
        if let kept = try await keptToken(of: remote) {
            do throws(RemoteFailure) {
                return try await open(credentials(remote, kept))
            } catch {
                guard case .loginRefused = error else { throw error }
            }
        }
        let token = try await newToken(of: remote, on: executor)
        do throws(RemoteFailure) {
            return try await open(credentials(remote, token))
        } catch {
            guard case .loginRefused(let text) = error else { throw error }
            throw .tokenRefused(text)
        }
    }

    private func credentials(_ remote: RemoteAccount, _ secret: SecretBytes) -> SASLClientCredentials {
        SASLClientCredentials(
            userName: remote.settings.userName, password: secret,
            secret: remote.settings.secretKind == .password ? .password : .bearerToken)
    }

    private func secret(of remote: RemoteAccount) async throws(RemoteFailure) -> SecretBytes {
        do {
            return try await accounts.secret(of: remote)
        } catch {
            throw .here("\(error)")
        }
    }

    private func keptToken(of remote: RemoteAccount) async throws(RemoteFailure) -> SecretBytes? {
        do {
            let kept = try await accounts.accessToken(of: remote)
            return kept.flatMap { $0.expiresAt - Self.marginSeconds > now() ? $0.token : nil }
        } catch {
            throw .here("\(error)")
        }
    }

    private func newToken(
        of remote: RemoteAccount, on executor: LoopExecutor
    ) async throws(RemoteFailure) -> SecretBytes {
        // As it stands in the store: a run before this one may have been given another refresh token.
        let current: RemoteAccount
        do {
            current = try await accounts.find(remote.name, of: remote.account)
        } catch {
            throw .here("\(error)")
        }
        guard let oauth = current.settings.oauth, let address = HTTPSAddress(oauth.tokenEndpoint),
            let grant = OAuthGrant(try await secret(of: current))
        else { throw .here("there is no refresh token that can be used; give one: paloma fetch password") }
        let endpoint = OAuthTokenEndpoint(address, authorityFile: current.settings.authorityFile, limits)
        let answer = try await endpoint.exchange(
            OAuthRefresh(
                clientID: oauth.clientID, clientSecret: grant.clientSecret, refreshToken: grant.refreshToken,
                scope: oauth.scope), on: executor)
        let seconds = min(max(answer.secondsValid ?? Self.usualSeconds, 0), Self.longestSeconds)
        let access = RemoteAccounts.AccessToken(token: answer.accessToken, expiresAt: now() + seconds)
        let replaced = answer.refreshToken.map { OAuthGrant(refreshToken: $0, clientSecret: grant.clientSecret) }
        do {
            try await accounts.keep(access, replacing: replaced, of: current)
        } catch {
            throw .here("\(error)")
        }
        return access.token
    }
}
