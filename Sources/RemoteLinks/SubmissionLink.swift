package import NIOCore
internal import NIOPosix
package import SASL
package import SMTP
package import ServerRuntime

/// A session of mail submission over a connection (RFC 6409).
package struct SubmissionLink {
    private var dialogue: RemoteDialogue<SMTPClientStateMachine>

    /// RFC 5321 §4.5.3.2.6: as long as a server may take to accept a message.
    private static let silenceSecondsMax: Int64 = 600

    /// Connects, secures and logs in.
    nonisolated(nonsending)
        package static func open(
            _ endpoint: RemoteEndpoint, _ credentials: SASLClientCredentials, _ limits: RemoteLinkLimits,
            on executor: LoopExecutor
        ) async throws(RemoteFailure) -> SubmissionLink
    {
        var limits = limits
        limits.silenceSecondsMax = max(limits.silenceSecondsMax, silenceSecondsMax)
        // Which network the user sits in is nobody's business: an address literal that is true everywhere (RFC 5321 §4.1.3).
        let machine = SMTPClientStateMachine(
            SMTPClientConfiguration(
                name: "[127.0.0.1]",
                tls: endpoint.tls == .none ? .never : endpoint.tls == .implicit ? .implicit : .required,
                credentials: credentials, nonce: LoginNonce.make()))
        return SubmissionLink(dialogue: try await RemoteDialogue.open(machine, endpoint, limits, on: executor))
    }

    private init(dialogue: RemoteDialogue<SMTPClientStateMachine>) { self.dialogue = dialogue }

    /// What the server announced.
    package var capabilities: SMTPCapabilities { dialogue.machine.capabilities }

    /// Carries a message to its recipients.
    ///
    /// - Parameter pieces: the message's octets in their order, nil at the end; called on the connection's loop.
    /// - Returns: what became of each recipient, in the envelope's order.
    nonisolated(nonsending)
        package mutating func send(
            _ transaction: SMTPTransaction, pieces: () throws -> ByteBuffer?
        ) async throws(RemoteFailure) -> [RecipientOutcome]
    {
        do throws(TransactionObstacle) {
            try dialogue.machine.begin(transaction)
        } catch {
            throw .lacking(Self.words(error))
        }
        while true {
            switch try await dialogue.next() {
            case .sendMessage: try await write(pieces)
            case .finished(let outcome): return outcome.recipients
            case .ended: throw .connectionLost
            case .ready, .startTLS, .deriveKeys: break
            }
        }
    }

    nonisolated(nonsending)
        private mutating func write(_ pieces: () throws -> ByteBuffer?) async throws(RemoteFailure)
    {
        var output = ByteBuffer()
        while true {
            let piece: ByteBuffer?
            do {
                piece = try pieces()
            } catch {
                throw .here("the message cannot be read: \(error)")
            }
            if let piece {
                dialogue.machine.send(piece) { output.writeImmutableBuffer($0) }
            } else {
                dialogue.machine.endMessage { output.writeImmutableBuffer($0) }
            }
            try await dialogue.link.writeAll(output)
            output.clear()
            guard piece != nil else { break }
        }
        dialogue.machine.messageWritten()
    }

    /// Says goodbye, and closes without waiting for the answer.
    package mutating func close() {
        dialogue.machine.quit()
        dialogue.link.write(dialogue.machine.takeOutput())
        dialogue.link.close()
    }

    private static func words(_ obstacle: TransactionObstacle) -> String {
        switch obstacle {
        case .needsSMTPUTF8: "addresses beyond ASCII (SMTPUTF8)"
        case .needsSevenBit: "8-bit messages"
        case .needsLines: "binary messages"
        case .messageTooLarge(let limit): "room for a message of this size; it takes \(limit) octets"
        case .needsRequireTLS: "REQUIRETLS"
        case .needsDeliverBy: "DELIVERBY"
        }
    }
}

extension SMTPClientStateMachine: DialogueMachine {
    static func step(_ action: SMTPClientAction) -> DialogueStep {
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
    fileprivate init(_ failure: SMTPSessionFailure) {
        self =
            switch failure {
            case .tlsNotOffered: .notSecured("the server does not offer STARTTLS")
            case .tlsRefused(let reply): .notSecured(reply.line)
            case .tlsHandshakeFailed(let why), .tlsNotVerified(let why): .notSecured(why)
            case .octetsBeforeTLS: .notSecured("somebody put words into the connection before TLS began")
            case .noMechanism: .lacking("a way to log in that shows no password in the clear")
            case .loginRefused(let reply): reply.code < 500 ? .unavailable(reply.line) : .loginRefused(reply.line)
            case .loginGivenUp(let reason): .loginRefused("\(reason)")
            case .refused(let reply, _), .serviceClosing(let reply, _): .unavailable(reply.line)
            case .notUnderstood, .unexpectedReply: .notUnderstood("this is no SMTP")
            case .notConnected(let why): .notConnected(why)
            case .messageUnreadable(let why): .here(why)
            case .timedOut: .timedOut
            case .cancelled: .cancelled
            case .connectionLost: .connectionLost
            }
    }
}
