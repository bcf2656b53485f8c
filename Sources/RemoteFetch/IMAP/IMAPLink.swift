internal import IMAP
internal import NIOCore
internal import NIOPosix
internal import RemoteAccounts
internal import SASL
internal import ServerRuntime

/// An IMAP session over a connection.
struct IMAPLink {
    private(set) var machine: IMAPClientStateMachine
    private let link: RemoteLink
    private var input = ByteBuffer()

    /// Connects, secures and logs in.
    nonisolated(nonsending)
        static func open(
            _ settings: RemoteSettings, _ secret: SecretBytes, _ limits: FetchLimits, on executor: LoopExecutor
        ) async throws(FetchFailure) -> IMAPLink
    {
        let endpoint = RemoteEndpoint(settings)
        var machineLimits = IMAPClientLimits()
        machineLimits.messageOctetsMax = limits.messageOctetsMax
        let machine = IMAPClientStateMachine(
            IMAPClientConfiguration(
                tls: settings.tls == .none ? .never : settings.tls == .implicit ? .implicit : .required,
                credentials: settings.credentials(secret), nonce: LoginNonce.make(),
                clearTextLogin: endpoint.isLoopback ? .allowed : .refused, limits: machineLimits))
        var session = IMAPLink(machine, try await RemoteLink.open(endpoint, limits, on: executor))
        do throws(FetchFailure) {
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

    /// What the server can.
    var capabilities: IMAPClientCapabilities { machine.capabilities }

    /// Puts a command behind those that were sent.
    mutating func send(_ command: IMAPClientCommand) {
        machine.send(command)
    }

    /// The next thing that the server says; an end before its time is thrown.
    nonisolated(nonsending)
        mutating func next() async throws(FetchFailure) -> IMAPClientAction
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
        mutating func nextUnlessSilent(_ seconds: Int64) async throws(FetchFailure) -> IMAPClientAction?
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

    /// Ends IDLE; its `done` follows.
    mutating func endIdle() { machine.endIdle() }

    /// Ends the wait of `nextUnlessSilent`, from any thread.
    var interruption: @Sendable () -> Void { { [link] in link.interrupt() } }

    /// Whether it was.
    var isInterrupted: Bool { link.isInterrupted }

    /// Closes without a word.
    func close() {
        link.close()
    }

    private static func failure(_ failure: IMAPClientFailure?) -> FetchFailure {
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
