package import IMAP
package import NIOCore
internal import NIOPosix
package import SASL
package import ServerRuntime

/// An IMAP session over a connection.
package struct IMAPLink {
    private(set) var machine: IMAPClientStateMachine
    private let link: RemoteLink
    private var input = ByteBuffer()

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
        var session = IMAPLink(machine, try await RemoteLink.open(endpoint, limits, on: executor))
        do throws(RemoteFailure) {
            try await session.logIn()
            return session
        } catch {
            session.close()
            throw error
        }
    }

    private init(_ machine: IMAPClientStateMachine, _ link: RemoteLink) {
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
            case .ready:
                return
            default:
                break
            }
        }
    }

    /// What the server can.
    package var capabilities: IMAPClientCapabilities { machine.capabilities }

    /// Puts a command behind those that were sent.
    package mutating func send(_ command: IMAPClientCommand) {
        machine.send(command)
    }

    /// The next thing that the server says; an end before its time is thrown.
    nonisolated(nonsending)
        package mutating func next() async throws(RemoteFailure) -> IMAPClientAction
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

    /// As `next`; nil when the server says nothing for so long, or the wait is interrupted.
    nonisolated(nonsending)
        package mutating func nextUnlessSilent(_ seconds: Int64) async throws(RemoteFailure) -> IMAPClientAction?
    {
        while true {
            let action = machine.receive(&input)
            link.write(machine.takeOutput())
            if case .ended(let failure?) = action { throw Self.failure(failure) }
            if let action { return action }
            guard var octets = try await link.readUnlessSilent(seconds) else { return nil }
            if input.readableBytes == 0 { input = octets } else { input.writeBuffer(&octets) }
        }
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
            machine.sendMessage(piece)
            try await link.writeAll(machine.takeOutput())
        }
    }

    /// Ends IDLE; its `done` follows.
    package mutating func endIdle() { machine.endIdle() }

    /// Ends the wait of `nextUnlessSilent`, from any thread.
    package var interruption: @Sendable () -> Void { { [link] in link.interrupt() } }

    /// Whether it was.
    package var isInterrupted: Bool { link.isInterrupted }

    /// Lets waits begin again after an interruption.
    package func forgetInterruption() { link.forgetInterruption() }

    /// Closes without a word.
    package func close() {
        link.close()
    }

    private static func failure(_ failure: IMAPClientFailure?) -> RemoteFailure {
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
        case .connectionLost, nil: .connectionLost
        }
    }
}
