internal import CoreMetrics
internal import Directory
internal import IMAP
internal import Logging
internal import Logins
internal import MailCore
package import NIOCore
internal import SASL
package import ServerRuntime
internal import Storage

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
    /// Where the last ones went.
    var destination: AppendDestination?
    /// What FETCH keeps from one command to the next.
    var fetching = FetchState()
    /// Searches whose results are kept up to date (RFC 5267).
    var searching = SearchState()

    /// Changes that others make, on their way here.
    let inbox: ChangeInbox
    /// To the changes of some accounts' mailboxes.
    var subscription: MailChanges.Subscription?
    /// What the session has changed itself and not heard of yet.
    var ownChanges: Set<ModSeq> = []
    /// What NOTIFY asked for; nil where it was not said.
    var notifying: Notifying?
    /// Names of mailboxes that the client has made, renamed or deleted itself.
    var ownNames: Set<String> = []
    /// Names that the client has subscribed to or unsubscribed from itself.
    var ownSubscriptions: Set<String> = []
    /// What became of the selected mailbox.
    var fate = MailboxFate.stays
    /// Whether the user's rights may be others than before.
    var hasAccessChanged = false

    /// Whether the selected mailbox is still there.
    enum MailboxFate {
        case stays
        case deleted
    }

    /// For a connection just accepted.
    package init(_ context: IMAPServerContext, _ info: ConnectionInfo) {
        self.context = context
        self.info = info
        inbox = ChangeInbox(waker: info.waker, changesMax: context.changesHeldMax)
        machine = IMAPServerStateMachine(
            configuration: context.configuration, limits: context.limits, tls: context.tls,
            nonces: SASLNonceSource(seed: Directory.nonceSeed()), decoySecret: context.decoySecret)
    }

    package func begin(replies: inout ByteBuffer) -> ConnectionStep<Question> {
        if let refusal = context.desk.refusal(info) {
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
            return await tellWithoutCommand(replies)
        }
    }

    /// Something has changed that may be told without a command.
    package func wake(replies: inout ByteBuffer) -> ConnectionStep<Question> {
        guard machine.isIdling || notifying?.tellsAtOnce == true else { return .needInput }
        return .ask(Question(matter: .tellChanges))
    }

    nonisolated(nonsending)
        private func tellWithoutCommand(_ replies: ReplyWriter) async -> ConnectionStep<Question>
    {
        guard let farewell = await tellChanges(machine.isIdling ? .idle : .unasked, replies) else {
            return fetching.literal == .cutOff ? .close : .proceed
        }
        closeSelected()
        var output = ByteBuffer()
        let step = step(machine.logOut(farewell.text), &output)
        replies.append(output)
        return step
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
            case .corruptedInput: "What you sent cannot be inflated"
            }
        _ = step(machine.logOut(text, code: reason == .shutdown ? .unavailable : nil), &replies)
    }

    package func ended(_ end: SessionEnd) {
        if machine.isIdling { context.metrics.idling.decrement() }
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
            context.metrics.idling.increment()
            // What has happened already is told at once.
            alert()
            return .ask(Question(matter: .tellChanges))
        case .startTLS(let octets):
            replies.writeImmutableBuffer(octets)
            return .startTLS
        case .startCompression(let octets):
            replies.writeImmutableBuffer(octets)
            return .startCompression
        case .close(let octets):
            replies.writeImmutableBuffer(octets)
            return .close
        }
    }
}
