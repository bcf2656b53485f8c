internal import Directory
internal import Logging
internal import Logins
internal import MailCore
internal import MailStore
internal import POP3
internal import SASL
internal import ServerRuntime

/// Who it is, and their maildrop.
extension POP3Session {
    nonisolated(nonsending)
        func answer(_ question: POP3Question) async -> POP3Action
    {
        switch question {
        case .credentials(let userName): machine.answer(credentials: await credentials(of: userName))
        case .password(let claim): machine.answer(password: await check(claim))
        case .refusal(let failure): machine.answer(refusal: await note(failure))
        case .maildrop(let identity): machine.answer(maildrop: await openMaildrop(identity))
        case .message(let index, _): machine.answer(message: await open(index))
        case .commit(let marks): machine.answer(commit: await commit(marks))
        }
    }

    nonisolated(nonsending)
        private func credentials(of userName: String) async -> POP3CredentialsAnswer
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
        private func check(_ claim: SASLPasswordClaim) async -> POP3PasswordAnswer
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
        private func note(_ failure: SASLFailure) async -> POP3RefusalAnswer
    {
        await context.desk.refuse(claimedName, "\(failure)", info).map { .locked($0.text) } ?? .noted
    }

    nonisolated(nonsending)
        private func openMaildrop(_ identity: SASLIdentity) async -> POP3MaildropAnswer
    {
        guard let account = claimant else { return .notAuthorized }
        do {
            guard try await context.desk.mayAct(account, as: identity) else { return .notAuthorized }
            guard context.locks.acquire(account.id) else { return .inUse }
            do {
                let (validity, messages) = try await context.mailStore.messages(account.id, .inbox)
                guard
                    let snapshot = Maildrop(
                        sizes: messages.map { UInt32(clamping: $0.octets) }, uids: messages.map(\.uid.rawValue),
                        uidValidity: validity)
                else { return .failed(.permanent) }
                maildrop = OpenMaildrop(account: account.id, messages: messages)
                context.desk.admit(
                    account, as: identity.authenticationID, info, ["messages": "\(messages.count)"])
                return .open(snapshot)
            } catch {
                context.locks.release(account.id)
                throw error
            }
        } catch {
            context.logger.log(
                level: Task.isCancelled ? .debug : .error, "maildrop cannot be opened",
                metadata: ["session": "\(info.id)", "error": "\(error)"])
            return .failed(.temporary)
        }
    }
}
