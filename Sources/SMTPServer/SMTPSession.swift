internal import Directory
internal import Logging
internal import MailCore
package import NIOCore
internal import SASL
package import SMTP
package import ServerRuntime
internal import Storage

/// One connection to an SMTP, submission or LMTP listener: the machine says what to do, this does it.
package final class SMTPSession: ConnectionSession {
    /// What has to be awaited.
    package enum Question {
        /// What the machine asks.
        case machine(SMTPQuestion)
        /// The spool's memory is full.
        case flushSpool
    }

    let context: SMTPServerContext
    let info: ConnectionInfo
    var machine: SMTPServerStateMachine
    var transaction: SMTPTransaction?
    var tls: TLSInformation?
    /// Who has logged in.
    var login: AuthenticatedAccount?
    /// Who a SCRAM exchange is about, once that is known, and the name that was given.
    var claimant: AuthenticatedAccount?
    var claimedName: String?

    /// For a connection just accepted.
    package init(_ context: SMTPServerContext, _ info: ConnectionInfo) {
        self.context = context
        self.info = info
        if let submission = context.submission {
            machine = SMTPServerStateMachine(
                context.configuration, nonces: SASLNonceSource(seed: Directory.nonceSeed()),
                decoySecret: submission.decoySecret)
        } else {
            machine = SMTPServerStateMachine(context.configuration)
        }
    }

    package func begin(replies: inout ByteBuffer) -> ConnectionStep<Question> {
        var nothing = ByteBuffer()
        return receive(&nothing, replies: &replies)
    }

    package func receive(_ input: inout ByteBuffer, replies: inout ByteBuffer) -> ConnectionStep<Question> {
        guard let action = machine.receive(&input) else { return .needInput }
        return step(action, &replies)
    }

    package nonisolated(nonsending)
        func perform(_ question: Question, replies: ReplyWriter) async -> ConnectionStep<Question>
    {
        let action: SMTPServerAction?
        switch question {
        case .flushSpool:
            await flushSpool()
            return .proceed
        case .machine(.recipient(let path, let parameters)):
            action = machine.answer(await accept(path, parameters))
        case .machine(.mail(let reversePath, let parameters)):
            action = machine.answer(await beginSubmission(reversePath, parameters))
        case .machine(.credentials(let userName)):
            action = machine.answer(credentials: await credentials(of: userName))
        case .machine(.login(let attempt)):
            action = machine.answer(await logIn(attempt))
        case .machine(.endOfData(let data)):
            action = machine.answer(await deliver(data))
        case .machine(let other):
            action = machine.answer(answerAtOnce(other) ?? .accepted)
        }
        guard let action else { return .proceed }
        var written = ByteBuffer()
        let next = step(action, &written)
        replies.append(written)
        return next
    }

    package func tlsEstablished(_ information: TLSInformation) {
        tls = information
        login = nil
        machine.tlsEstablished(
            bindings: TLSChannelBindings(serverEndPoint: information.channelBindingServerEndPoint))
    }

    package var readTimeoutSeconds: Int64 {
        Int64(machine.readTimeoutSeconds ?? context.configuration.limits.commandTimeoutSeconds)
    }

    package var isIdle: Bool { transaction == nil }

    package func farewell(_ reason: Farewell, replies: inout ByteBuffer) {
        let reply: SMTPReply =
            switch reason {
            case .readTimeout, .lifetime: .timedOut
            case .shutdown: .shuttingDown
            case .overflow, .corruptedInput: .tooManyConnections
            }
        reply.write(into: &replies)
    }

    package func ended(_ end: SessionEnd) {
        transaction = nil
        context.logger.debug(
            "session ended", metadata: ["session": "\(info.id)", "peer": "\(info.peerText)", "end": "\(end)"])
    }

    /// Does what can be done without waiting.
    private func step(_ action: SMTPServerAction, _ replies: inout ByteBuffer) -> ConnectionStep<Question> {
        switch action {
        case .send(let reply):
            reply.write(into: &replies)
            return .proceed
        case .sendEach(let each):
            for reply in each { reply.write(into: &replies) }
            return .proceed
        case .ask(let question):
            guard let verdict = answerAtOnce(question) else { return .ask(.machine(question)) }
            guard let next = machine.answer(verdict) else { return .proceed }
            return step(next, &replies)
        case .bodyChunk(let octets):
            guard transaction?.spoolFailure == nil else { return .proceed }
            transaction?.spool?.append(octets)
            return transaction?.spool?.mustFlush == true ? .ask(.flushSpool) : .proceed
        case .abortTransaction:
            transaction = nil
            return .proceed
        case .startTLS(let reply):
            reply.write(into: &replies)
            return .startTLS
        case .close(let reply):
            reply?.write(into: &replies)
            return .close
        }
    }

    /// Answers that need nothing from the disk; nil when they do.
    private func answerAtOnce(_ question: SMTPQuestion) -> Verdict? {
        switch question {
        case .connected:
            return loginRefusal().map(Verdict.refused) ?? .accepted
        case .hello:
            machine.nowSeconds = context.now()
            return .accepted
        case .mail(let reversePath, let parameters):
            return context.submission == nil ? beginTransaction(reversePath, parameters) : nil
        case .recipient(let path, let parameters):
            guard isWithinSendingLimit, let known = context.directory.knownResolution(path) else { return nil }
            return acceptAtOnce(path, parameters, known)
        case .credentials, .login:
            return nil
        case .beginData:
            beginData()
            return .accepted
        case .endOfData:
            return nil
        }
    }
}
