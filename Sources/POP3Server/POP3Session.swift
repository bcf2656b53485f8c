internal import Directory
internal import Logging
internal import Logins
internal import MailCore
internal import MailStore
package import NIOCore
package import POP3
internal import SASL
package import ServerRuntime
internal import Storage

/// One connection to a POP3 listener: the machine says what to do, this does it.
package final class POP3Session: ConnectionSession {
    /// What has to be awaited.
    package enum Question {
        /// What the machine asks.
        case machine(POP3Question)
        /// A listing is sent piece by piece.
        case listing(Listing)
    }

    /// The open maildrop.
    struct OpenMaildrop {
        let account: AccountID
        let messages: [MailStore.MessageSummary]
    }

    let context: POP3ServerContext
    let info: ConnectionInfo
    var machine: POP3ServerStateMachine
    /// Who a password or SCRAM exchange was about, once it is known.
    var claimant: AuthenticatedAccount?
    /// The name that a SCRAM exchange was begun with.
    var claimedName: String?
    var maildrop: OpenMaildrop?
    /// The message that is being opened.
    var opened: OpenedMessage?
    /// Messages that are likely to be asked for next.
    var readAhead = MaildropReadAhead()

    /// For a connection just accepted.
    package init(_ context: POP3ServerContext, _ info: ConnectionInfo) {
        self.context = context
        self.info = info
        machine = POP3ServerStateMachine(
            configuration: context.configuration, tls: context.tls,
            nonces: SASLNonceSource(seed: Directory.nonceSeed()),
            decoySecret: context.decoySecret)
    }

    package func begin(replies: inout ByteBuffer) -> ConnectionStep<Question> {
        if let refusal = context.desk.refusal(info) {
            POP3Reply.error(refusal.text, code: .systemTemporary).write(to: &replies)
            return .close
        }
        machine.greeting.write(to: &replies)
        return .proceed
    }

    package func receive(_ input: inout ByteBuffer, replies: inout ByteBuffer) -> ConnectionStep<Question> {
        guard let action = machine.receive(&input) else { return .needInput }
        switch action {
        case .send(let reply):
            reply.write(to: &replies)
            return .proceed
        case .sendListing(let listing):
            return .ask(.listing(listing))
        case .sendMessage:
            return .close  // Only the answer to a question leads to a message.
        case .ask(let question):
            if case .message(let index, _) = question, sendIfHere(index, replies: &replies) { return .proceed }
            return .ask(.machine(question))
        case .startTLS(let reply):
            reply.write(to: &replies)
            return .startTLS
        case .close(let reply):
            releaseMaildrop()
            reply.write(to: &replies)
            return .close
        }
    }

    package nonisolated(nonsending)
        func perform(_ question: Question, replies: ReplyWriter) async -> ConnectionStep<Question>
    {
        switch question {
        case .listing(let listing): return await send(listing, replies)
        case .machine(let question):
            var action = await answer(question)
            // A right password asks for the maildrop next: the same task goes on.
            while case .ask(let next) = action { action = await answer(next) }
            return await finish(action, replies)
        }
    }

    package func tlsEstablished(_ information: TLSInformation) {
        machine.tlsEstablished(
            bindings: TLSChannelBindings(serverEndPoint: information.channelBindingServerEndPoint))
    }

    package var readTimeoutSeconds: Int64 { Int64(machine.readTimeoutSeconds) }

    package var isIdle: Bool { true }

    package func farewell(_ reason: Farewell, replies: inout ByteBuffer) {
        guard reason == .shutdown else { return }
        POP3Reply.error("The server is shutting down; nothing was deleted", code: .systemTemporary).write(to: &replies)
    }

    package func ended(_ end: SessionEnd) {
        releaseMaildrop()
        context.logger.debug(
            "session ended", metadata: ["session": "\(info.id)", "peer": "\(info.peerText)", "end": "\(end)"])
    }

    /// Before the last reply: who has read it may come back at once (RFC 1939 §6).
    private func releaseMaildrop() {
        if let maildrop { context.locks.release(maildrop.account) }
        maildrop = nil
    }

    nonisolated(nonsending)
        private func finish(_ action: POP3Action, _ replies: ReplyWriter) async -> ConnectionStep<Question>
    {
        var output = ByteBuffer()
        switch action {
        case .send(let reply):
            reply.write(to: &output)
            replies.append(output)
            return .proceed
        case .close(let reply):
            releaseMaildrop()
            reply.write(to: &output)
            replies.append(output)
            return .close
        case .startTLS(let reply):
            reply.write(to: &output)
            replies.append(output)
            return .startTLS
        case .sendListing(let listing): return await send(listing, replies)
        case .sendMessage(let reply, let stream): return await send(reply, stream, replies)
        case .ask(let question): return .ask(.machine(question))
        }
    }

    nonisolated(nonsending)
        private func send(_ listing: Listing, _ replies: ReplyWriter) async -> ConnectionStep<Question>
    {
        var listing = listing
        var isUnfinished = true
        while isUnfinished {
            var chunk = ByteBuffer()
            isUnfinished = listing.writeNext(to: &chunk)
            if isUnfinished {
                do { try await replies.write(chunk) } catch { return .close }
            } else {
                replies.append(chunk)
            }
        }
        return .proceed
    }
}
