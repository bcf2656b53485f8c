internal import Directory
internal import IMAP
internal import Logins
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
        switch await context.desk.credentials(of: userName, info) {
        case .found(let login):
            claimant = login.account
            return .found(login.credentials)
        case .unknown: return .none
        case .locked(let refusal): return .locked(refusal.text)
        case .unavailable: return .failed(.temporary)
        }
    }

    nonisolated(nonsending)
        func check(_ claim: SASLPasswordClaim) async -> IMAPPasswordAnswer
    {
        switch await context.desk.check(claim, info) {
        case .right(let account):
            claimant = account
            return .right
        case .wrong(let ban): return ban.map { .locked($0.text) } ?? .wrong
        case .locked(let refusal): return .locked(refusal.text)
        case .unavailable: return .failed(.temporary)
        }
    }

    /// An exchange that failed.
    nonisolated(nonsending)
        func note(_ failure: SASLFailure) async -> IMAPRefusalAnswer
    {
        await context.desk.refuse(claimedName, "\(failure)", info).map { .locked($0.text) } ?? .noted
    }

    /// Opens the account for a session.
    nonisolated(nonsending)
        func open(_ identity: SASLIdentity) async -> IMAPAccountAnswer
    {
        guard let account = claimant else { return .notAuthorized }
        do {
            guard try await context.desk.mayAct(account, as: identity) else { return .notAuthorized }
        } catch {
            return .failed(.temporary)
        }
        guard context.connections.admit(account.id) else { return .tooMany }
        self.account = account
        context.desk.admit(account, as: identity.authenticationID, info)
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
}
