internal import Directory
internal import Logging
internal import MailCore
internal import SASL
internal import SMTP
internal import ServerRuntime

/// AUTH: who the client is.
extension SMTPSession {
    /// Why the client may not log in at all, from where it is.
    func loginRefusal(account: String? = nil) -> SMTPReply? {
        context.submission?.loginGuard.refusal(info.peer, account: account.map(Directory.loginKey)).map(
            SMTPReply.banned)
    }

    nonisolated(nonsending)
        func credentials(of userName: String) async -> CredentialsAnswer
    {
        claimant = nil
        claimedName = userName
        if let refusal = loginRefusal(account: userName) { return .refused(refusal) }
        do {
            guard let found = try await context.directory.scramCredentials(user: userName) else { return .none }
            claimant = found.account
            return .found(found.credentials)
        } catch {
            return .refused(.loginUnavailable)
        }
    }

    nonisolated(nonsending)
        func logIn(_ attempt: LoginAttempt) async -> Verdict
    {
        switch attempt {
        case .password(let claim): return await logIn(claim)
        case .proven(let identity): return await logIn(identity)
        case .failed(let failure): return await refuseLogin(claimedName, "\(failure)", password: nil)
        }
    }

    nonisolated(nonsending)
        private func logIn(_ claim: SASLPasswordClaim) async -> Verdict
    {
        let name = claim.identity.authenticationID
        if let refusal = loginRefusal(account: name) { return .refused(refusal) }
        switch await context.directory.verify(claim) {
        case .accepted(let account): return admit(account, name)
        case .refused: return await refuseLogin(name, "name or password", password: claim.password)
        case .unavailable: return .refused(.loginUnavailable)
        }
    }

    /// The client has shown that it knows the secret of `claimant`, who may act as nobody else.
    nonisolated(nonsending)
        private func logIn(_ identity: SASLIdentity) async -> Verdict
    {
        guard let account = claimant else { return .refused(.loginUnavailable) }
        do {
            if let other = identity.authorizationID,
                try await context.directory.account(user: other)?.id != account.id
            {
                return await refuseLogin(identity.authenticationID, "acts for another", password: nil)
            }
            return admit(account, identity.authenticationID)
        } catch {
            return .refused(.loginUnavailable)
        }
    }

    private func admit(_ account: AuthenticatedAccount, _ name: String) -> Verdict {
        login = account
        context.submission?.loginGuard.succeed(info.peer, account: Directory.loginKey(name))
        context.metrics.login()
        context.logger.info(
            "login",
            metadata: [
                "session": "\(info.id)", "peer": "\(info.peerText)", "account": "\(account.address)",
                "tls": "\(tls?.description ?? "none")",
            ])
        return .accepted
    }

    /// Who guesses passwords waits, and is sent away after a few.
    nonisolated(nonsending)
        private func refuseLogin(_ name: String?, _ reason: String, password: SecretBytes?) async -> Verdict
    {
        guard let guardian = context.submission?.loginGuard else { return .refused(.loginFailed) }
        let key = name.map(Directory.loginKey)
        let failure =
            password?.withUnsafeBytes { guardian.fail(info.peer, account: key, password: $0) }
            ?? guardian.fail(info.peer, account: key)
        context.metrics.refusedLogin()
        context.logger.notice(
            "login refused",
            metadata: [
                "session": "\(info.id)", "peer": "\(info.peerText)", "user": "\(name ?? "")", "reason": "\(reason)",
                "banned": "\(failure.ban != nil)",
            ])
        try? await Task.sleep(for: .seconds(failure.delaySeconds))
        if case .hostBanned? = failure.ban, let ban = failure.ban { return .refused(.banned(ban)) }
        return .refused(.loginFailed)
    }
}

extension SMTPReply {
    /// Too many wrong passwords (RFC 4954 §6): a banned host is sent away, a banned account may be tried again later.
    static func banned(_ refusal: LoginRefusal) -> SMTPReply {
        let code: UInt16 =
            switch refusal {
            case .hostBanned: 421
            case .accountBanned: 454
            }
        return SMTPReply(code, EnhancedStatusCode(.persistentTransientFailure, 7, 0), refusal.text)
    }
}
