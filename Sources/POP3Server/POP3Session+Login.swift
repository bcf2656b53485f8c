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
        case .maildrop(let identity): machine.answer(maildrop: await openMaildrop(identity))
        case .message(let index, _): machine.answer(message: await open(index))
        case .commit(let marks): machine.answer(commit: await commit(marks))
        }
    }

    nonisolated(nonsending)
        private func credentials(of userName: String) async -> POP3CredentialsAnswer
    {
        claimant = nil
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
        switch await context.directory.verify(claim) {
        case .accepted(let account):
            claimant = account
            return .right
        case .refused:
            context.refusedLogins.increment()
            context.logger.notice(
                "login refused",
                metadata: [
                    "session": "\(info.id)", "peer": "\(info.peerText)", "user": "\(claim.identity.authenticationID)",
                ])
            // Who guesses passwords waits; the connection closes after a few.
            try? await Task.sleep(for: .seconds(1))
            return .wrong
        case .unavailable: return .failed(.temporary)
        }
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
