internal import NIOCore
internal import NIOPosix
package import POP3
package import SASL
package import ServerRuntime

/// A POP3 session over a connection.
package struct POP3Link {
    private var dialogue: RemoteDialogue<POP3ClientStateMachine>

    /// Connects, secures and logs in.
    nonisolated(nonsending)
        package static func open(
            _ endpoint: RemoteEndpoint, _ credentials: SASLClientCredentials, _ limits: RemoteLinkLimits,
            on executor: LoopExecutor
        ) async throws(RemoteFailure) -> POP3Link
    {
        var machineLimits = POP3ClientLimits()
        machineLimits.messageOctetsMax = limits.messageOctetsMax
        let machine = POP3ClientStateMachine(
            POP3ClientConfiguration(
                tls: endpoint.tls == .none ? .never : endpoint.tls == .implicit ? .implicit : .required,
                credentials: credentials, nonce: LoginNonce.make(),
                clearTextLogin: endpoint.isLoopback ? .allowed : .refused, limits: machineLimits))
        return POP3Link(dialogue: try await RemoteDialogue.open(machine, endpoint, limits, on: executor))
    }

    private init(dialogue: RemoteDialogue<POP3ClientStateMachine>) { self.dialogue = dialogue }

    /// Puts commands behind those that were sent.
    package mutating func send(_ command: POP3ClientCommand) {
        dialogue.machine.send(command)
    }

    /// The next thing that the server says; an end before its time is thrown.
    nonisolated(nonsending)
        package mutating func next() async throws(RemoteFailure) -> POP3ClientAction
    {
        try await dialogue.next()
    }

    /// Closes without a word: nothing is deleted.
    package func close() {
        dialogue.link.close()
    }
}

extension POP3ClientStateMachine: DialogueMachine {
    static func step(_ action: POP3ClientAction) -> DialogueStep {
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
    fileprivate init(_ failure: POP3ClientFailure) {
        self =
            switch failure {
            case .greetingRefused(let reply): .unavailable(reply.text)
            case .tlsNotOffered: .notSecured("the server does not offer STLS")
            case .tlsRefused(let reply): .notSecured(reply.text)
            case .injectedBeforeTLS: .notSecured("somebody put words into the connection before TLS began")
            case .noCommonMechanism: .lacking("a way to log in that shows no password in the clear")
            case .loginRefused(let reply): reply.isTemporary ? .unavailable(reply.text) : .loginRefused(reply.text)
            case .loginGivenUp(let reason): .loginRefused("\(reason)")
            case .notUnderstood: .notUnderstood("this is no POP3")
            case .tooMuch: .notUnderstood("more than is allowed")
            case .connectionLost: .connectionLost
            }
    }
}
