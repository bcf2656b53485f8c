internal import NIOCore
internal import NIOPosix
internal import SASL
internal import ServerRuntime

/// What the client machines of all protocols have in common: they begin alike.
protocol DialogueMachine: Sendable {
    associatedtype Action: Sendable

    mutating func receive(_ input: inout ByteBuffer) -> Action?
    mutating func takeOutput() -> ByteBuffer
    mutating func tlsEstablished(_ bindings: TLSChannelBindings)
    mutating func provide(_ keys: SCRAMKeys) -> Action?

    /// What an action asks of the driver of every protocol.
    static func step(_ action: Action) -> DialogueStep
}

/// What a driver does whatever the protocol.
enum DialogueStep {
    case startTLS
    case deriveKeys(SCRAMDerivation)
    case ready
    /// The session is over before its time.
    case failed(RemoteFailure)
    /// It is for whoever speaks the protocol.
    case told
}

/// A client's machine on a connection.
struct RemoteDialogue<Machine: DialogueMachine>: Sendable {
    var machine: Machine
    let link: RemoteLink
    private var input = ByteBuffer()

    /// Connects, secures and logs in; closes again where that fails.
    nonisolated(nonsending)
        static func open(
            _ machine: Machine, _ endpoint: RemoteEndpoint, _ limits: RemoteLinkLimits, on executor: LoopExecutor
        ) async throws(RemoteFailure) -> RemoteDialogue
    {
        var dialogue = RemoteDialogue(machine: machine, link: try await RemoteLink.open(endpoint, limits, on: executor))
        do throws(RemoteFailure) {
            try await dialogue.logIn()
            return dialogue
        } catch {
            dialogue.link.close()
            throw error
        }
    }

    private init(machine: Machine, link: RemoteLink) {
        self.machine = machine
        self.link = link
        if let bindings = link.bindings { self.machine.tlsEstablished(bindings) }
    }

    nonisolated(nonsending)
        private mutating func logIn() async throws(RemoteFailure)
    {
        while true {
            switch Machine.step(try await next()) {
            case .startTLS:
                machine.tlsEstablished(try await link.startTLS())
            case .deriveKeys(let derivation):
                let keys = try? await NIOThreadPool.singleton.runIfActive { derivation.keys() }
                guard let keys else { throw .cancelled }
                if let action = machine.provide(keys), case .failed(let failure) = Machine.step(action) {
                    throw failure
                }
            case .ready:
                return
            case .failed(let failure):
                throw failure
            case .told:
                break
            }
        }
    }

    /// The next thing that the server says; an end before its time is thrown.
    nonisolated(nonsending)
        mutating func next() async throws(RemoteFailure) -> Machine.Action
    {
        while true {
            if let action = try advance() { return action }
            take(try await link.read())
        }
    }

    /// As `next`; nil when the server says nothing for so long, or the wait is interrupted.
    nonisolated(nonsending)
        mutating func nextUnlessSilent(_ seconds: Int64) async throws(RemoteFailure) -> Machine.Action?
    {
        while true {
            if let action = try advance() { return action }
            guard let octets = try await link.readUnlessSilent(seconds) else { return nil }
            take(octets)
        }
    }

    private mutating func advance() throws(RemoteFailure) -> Machine.Action? {
        let action = machine.receive(&input)
        link.write(machine.takeOutput())
        if let action, case .failed(let failure) = Machine.step(action) { throw failure }
        return action
    }

    private mutating func take(_ octets: ByteBuffer) {
        var octets = octets
        if input.readableBytes == 0 { input = octets } else { input.writeBuffer(&octets) }
    }
}
