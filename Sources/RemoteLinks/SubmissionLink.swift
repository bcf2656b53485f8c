package import NIOCore
internal import NIOPosix
package import SASL
package import SMTP
package import ServerRuntime

/// A session of mail submission over a connection (RFC 6409).
package struct SubmissionLink {
    private var machine: SMTPClientStateMachine
    private let link: RemoteLink
    private var input = ByteBuffer()

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
        var session = SubmissionLink(machine, try await RemoteLink.open(endpoint, limits, on: executor))
        do throws(RemoteFailure) {
            try await session.logIn()
            return session
        } catch {
            session.close()
            throw error
        }
    }

    private init(_ machine: SMTPClientStateMachine, _ link: RemoteLink) {
        self.machine = machine
        self.link = link
        if let bindings = link.bindings { self.machine.tlsEstablished(bindings) }
    }

    nonisolated(nonsending)
        private mutating func logIn() async throws(RemoteFailure)
    {
        while true {
            switch try await next() {
            case .startTLS:
                machine.tlsEstablished(try await link.startTLS())
            case .deriveKeys(let derivation):
                let keys = try? await NIOThreadPool.singleton.runIfActive { derivation.keys() }
                guard let keys else { throw .cancelled }
                if case .ended(let failure)? = machine.provide(keys) { throw Self.failure(failure) }
            case .ready: return
            case .sendMessage, .finished, .ended: throw .connectionLost
            }
        }
    }

    /// What the server announced.
    package var capabilities: SMTPCapabilities { machine.capabilities }

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
            try machine.begin(transaction)
        } catch {
            throw .lacking(Self.words(error))
        }
        while true {
            switch try await next() {
            case .sendMessage: try await write(pieces)
            case .finished(let outcome): return outcome.recipients
            case .ended(let failure): throw Self.failure(failure)
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
                machine.send(piece) { output.writeImmutableBuffer($0) }
            } else {
                machine.endMessage { output.writeImmutableBuffer($0) }
            }
            try await link.writeAll(output)
            output.clear()
            guard piece != nil else { break }
        }
        machine.messageWritten()
    }

    nonisolated(nonsending)
        private mutating func next() async throws(RemoteFailure) -> SMTPClientAction
    {
        while true {
            let action = machine.receive(&input)
            link.write(machine.takeOutput())
            if case .ended(let failure?) = action { throw Self.failure(failure) }
            if let action { return action }
            var octets = try await link.read()
            if input.readableBytes == 0 { input = octets } else { input.writeBuffer(&octets) }
        }
    }

    /// Says goodbye, and closes without waiting for the answer.
    package mutating func close() {
        machine.quit()
        link.write(machine.takeOutput())
        link.close()
    }

    private static func failure(_ failure: SMTPSessionFailure?) -> RemoteFailure {
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
        case .connectionLost, nil: .connectionLost
        }
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
