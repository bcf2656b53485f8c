/// One exchange of any of our mechanisms, the client's side: no I/O, no clock, no randomness. Messages are octets; their
/// base64 is the protocol's.
///
/// `start`, then by the steps: `receive` for each challenge, `provide` after `derive`. When the server says that the
/// login succeeded, `succeed` says whether to believe it: SCRAM's server has to prove itself as well.
package struct SASLClient: Sendable {
    private enum Machine: Sendable {
        case plain(PlainClient)
        case login(LoginClient)
        case scram(SCRAMClient)
        case bearer(BearerClient)
    }

    private enum Phase: Sendable {
        /// → underWay, over
        case fresh
        /// → underWay, over
        case underWay
        case over
    }

    /// The mechanism in use.
    package let mechanism: SASLMechanism
    private let limits: SASLClientLimits
    private var machine: Machine
    private var phase = Phase.fresh

    /// An exchange that has not begun.
    package init(mechanism: SASLMechanism, context: SASLClientContext) {
        self.mechanism = mechanism
        limits = context.limits
        switch mechanism {
        case .plain: machine = .plain(PlainClient(credentials: context.credentials))
        case .login: machine = .login(LoginClient(credentials: context.credentials))
        case .scramSHA256, .scramSHA256Plus: machine = .scram(SCRAMClient(mechanism: mechanism, context: context))
        case .oauthBearer: machine = .bearer(BearerClient(credentials: context.credentials, form: .oauthBearer))
        case .xoauth2: machine = .bearer(BearerClient(credentials: context.credentials, form: .xoauth2))
        }
    }

    /// Begins: an initial response, or none (RFC 4422 §4.3).
    package mutating func start() -> SASLClientStep {
        guard case .fresh = phase else { return conclude(.failure(.outOfTurn)) }
        phase = .underWay
        return advance { machine in
            switch machine {
            case .plain(let plain): return plain.start()
            case .login: return .awaitChallenge
            case .bearer(let bearer): return bearer.start()
            case .scram(var scram):
                let step = scram.start()
                machine = .scram(scram)
                return step
            }
        }
    }

    /// The server's challenge.
    package mutating func receive(_ challenge: [UInt8]) -> SASLClientStep {
        guard case .underWay = phase else { return conclude(.failure(.outOfTurn)) }
        guard challenge.count <= limits.challengeOctetsMax else { return conclude(.failure(.tooLong)) }
        return advance { machine in
            switch machine {
            case .plain: return .failure(.outOfTurn)
            case .login(var login):
                let step = login.receive()
                machine = .login(login)
                return step
            case .scram(var scram):
                let step = scram.receive(challenge)
                machine = .scram(scram)
                return step
            case .bearer(var bearer):
                let step = bearer.receive(challenge)
                machine = .bearer(bearer)
                return step
            }
        }
    }

    /// The keys that `derive` asked for.
    package mutating func provide(_ keys: SCRAMKeys) -> SASLClientStep {
        guard case .underWay = phase, case .scram = machine else { return conclude(.failure(.outOfTurn)) }
        return advance { machine in
            guard case .scram(var scram) = machine else { return .failure(.outOfTurn) }
            let step = scram.provide(keys)
            machine = .scram(scram)
            return step
        }
    }

    /// The server says that the login succeeded; nil where that can be believed.
    package mutating func succeed() -> SASLClientFailure? {
        defer { phase = .over }
        guard case .underWay = phase else { return .outOfTurn }
        switch machine {
        case .plain: return nil
        case .bearer(let bearer): return bearer.isRefused ? .outOfTurn : nil
        case .login(let login): return login.isComplete ? nil : .outOfTurn
        case .scram(let scram): return scram.isVerified ? nil : .serverNotVerified
        }
    }

    private mutating func advance(_ step: (inout Machine) -> SASLClientStep) -> SASLClientStep {
        conclude(step(&machine))
    }

    private mutating func conclude(_ step: SASLClientStep) -> SASLClientStep {
        if case .failure = step { phase = .over }
        return step
    }
}

extension SASLClient: CustomStringConvertible {
    /// The mechanism only: an exchange under way holds a password.
    package var description: String { "<\(mechanism.rawValue) exchange>" }
}

/// What an exchange needs from outside.
package struct SASLClientContext: Sendable {
    /// Who logs in.
    package var credentials: SASLClientCredentials
    /// What this connection's TLS gives.
    package var bindings: TLSChannelBindings
    /// Fresh random octets, at least 18 (RFC 5802 §5.1 `r`).
    package var nonce: [UInt8]
    /// What the server may ask.
    package var limits = SASLClientLimits()

    /// The context of one exchange; the nonce must never have served another.
    package init(credentials: SASLClientCredentials, bindings: TLSChannelBindings, nonce: [UInt8]) {
        self.credentials = credentials
        self.bindings = bindings
        self.nonce = nonce
    }
}
