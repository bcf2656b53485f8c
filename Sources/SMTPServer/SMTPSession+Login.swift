internal import Directory
internal import Logging
internal import Logins
internal import MailCore
internal import SASL
internal import SMTP
internal import ServerRuntime

/// AUTH: who the client is.
extension SMTPSession {
    /// Why the client may not log in at all, from where it is.
    func loginRefusal() -> SMTPReply? { context.submission?.desk.refusal(info).map(SMTPReply.banned) }

    nonisolated(nonsending)
        func credentials(of userName: String) async -> CredentialsAnswer
    {
        claimant = nil
        claimedName = userName
        guard let desk = context.submission?.desk else { return .none }
        switch await desk.credentials(of: userName, info) {
        case .found(let found):
            claimant = found.account
            return .found(found.credentials)
        case .unknown: return .none
        case .locked(let refusal): return .refused(.banned(refusal))
        case .unavailable: return .refused(.loginUnavailable)
        }
    }

    nonisolated(nonsending)
        func logIn(_ attempt: LoginAttempt) async -> Verdict
    {
        guard let desk = context.submission?.desk else { return .refused(.loginFailed) }
        switch attempt {
        case .password(let claim): return await logIn(claim, desk)
        case .proven(let identity): return await logIn(identity, desk)
        case .failed(let failure): return .failed(await desk.refuse(claimedName, "\(failure)", info))
        }
    }

    nonisolated(nonsending)
        private func logIn(_ claim: SASLPasswordClaim, _ desk: LoginDesk) async -> Verdict
    {
        switch await desk.check(claim, info) {
        case .right(let account): return admit(account, claim.identity, desk)
        case .wrong(let ban): return .failed(ban)
        case .locked(let refusal): return .refused(.banned(refusal))
        case .unavailable: return .refused(.loginUnavailable)
        }
    }

    /// The client has shown that it knows the secret of `claimant`, who may act as nobody else.
    nonisolated(nonsending)
        private func logIn(_ identity: SASLIdentity, _ desk: LoginDesk) async -> Verdict
    {
        guard let account = claimant else { return .refused(.loginUnavailable) }
        do {
            guard try await desk.mayAct(account, as: identity) else {
                return .failed(await desk.refuse(identity.authenticationID, "acts for another", info))
            }
            return admit(account, identity, desk)
        } catch {
            return .refused(.loginUnavailable)
        }
    }

    private func admit(_ account: AuthenticatedAccount, _ identity: SASLIdentity, _ desk: LoginDesk) -> Verdict {
        login = account
        desk.admit(account, as: identity.authenticationID, info, ["tls": "\(tls?.description ?? "none")"])
        return .accepted
    }
}

extension Verdict {
    /// A login that failed; a banned host is sent away.
    fileprivate static func failed(_ ban: LoginRefusal?) -> Verdict {
        if case .hostBanned? = ban, let ban { return .refused(.banned(ban)) }
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
