package import IMAP
package import NIOCore
internal import NIOPosix
package import SASL
package import ServerRuntime

/// An IMAP session over a connection.
package struct IMAPLink {
    private var dialogue: RemoteDialogue<IMAPClientStateMachine>

    /// Connects, secures and logs in.
    nonisolated(nonsending)
        package static func open(
            _ endpoint: RemoteEndpoint, _ credentials: SASLClientCredentials, _ limits: RemoteLinkLimits,
            on executor: LoopExecutor
        ) async throws(RemoteFailure) -> IMAPLink
    {
        var machineLimits = IMAPClientLimits()
        machineLimits.messageOctetsMax = limits.messageOctetsMax
        let machine = IMAPClientStateMachine(
            IMAPClientConfiguration(
                tls: endpoint.tls == .none ? .never : endpoint.tls == .implicit ? .implicit : .required,
                credentials: credentials, nonce: LoginNonce.make(),
                clearTextLogin: endpoint.isLoopback ? .allowed : .refused, limits: machineLimits))
        return IMAPLink(dialogue: try await RemoteDialogue.open(machine, endpoint, limits, on: executor))
    }

    private init(dialogue: RemoteDialogue<IMAPClientStateMachine>) { self.dialogue = dialogue }

    /// What the server can.
    package var capabilities: IMAPClientCapabilities { dialogue.machine.capabilities }

    /// Puts a command behind those that were sent.
    package mutating func send(_ command: IMAPClientCommand) {
        dialogue.machine.send(command)
    }

    /// The next thing that the server says; an end before its time is thrown.
    nonisolated(nonsending)
        package mutating func next() async throws(RemoteFailure) -> IMAPClientAction
    {
        try await dialogue.next()
    }

    /// As `next`; nil when the server says nothing for so long, or the wait is interrupted.
    nonisolated(nonsending)
        package mutating func nextUnlessSilent(_ seconds: Int64) async throws(RemoteFailure) -> IMAPClientAction?
    {
        try await dialogue.nextUnlessSilent(seconds)
    }

    /// Gives the octets of the message that `messageWanted` asked for.
    ///
    /// - Parameter pieces: in their order, as many octets as were announced; called on the connection's loop.
    nonisolated(nonsending)
        package mutating func sendMessage(_ pieces: () throws -> ByteBuffer?) async throws(RemoteFailure)
    {
        while true {
            let piece: ByteBuffer?
            do {
                piece = try pieces()
            } catch {
                throw .here("the message cannot be read: \(error)")
            }
            guard let piece else { return }
            dialogue.machine.sendMessage(piece)
            try await dialogue.link.writeAll(dialogue.machine.takeOutput())
        }
    }

    /// Ends IDLE; its `done` follows.
    package mutating func endIdle() { dialogue.machine.endIdle() }

    /// Ends the wait of `nextUnlessSilent`, from any thread.
    package var interruption: @Sendable () -> Void { { [link = dialogue.link] in link.interrupt() } }

    /// Whether it was.
    package var isInterrupted: Bool { dialogue.link.isInterrupted }

    /// Lets waits begin again after an interruption.
    package func forgetInterruption() { dialogue.link.forgetInterruption() }

    /// Closes without a word.
    package func close() {
        dialogue.link.close()
    }
}

extension IMAPClientStateMachine: DialogueMachine {
    static func step(_ action: IMAPClientAction) -> DialogueStep {
        switch action {
        case .startTLS: .startTLS
        case .deriveKeys(let derivation): .deriveKeys(derivation)
        case .ready: .ready
        case .ended(let failure?): .failed(RemoteFailure(failure))
        default: .told
        }
    }
}

extension RemoteFailure {
    fileprivate init(_ failure: IMAPClientFailure) {
        self =
            switch failure {
            case .closedByServer(let status): .unavailable(status.text)
            case .tlsNotOffered: .notSecured("the server does not offer STARTTLS")
            case .tlsRefused(let status): .notSecured(status.text)
            case .injectedBeforeTLS: .notSecured("somebody put words into the connection before TLS began")
            case .noCommonMechanism: .lacking("a way to log in that shows no password in the clear")
            case .loginRefused(let status): status.isTemporary ? .unavailable(status.text) : .loginRefused(status.text)
            case .loginGivenUp(let reason): .loginRefused("\(reason)")
            case .notUnderstood: .notUnderstood("this is no IMAP")
            case .tooMuch: .notUnderstood("more than is allowed")
            case .connectionLost: .connectionLost
            }
    }
}
