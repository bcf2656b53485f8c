internal import NIOCore
internal import NIOPosix
package import POP3
package import SASL
package import ServerRuntime

/// A POP3 session over a connection.
package struct POP3Link {
    private(set) var machine: POP3ClientStateMachine
    private let link: RemoteLink
    private var input = ByteBuffer()

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
        var session = POP3Link(machine, try await RemoteLink.open(endpoint, limits, on: executor))
        do throws(RemoteFailure) {
            try await session.logIn()
            return session
        } catch {
            session.close()
            throw error
        }
    }

    private init(_ machine: POP3ClientStateMachine, _ link: RemoteLink) {
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

    /// Puts commands behind those that were sent.
    package mutating func send(_ command: POP3ClientCommand) {
        machine.send(command)
    }

    /// The next thing that the server says; an end before its time is thrown.
    nonisolated(nonsending)
        package mutating func next() async throws(RemoteFailure) -> POP3ClientAction
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

    /// Closes without a word: nothing is deleted.
    package func close() {
        link.close()
    }

    private static func failure(_ failure: POP3ClientFailure?) -> RemoteFailure {
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
        case .connectionLost, nil: .connectionLost
        }
    }
}
