internal import Directory
internal import IMAP
internal import Logging
internal import MailCore
package import NIOCore
internal import SASL
package import ServerRuntime

/// One connection to an IMAP listener: the machine says what to do, this does it.
///
/// Each verb is an extension in a file of its own. It writes its untagged responses to the replies and returns how the
/// command ended; what has changed meanwhile in the selected mailbox is told behind it, by `tellChanges`.
package final class IMAPSession: ConnectionSession {
    /// What has to be awaited.
    package struct Question {
        enum Matter {
            /// What the machine asks.
            case machine(IMAPQuestion)
            /// What the messages of an APPEND occupy in memory is to go to a file.
            case flushMessages
            /// Changes are to be told without a command (IDLE, NOTIFY).
            case tellChanges
        }

        let matter: Matter
    }

    let context: IMAPServerContext
    let info: ConnectionInfo
    var machine: IMAPServerStateMachine
    /// Who a password or SCRAM exchange was about, once it is known.
    var claimant: AuthenticatedAccount?
    /// The name that a SCRAM exchange was begun with.
    var claimedName: String?
    /// Who has logged in.
    var account: AuthenticatedAccount?
    /// The mailbox that is open.
    var selected: SelectedMailbox?
    /// The messages that APPEND or REPLACE brings.
    var appending: AppendState?
    /// What FETCH keeps from one command to the next.
    var fetching = FetchState()
    /// Searches whose results are kept up to date (RFC 5267).
    var searching = SearchState()

    /// For a connection just accepted.
    package init(_ context: IMAPServerContext, _ info: ConnectionInfo) {
        self.context = context
        self.info = info
        machine = IMAPServerStateMachine(
            configuration: context.configuration, limits: context.limits, tls: context.tls,
            nonces: SASLNonceSource(seed: Directory.nonceSeed()), decoySecret: context.decoySecret)
    }

    package func begin(replies: inout ByteBuffer) -> ConnectionStep<Question> {
        if let refusal = context.loginGuard.refusal(info.peer) {
            return step(machine.logOut(refusal.text, code: .unavailable), &replies)
        }
        replies.writeImmutableBuffer(machine.greeting)
        return .proceed
    }

    package func receive(_ input: inout ByteBuffer, replies: inout ByteBuffer) -> ConnectionStep<Question> {
        guard let action = machine.receive(&input) else { return .needInput }
        return step(action, &replies)
    }

    package nonisolated(nonsending)
        func perform(_ question: Question, replies: ReplyWriter) async -> ConnectionStep<Question>
    {
        switch question.matter {
        case .machine(let question):
            var action = await answer(question, replies)
            // A right password asks for the account next: the same task goes on.
            while case .ask(let next)? = action { action = await answer(next, replies) }
            guard let action else { return .proceed }
            var output = ByteBuffer()
            let next = step(action, &output)
            replies.append(output)
            return next
        case .flushMessages:
            await flushMessages()
            return .proceed
        case .tellChanges:
            return .proceed
        }
    }

    package func tlsEstablished(_ information: TLSInformation) {
        machine.tlsEstablished(
            bindings: TLSChannelBindings(serverEndPoint: information.channelBindingServerEndPoint))
    }

    package var readTimeoutSeconds: Int64 { Int64(machine.readTimeoutSeconds) }

    package var isIdle: Bool { appending == nil }

    package func farewell(_ reason: Farewell, replies: inout ByteBuffer) {
        let text =
            switch reason {
            case .readTimeout, .lifetime: "Autologout, the connection was idle for too long"
            case .shutdown: "The server is shutting down"
            case .overflow: "Too much input"
            }
        _ = step(machine.logOut(text, code: reason == .shutdown ? .unavailable : nil), &replies)
    }

    package func ended(_ end: SessionEnd) {
        abandonMessages()
        leaveAccount()
        context.logger.debug(
            "session ended", metadata: ["session": "\(info.id)", "peer": "\(info.peerText)", "end": "\(end)"])
    }

    /// Does what can be done without waiting.
    private func step(_ action: IMAPAction, _ replies: inout ByteBuffer) -> ConnectionStep<Question> {
        switch action {
        case .send(let octets):
            replies.writeImmutableBuffer(octets)
            return .proceed
        case .ask(let question):
            return .ask(Question(matter: .machine(question)))
        case .messageOctets(let octets):
            switch messageOctets(octets) {
            case .more: return .proceed
            case .flush: return .ask(Question(matter: .flushMessages))
            }
        case .abandonMessages:
            abandonMessages()
            return .proceed
        case .idle(let octets):
            replies.writeImmutableBuffer(octets)
            return .proceed
        case .startTLS(let octets):
            replies.writeImmutableBuffer(octets)
            return .startTLS
        case .startCompression(let octets):
            replies.writeImmutableBuffer(octets)
            return .proceed
        case .close(let octets):
            replies.writeImmutableBuffer(octets)
            return .close
        }
    }
}
