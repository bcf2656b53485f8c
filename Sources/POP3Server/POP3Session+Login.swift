internal import CoreMetrics
internal import Directory
internal import Logging
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
        private func check(_ claim: SASLPasswordClaim) async -> POP3PasswordAnswer
    {
        let name = claim.identity.authenticationID
        if let refusal = loginRefusal(name) { return .locked(refusal) }
        switch await context.directory.verify(claim) {
        case .accepted(let account):
            claimant = account
            return .right
        case .refused:
            let ban = await refuse(name, "name or password", password: claim.password)
            return ban.map(POP3PasswordAnswer.locked) ?? .wrong
        case .unavailable: return .failed(.temporary)
        }
    }

    /// An exchange that failed.
    nonisolated(nonsending)
        private func note(_ failure: SASLFailure) async -> POP3RefusalAnswer
    {
        let ban = await refuse(claimedName, "\(failure)", password: nil)
        return ban.map(POP3RefusalAnswer.locked) ?? .noted
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
        context.refusedLogins.increment()
        context.logger.notice(
            "login refused",
            metadata: [
                "session": "\(info.id)", "peer": "\(info.peerText)", "user": "\(name ?? "")", "reason": "\(reason)",
                "banned": "\(failure.ban != nil)",
            ])
        try? await Task.sleep(for: .seconds(failure.delaySeconds))
        return failure.ban?.text
    }

    nonisolated(nonsending)
        private func openMaildrop(_ identity: SASLIdentity) async -> POP3MaildropAnswer
    {
        guard let account = claimant else { return .notAuthorized }
        do {
            if let other = identity.authorizationID,
                try await context.directory.account(user: other)?.id != account.id
            {
                return .notAuthorized
            }
            guard context.locks.acquire(account.id) else { return .inUse }
            do {
                let (validity, messages) = try await context.mailStore.messages(account.id, .inbox)
                guard
                    let snapshot = Maildrop(
                        sizes: messages.map { UInt32(clamping: $0.octets) }, uids: messages.map(\.uid.rawValue),
                        uidValidity: validity)
                else { return .failed(.permanent) }
                maildrop = OpenMaildrop(account: account.id, messages: messages)
                context.loginGuard.succeed(info.peer, account: Directory.loginKey(identity.authenticationID))
                context.logins.increment()
                context.logger.info(
                    "login",
                    metadata: [
                        "session": "\(info.id)", "peer": "\(info.peerText)", "account": "\(account.address)",
                        "messages": "\(messages.count)",
                    ])
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
