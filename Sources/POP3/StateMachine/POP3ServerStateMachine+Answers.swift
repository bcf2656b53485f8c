import SASL

/// The session's answers. Answering a question that was not asked is the driver's fault and traps.
extension POP3ServerStateMachine {
    /// To `credentials`.
    package mutating func answer(credentials: POP3CredentialsAnswer) -> POP3Action {
        settle(.credentials)
        guard case .exchange(var exchange) = state else { preconditionFailure("No exchange awaits credentials") }
        switch credentials {
        case .found(let found):
            let step = exchange.provide(found)
            return follow(step, of: exchange)
        case .none:
            let step = exchange.provide(nil)
            return follow(step, of: exchange)
        case .locked(let text): return close(.error(text, code: .systemTemporary))
        case .failed(let failure): return failLogin(failure)
        }
    }

    /// To `refusal`.
    package mutating func answer(refusal: POP3RefusalAnswer) -> POP3Action {
        settle(.refusal)
        switch refusal {
        case .noted: return refuseLogin("Login failed")
        case .locked(let text): return close(.error(text, code: .systemTemporary))
        }
    }

    /// To `password`.
    package mutating func answer(password: POP3PasswordAnswer) -> POP3Action {
        guard case .password(let identity)? = awaited else { preconditionFailure("No password was asked about") }
        awaited = nil
        switch password {
        case .right: return ask(.maildrop(identity), awaiting: .maildrop)
        case .wrong: return refuseLogin("Login failed")
        case .locked(let text): return close(.error(text, code: .systemTemporary))
        case .failed(let failure): return failLogin(failure)
        }
    }

    /// To `maildrop`.
    package mutating func answer(maildrop: POP3MaildropAnswer) -> POP3Action {
        settle(.maildrop)
        switch maildrop {
        case .open(let maildrop):
            let transaction = Transaction(maildrop: maildrop)
            state = .transaction(transaction)
            return send(.ok("Maildrop has \(transaction.summary)"))
        case .inUse:
            return .send(.error("Maildrop is in use by another session", code: .inUse))
        case .loginDelay:
            return .send(.error("Logged in too recently, try later", code: .loginDelay))
        case .notAuthorized:
            return refuseLogin("Not authorized")
        case .failed(let failure):
            return failLogin(failure)
        }
    }

    /// To `message`. After `ready` the driver streams the message through the action's `MessageStream`.
    package mutating func answer(message: POP3MessageAnswer) -> POP3Action {
        guard case .message(let index, let lines)? = awaited, case .transaction(let transaction) = state else {
            preconditionFailure("No message was asked for")
        }
        awaited = nil
        switch message {
        case .ready where lines == nil:
            return .sendMessage(.ok("\(transaction.maildrop.sizes[index]) octets"), MessageStream(filter: nil))
        case .ready:
            return .sendMessage(.ok("Top of message follows"), MessageStream(filter: lines.map(TopFilter.init(lines:))))
        case .vanished:
            return .send(.error("Message \(index + 1) is no longer there"))
        case .requiresUTF8:
            return .send(.error("Message \(index + 1) has a UTF-8 header; use UTF8 before login", code: .utf8))
        case .failed(let failure):
            return .send(.error("Message \(index + 1) cannot be read", code: failure.code))
        }
    }

    /// To `commit`.
    package mutating func answer(commit: POP3CommitAnswer) -> POP3Action {
        settle(.commit)
        guard case .update(let transaction) = state else { preconditionFailure("No deletions were asked for") }
        switch commit {
        case .done: return close(farewell)
        case .partial(let removed):
            // RFC 1939 §6: "-ERR some deleted messages not removed".
            let text = "Some deleted messages not removed (\(removed) of \(transaction.marks.count) were)"
            return close(.error(text, code: .systemTemporary))
        case .failed(let failure):
            return close(.error("Deleted messages not removed", code: failure.code))
        }
    }

    private mutating func settle(_ question: Awaited) {
        precondition(awaited == question, "An answer to a question that was not asked")
        awaited = nil
    }

    /// Not the client's fault: not counted against it.
    private mutating func failLogin(_ failure: POP3SystemFailure) -> POP3Action {
        state = .authorization(userName: nil)
        return .send(.error("Login is not possible now", code: failure.code))
    }
}
