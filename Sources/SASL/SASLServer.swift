/// One exchange of any of our mechanisms, the server's side: no I/O, no clock, no randomness. Messages are octets; their
/// base64 is the protocol's.
///
/// `start`, then by the steps: `receive` after a challenge, `provide` after `needCredentials`; every other step ends it,
/// and whatever comes afterwards fails with `outOfTurn`.
package struct SASLServer: Sendable {
    private enum Machine: Sendable {
        case plain(PlainServer)
        case login(LoginServer)
        case scram(SCRAMServer)
        /// A mechanism that is never announced: every exchange fails.
        case unserved
    }

    private enum Phase: Sendable {
        /// → awaitingResponse, awaitingCredentials, over
        case fresh
        /// → awaitingResponse, awaitingCredentials, over
        case awaitingResponse
        /// → awaitingResponse, over
        case awaitingCredentials
        case over
    }

    /// The mechanism that the client chose.
    package let mechanism: SASLMechanism
    private let limits: SASLLimits
    private var machine: Machine
    private var phase = Phase.fresh

    /// An exchange that has not begun.
    package init(mechanism: SASLMechanism, context: SASLServerContext) {
        self.mechanism = mechanism
        limits = context.limits
        switch mechanism {
        case .plain: machine = .plain(PlainServer(limits: context.limits))
        case .login: machine = .login(LoginServer(limits: context.limits))
        case .scramSHA256, .scramSHA256Plus: machine = .scram(SCRAMServer(mechanism: mechanism, context: context))
        case .oauthBearer, .xoauth2: machine = .unserved
        }
    }

    /// Begins; nil where the client sent no initial response, which is not the same as an empty one (RFC 4422 §4.3).
    package mutating func start(initialResponse: [UInt8]?) -> SASLStep {
        guard case .fresh = phase else { return conclude(.failure(.outOfTurn)) }
        phase = .awaitingResponse
        if let initialResponse { return receive(initialResponse) }
        return mechanism == .login ? .challenge(LoginServer.userNamePrompt) : .challenge([])
    }

    /// The client's answer to the last challenge.
    package mutating func receive(_ response: [UInt8]) -> SASLStep {
        guard case .awaitingResponse = phase else { return conclude(.failure(.outOfTurn)) }
        guard response.count <= limits.messageOctetsMax else { return conclude(.failure(.tooLong)) }
        switch machine {
        case .plain(let plain):
            return conclude(plain.receive(response))
        case .login(var login):
            let step = login.receive(response)
            machine = .login(login)
            return conclude(step)
        case .scram(var scram):
            let step = scram.receive(response)
            machine = .scram(scram)
            return conclude(step)
        case .unserved:
            return conclude(.failure(.outOfTurn))
        }
    }

    /// The credentials that `needCredentials` asked for; nil for a user that does not exist or has none.
    package mutating func provide(_ credentials: SCRAMCredentials?) -> SASLStep {
        guard case .awaitingCredentials = phase, case .scram(var scram) = machine else {
            return conclude(.failure(.outOfTurn))
        }
        let step = scram.provide(credentials)
        machine = .scram(scram)
        return conclude(step)
    }

    private mutating func conclude(_ step: SASLStep) -> SASLStep {
        switch step {
        case .challenge: phase = .awaitingResponse
        case .needCredentials: phase = .awaitingCredentials
        case .verifyPassword, .success, .failure: phase = .over
        }
        return step
    }
}

extension SASLServer: CustomStringConvertible {
    /// The mechanism only: an exchange under way holds names and keys.
    package var description: String { "<\(mechanism.rawValue) exchange>" }
}
