internal import Delivery
internal import Directory
internal import Logging
internal import MailCore
internal import SMTP
internal import ServerRuntime

/// RCPT: whom we take mail for.
extension SMTPSession {
    /// Asks the directory, and the store whether there is room.
    nonisolated(nonsending)
        func accept(_ path: ForwardPath, _ parameters: RecipientParameters) async -> Verdict
    {
        do {
            if !isWithinSendingLimit, let excess = try await sendingExcess(path) {
                return refuse(path, .sendingExcess(excess))
            }
            let resolution = try await context.directory.resolve(path)
            if let verdict = acceptAtOnce(path, parameters, resolution) { return verdict }
            guard case .deliver(var expansion) = resolution else { return .refused(.localError) }
            expansion = try await context.directory.forwarding(
                expansion, from: transaction?.envelope.reversePath ?? .null)
            if let refusal = try await quotaRefusal(path, expansion) { return refuse(path, refusal) }
            return accept(path, parameters, expansion)
        } catch {
            // Whoever hangs up meanwhile is no trouble of ours.
            context.logger.log(
                level: Task.isCancelled ? .debug : .error, "recipient cannot be looked up",
                metadata: ["session": "\(info.id)", "error": "\(error)"])
            return refuse(path, .localError)
        }
    }

    /// The answer, unless the store has to be asked for more.
    func acceptAtOnce(
        _ path: ForwardPath, _ parameters: RecipientParameters, _ resolution: Resolution
    ) -> Verdict? {
        switch resolution {
        case .deliver(let expansion):
            // Quotas have to be asked for, and paths under which mail is forwarded.
            guard !expansion.localCopies.contains(where: { $0.quotaBytes > 0 }), expansion.remoteCopies.isEmpty else {
                return nil
            }
            return accept(path, parameters, expansion)
        case .notOurDomain: return acceptElsewhere(path, parameters)
        case .unknownUser: return refuse(path, .noSuchUser(path))
        case .disabled: return refuse(path, .accountDisabled(path))
        case .loop: return refuse(path, .leadsBackToItself(path))
        case .emptyList: return refuse(path, .listWithoutMembers(path))
        case .tooLarge: return refuse(path, .tooManyMembers(path))
        }
    }

    /// A recipient elsewhere: for those who have logged in (RFC 6409 §3.1).
    private func acceptElsewhere(_ path: ForwardPath, _ parameters: RecipientParameters) -> Verdict {
        guard login != nil, let address = path.address else { return refuse(path, .relayingDenied(path)) }
        guard !address.domain.isSurelyNowhere else { return refuse(path, .noSuchDomain(path)) }
        return accept(path, parameters, Expansion(submittedTo: address))
    }

    /// Whether the account may surely name another recipient today, by what is in memory; true where nobody logs in.
    var isWithinSendingLimit: Bool {
        guard let login, let policy = context.submission else { return true }
        guard let count = context.directory.knownSendingCount(login.id, at: context.now()) else { return false }
        return count.recipients < policy.sendingLimits.recipientsPerDayMax
    }

    nonisolated(nonsending)
        private func sendingExcess(_ path: ForwardPath) async throws -> SendingExcess?
    {
        guard let login, let policy = context.submission, let address = path.address else { return nil }
        return try await context.directory.mayAddress(address, login.id, policy.sendingLimits, at: context.now())
    }

    private func accept(_ path: ForwardPath, _ parameters: RecipientParameters, _ expansion: Expansion) -> Verdict {
        let recipient = EnvelopeRecipient(
            path: path, notify: parameters.notify, originalRecipient: parameters.originalRecipient)
        transaction?.add(recipient, expansion)
        if !expansion.problems.isEmpty {
            context.logger.notice(
                "recipient reached in part",
                metadata: [
                    "session": "\(info.id)", "recipient": "\(path)", "count": "\(expansion.problems.count)",
                    "problems": "\(expansion.problems.prefix(10))",
                ])
        }
        return .accepted
    }

    /// Refuses when none of those whom the recipient leads to has room.
    nonisolated(nonsending)
        private func quotaRefusal(_ path: ForwardPath, _ expansion: Expansion) async throws -> SMTPReply?
    {
        guard expansion.remoteCopies.isEmpty else { return nil }
        let octets = transaction?.sizeOctets ?? 0
        return switch try await context.delivery.quotaRefusal(expansion.localCopies, octets: octets) {
        case nil: nil
        case .full: .overQuota(path)
        case .tooLarge: .exceedsQuota(path)
        }
    }

    private func refuse(_ path: ForwardPath, _ reply: SMTPReply) -> Verdict {
        context.metrics.refusedRecipient()
        context.logger.info(
            "recipient refused",
            metadata: [
                "session": "\(info.id)", "peer": "\(info.peerText)", "helo": "\(machine.helloName?.text ?? "")",
                "from": "\(transaction?.envelope.reversePath ?? .null)", "to": "\(path)", "reply": "\(reply)",
            ])
        return .refused(reply)
    }
}

extension SMTPReply {
    /// A domain that cannot be.
    static func noSuchDomain(_ path: ForwardPath) -> SMTPReply {
        SMTPReply(550, EnhancedStatusCode(.permanentFailure, 1, 2), "\(path): there can be no such domain")
    }

    /// An alias or list that contains itself and nobody else.
    static func leadsBackToItself(_ path: ForwardPath) -> SMTPReply {
        SMTPReply(550, EnhancedStatusCode(.permanentFailure, 4, 6), "\(path): this address leads back to itself")
    }

    /// A list that nobody is on.
    static func listWithoutMembers(_ path: ForwardPath) -> SMTPReply {
        SMTPReply(550, EnhancedStatusCode(.permanentFailure, 2, 4), "\(path): this list has no members")
    }

    /// More members, or deeper nesting, than the server follows.
    static func tooManyMembers(_ path: ForwardPath) -> SMTPReply {
        SMTPReply(550, EnhancedStatusCode(.permanentFailure, 2, 4), "\(path): this address leads to too many others")
    }
}
