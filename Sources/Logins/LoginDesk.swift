internal import CoreMetrics
package import Directory
package import Logging
package import SASL
package import ServerRuntime

/// Where a listener's clients show who they are: what is the same in every protocol of a login. Each session keeps who
/// has claimed what, and says the outcome in its protocol's words.
package struct LoginDesk: Sendable {
    private let directory: Directory
    private let loginGuard: LoginGuard
    private let logger: Logger
    private let logins: Counter
    private let refusedLogins: Counter

    /// For one listener.
    ///
    /// - Parameter loginGuard: the one of all listeners.
    package init(listener: String, directory: Directory, loginGuard: LoginGuard, logger: Logger) {
        self.directory = directory
        self.loginGuard = loginGuard
        self.logger = logger
        let labels = [("listener", listener)]
        logins = Counter(label: "paloma_logins_total", dimensions: labels)
        refusedLogins = Counter(label: "paloma_logins_refused_total", dimensions: labels)
    }

    /// Why nobody may log in from where the client is, or nobody by this name.
    package func refusal(_ info: ConnectionInfo, user: String? = nil) -> LoginRefusal? {
        loginGuard.refusal(info.peer, account: user.map(Directory.loginKey))
    }

    // MARK: SCRAM

    /// To a user name with which a SCRAM exchange begins.
    package enum CredentialsOutcome {
        case found(SCRAMLogin)
        /// No such user, or none that uses SCRAM; the exchange goes on as if there were.
        case unknown
        case locked(LoginRefusal)
        case unavailable
    }

    /// What an exchange is checked with.
    package nonisolated(nonsending) func credentials(
        of user: String, _ info: ConnectionInfo
    ) async -> CredentialsOutcome {
        if let refusal = refusal(info, user: user) { return .locked(refusal) }
        do {
            guard let login = try await directory.scramCredentials(user: user) else { return .unknown }
            return .found(login)
        } catch {
            return .unavailable
        }
    }

    /// Whether somebody whose secret was proven may act as whom the identity names (RFC 4422 §3.4.1): as itself alone.
    ///
    /// - Throws: `StorageError` when the store cannot be read.
    package nonisolated(nonsending) func mayAct(
        _ account: AuthenticatedAccount, as identity: SASLIdentity
    ) async throws -> Bool {
        guard let other = identity.authorizationID else { return true }
        return try await directory.account(user: other)?.id == account.id
    }

    // MARK: Passwords

    /// To a name and a password.
    package enum PasswordOutcome {
        case right(AuthenticatedAccount)
        /// Or no such user; with the ban that follows.
        case wrong(LoginRefusal?)
        case locked(LoginRefusal)
        case unavailable
    }

    /// Checks a password. A wrong one is noted, and its answer is delayed.
    package nonisolated(nonsending) func check(
        _ claim: SASLPasswordClaim, _ info: ConnectionInfo
    ) async -> PasswordOutcome {
        let user = claim.identity.authenticationID
        if let refusal = refusal(info, user: user) { return .locked(refusal) }
        switch await directory.verify(claim) {
        case .accepted(let account): return .right(account)
        case .refused: return .wrong(await refuse(user, "name or password", password: claim.password, info))
        case .unavailable: return .unavailable
        }
    }

    // MARK: The web

    /// To a name and a password that come with each request.
    package enum ProofOutcome {
        case right(ProvenLogin)
        /// The password is right and does not suffice.
        case codeNeeded
        case wrong(LoginRefusal?)
        case locked(LoginRefusal)
        case unavailable
    }

    /// Checks what a request shows of itself. That it is right is told to the watch and not to the log: the next request
    /// shows the same.
    package nonisolated(nonsending) func prove(
        _ claim: SASLPasswordClaim, _ info: ConnectionInfo
    ) async -> ProofOutcome {
        let user = claim.identity.authenticationID
        if let refusal = refusal(info, user: user) { return .locked(refusal) }
        switch await directory.prove(user: user, password: Self.password(claim)) {
        case .accepted(let login):
            loginGuard.succeed(info.peer, account: Directory.loginKey(user))
            return .right(login)
        case .codeNeeded: return .codeNeeded
        case .refused: return .wrong(await refuse(user, "name or password", password: claim.password, info))
        case .unavailable: return .unavailable
        }
    }

    /// To a login in a browser.
    package enum WebOutcome {
        case opened(ProvenLogin, SessionToken)
        case codeNeeded
        /// The password is right, the code is not.
        case wrongCode(LoginRefusal?)
        case wrong(LoginRefusal?)
        case locked(LoginRefusal)
        case unavailable
    }

    /// Opens a session for a browser. Each wrong code is a guess like a wrong password.
    package nonisolated(nonsending) func logIn(
        _ claim: SASLPasswordClaim, code: String?, agent: String, _ info: ConnectionInfo
    ) async -> WebOutcome {
        let user = claim.identity.authenticationID
        if let refusal = refusal(info, user: user) { return .locked(refusal) }
        let outcome = await directory.logIn(
            user: user, password: Self.password(claim), code: code, peer: info.peerText, agent: agent)
        switch outcome {
        case .opened(let login, let token):
            admit(login.account, as: user, info)
            return .opened(login, token)
        case .codeNeeded: return .codeNeeded
        case .wrongCode: return .wrongCode(await refuse(user, "code", info))
        case .refused: return .wrong(await refuse(user, "name or password", password: claim.password, info))
        case .unavailable: return .unavailable
        }
    }

    private static func password(_ claim: SASLPasswordClaim) -> Password {
        Password(claim.password.withUnsafeBytes { String(decoding: $0, as: UTF8.self) })
    }

    // MARK: The end

    /// Who guesses passwords waits, and is sent away after a few.
    ///
    /// - Returns: the ban that follows.
    package nonisolated(nonsending) func refuse(
        _ user: String?, _ reason: String, password: SecretBytes? = nil, _ info: ConnectionInfo
    ) async -> LoginRefusal? {
        let key = user.map(Directory.loginKey)
        let failure =
            password?.withUnsafeBytes { loginGuard.fail(info.peer, account: key, password: $0) }
            ?? loginGuard.fail(info.peer, account: key)
        refusedLogins.increment()
        logger.notice(
            "login refused",
            metadata: [
                "session": "\(info.id)", "peer": "\(info.peerText)", "user": "\(user ?? "")", "reason": "\(reason)",
                "banned": "\(failure.ban != nil)",
            ])
        try? await Task.sleep(for: .seconds(failure.delaySeconds))
        return failure.ban
    }

    /// Somebody is in.
    ///
    /// - Parameter facts: what the protocol has to tell beside who it is.
    package func admit(
        _ account: AuthenticatedAccount, as user: String, _ info: ConnectionInfo, _ facts: Logger.Metadata = [:]
    ) {
        loginGuard.succeed(info.peer, account: Directory.loginKey(user))
        logins.increment()
        let who: Logger.Metadata = [
            "session": "\(info.id)", "peer": "\(info.peerText)", "account": "\(account.address)",
        ]
        logger.info("login", metadata: who.merging(facts) { _, new in new })
    }
}
