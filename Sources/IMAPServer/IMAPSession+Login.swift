internal import CoreMetrics
internal import Directory
internal import IMAP
internal import Logging
internal import MailCore
internal import SASL
internal import ServerRuntime
internal import Storage

/// Who it is.
extension IMAPSession {
    nonisolated(nonsending)
        func credentials(of userName: String) async -> IMAPCredentialsAnswer
    {
        claimant = nil
        claimedName = userName
        if let refusal = loginRefusal(userName) { return .locked(refusal) }
        do {
            guard let login = try await context.directory.scramCredentials(user: userName) else { return .none }
            claimant = login.account
            return .found(login.credentials)
        } catch {
            return .failed(.temporary)
        }
    }

    nonisolated(nonsending)
        func check(_ claim: SASLPasswordClaim) async -> IMAPPasswordAnswer
    {
        let name = claim.identity.authenticationID
        if let refusal = loginRefusal(name) { return .locked(refusal) }
        switch await context.directory.verify(claim) {
        case .accepted(let account):
            claimant = account
            return .right
        case .refused:
            let ban = await refuse(name, "name or password", password: claim.password)
            return ban.map(IMAPPasswordAnswer.locked) ?? .wrong
        case .unavailable: return .failed(.temporary)
        }
    }

    /// An exchange that failed.
    nonisolated(nonsending)
        func note(_ failure: SASLFailure) async -> IMAPRefusalAnswer
    {
        let ban = await refuse(claimedName, "\(failure)", password: nil)
        return ban.map(IMAPRefusalAnswer.locked) ?? .noted
    }

    /// Opens the account for a session.
    nonisolated(nonsending)
        func open(_ identity: SASLIdentity) async -> IMAPAccountAnswer
    {
        guard let account = claimant else { return .notAuthorized }
        do {
            if let other = identity.authorizationID,
                try await context.directory.account(user: other)?.id != account.id
            {
                return .notAuthorized
            }
        } catch {
            return .failed(.temporary)
        }
        guard context.connections.admit(account.id) else { return .tooMany }
        self.account = account
        context.loginGuard.succeed(info.peer, account: Directory.loginKey(identity.authenticationID))
        context.metrics.logins.increment()
        context.logger.info(
            "login",
            metadata: ["session": "\(info.id)", "peer": "\(info.peerText)", "account": "\(account.address)"])
        return .open
    }

    /// The session is nobody's (RFC 8437), or over.
    func leaveAccount() {
        notifying = nil
        closeSelected()
        subscription?.cancel()
        subscription = nil
        if let account { context.connections.release(account.id) }
        account = nil
        claimant = nil
        claimedName = nil
    }

    /// Why nobody may log in by this name from where the client is.
    private func loginRefusal(_ name: String) -> String? {
        context.loginGuard.refusal(info.peer, account: Directory.loginKey(name))?.text
    }

    /// Who guesses passwords waits, and is sent away after a few.
    ///
    /// - Returns: what a client is told that is sent away.
    nonisolated(nonsending)
        private func refuse(_ name: String?, _ reason: String, password: SecretBytes?) async -> String?
    {
        let key = name.map(Directory.loginKey)
        let failure =
            password?.withUnsafeBytes { context.loginGuard.fail(info.peer, account: key, password: $0) }
            ?? context.loginGuard.fail(info.peer, account: key)
        context.metrics.refusedLogins.increment()
        context.logger.notice(
            "login refused",
            metadata: [
                "session": "\(info.id)", "peer": "\(info.peerText)", "user": "\(name ?? "")", "reason": "\(reason)",
                "banned": "\(failure.ban != nil)",
            ])
        try? await Task.sleep(for: .seconds(failure.delaySeconds))
        return failure.ban?.text
    }
}
