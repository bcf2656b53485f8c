internal import NIOCore
internal import NIOPosix
internal import POP3
internal import RemoteAccounts
internal import SASL
internal import ServerRuntime

/// A POP3 session over a connection.
struct POP3Link {
    private(set) var machine: POP3ClientStateMachine
    private let link: RemoteLink
    private var input = ByteBuffer()

    /// Connects, secures and logs in.
    nonisolated(nonsending)
        static func open(
            _ settings: RemoteSettings, _ secret: SecretBytes, _ limits: FetchLimits, on executor: LoopExecutor
        ) async throws(FetchFailure) -> POP3Link
    {
        let endpoint = RemoteEndpoint(settings)
        var machineLimits = POP3ClientLimits()
        machineLimits.messageOctetsMax = limits.messageOctetsMax
        let machine = POP3ClientStateMachine(
            POP3ClientConfiguration(
                tls: settings.tls == .none ? .never : settings.tls == .implicit ? .implicit : .required,
                credentials: settings.credentials(secret), nonce: LoginNonce.make(),
                clearTextLogin: endpoint.isLoopback ? .allowed : .refused, limits: machineLimits))
        var session = POP3Link(machine, try await RemoteLink.open(endpoint, limits, on: executor))
        do throws(FetchFailure) {
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
        private mutating func logIn() async throws(FetchFailure)
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
    mutating func send(_ command: POP3ClientCommand) {
        machine.send(command)
    }

    /// The next thing that the server says; an end before its time is thrown.
    nonisolated(nonsending)
        mutating func next() async throws(FetchFailure) -> POP3ClientAction
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
    func close() {
        link.close()
    }

    private static func failure(_ failure: POP3ClientFailure?) -> FetchFailure {
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

extension RemoteSettings {
    /// As a login wants them.
    func credentials(_ secret: SecretBytes) -> SASLClientCredentials {
        SASLClientCredentials(
            userName: userName, password: secret, secret: secretKind == .token ? .bearerToken : .password)
    }
}

/// Random octets for a login.
enum LoginNonce {
    static func make() -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        return (0..<18).map { _ in UInt8.random(in: 0...255, using: &generator) }
    }
}
