/// SCRAM-SHA-256 and SCRAM-SHA-256-PLUS, the client's side (RFC 5802, RFC 7677).
struct SCRAMClient: Sendable {
    private enum State: Sendable {
        /// → awaitingServerFirst, over
        case fresh
        /// → deriving, over
        case awaitingServerFirst(bare: [UInt8])
        /// → awaitingServerFinal, over
        case deriving(Proposal)
        /// → verified, over
        case awaitingServerFinal(signature: SecretBytes)
        /// The server knows the password.
        case verified
        case over
    }

    /// What both sides have said before the proof.
    private struct Proposal: Sendable {
        var bare: [UInt8]
        var serverFirst: [UInt8]
        var nonce: [UInt8]
    }

    private static let comma = UInt8(ascii: ",")

    private let mechanism: SASLMechanism
    private let context: SASLClientContext
    private let nonce: [UInt8]
    private var state = State.fresh

    /// The nonce goes out as base64 of the context's octets.
    init(mechanism: SASLMechanism, context: SASLClientContext) {
        self.init(mechanism: mechanism, context: context, nonceText: SASLBase64.encode(context.nonce))
    }

    /// A nonce that is text already, for the examples of the RFCs.
    init(mechanism: SASLMechanism, context: SASLClientContext, nonceText: [UInt8]) {
        self.mechanism = mechanism
        self.context = context
        self.nonce = nonceText
    }

    /// Whether the server has shown that it knows the password.
    var isVerified: Bool {
        if case .verified = state { true } else { false }
    }

    /// `client-first-message`
    mutating func start() -> SASLClientStep {
        guard case .fresh = state else { return fail(.outOfTurn) }
        do throws(SASLprep.Failure) {
            let name = try SASLprep.prepare(Array(context.credentials.userName.utf8), as: .query)
            let bare = Array("n=\(Self.escape(name)),r=".utf8) + nonce
            state = .awaitingServerFirst(bare: bare)
            return .respond(gs2Header + bare)
        } catch {
            return fail(.unpreparable(error))
        }
    }

    mutating func receive(_ challenge: [UInt8]) -> SASLClientStep {
        switch state {
        case .awaitingServerFirst(let bare):
            return receiveFirst(challenge, bare: bare)
        case .awaitingServerFinal(let signature):
            return receiveFinal(challenge, signature: signature)
        case .fresh, .deriving, .verified, .over:
            return fail(.outOfTurn)
        }
    }

    /// `client-final-message`
    mutating func provide(_ keys: SCRAMKeys) -> SASLClientStep {
        guard case .deriving(let proposal) = state else { return fail(.outOfTurn) }
        let binding = SASLBase64.encode(gs2Header + bindingData)
        var withoutProof: [UInt8] = Array("c=".utf8) + binding
        withoutProof += Array(",r=".utf8) + proposal.nonce
        var authMessage = proposal.bare + [Self.comma]
        authMessage += proposal.serverFirst + [Self.comma]
        authMessage += withoutProof
        state = .awaitingServerFinal(signature: keys.serverSignature(authMessage: authMessage))
        let proof = SASLBase64.encode(keys.proof(authMessage: authMessage))
        return .respond(withoutProof + Array(",p=".utf8) + proof)
    }

    private mutating func receiveFirst(_ challenge: [UInt8], bare: [UInt8]) -> SASLClientStep {
        do throws(SASLClientFailure) {
            let first = try SCRAMServerMessage.parseFirst(challenge)
            guard first.nonce.starts(with: nonce), first.nonce.count > nonce.count else { throw .nonceMismatch }
            guard first.iterations >= SASLLimits.iterationsMin else { throw .tooFewIterations(first.iterations) }
            guard first.iterations <= context.limits.iterationsMax else { throw .tooManyIterations(first.iterations) }
            let password = try preparedPassword()
            state = .deriving(Proposal(bare: bare, serverFirst: challenge, nonce: first.nonce))
            return .derive(SCRAMDerivation(password: password, salt: first.salt, iterations: first.iterations))
        } catch {
            return fail(error)
        }
    }

    private mutating func receiveFinal(_ challenge: [UInt8], signature: SecretBytes) -> SASLClientStep {
        do throws(SASLClientFailure) {
            let shown = SecretBytes(try SCRAMServerMessage.parseFinal(challenge))
            guard signature.isEqual(to: shown) else { throw .serverNotVerified }
            state = .verified
            return .respond([])
        } catch {
            return fail(error)
        }
    }

    private mutating func fail(_ failure: SASLClientFailure) -> SASLClientStep {
        state = .over
        return .failure(failure)
    }

    private func preparedPassword() throws(SASLClientFailure) -> SecretBytes {
        do throws(SASLprep.Failure) {
            let octets = context.credentials.password.withUnsafeBytes(Array.init)
            return SecretBytes(try SASLprep.prepare(octets, as: .query).utf8)
        } catch {
            throw .unpreparable(error)
        }
    }

    /// The type to bind by: of those that TLS gives, the one made for TLS 1.3 (RFC 9266) before the older.
    private var bindingType: String { context.bindings.exporter == nil ? "tls-server-end-point" : "tls-exporter" }

    private var bindingData: [UInt8] {
        mechanism == .scramSHA256Plus ? context.bindings.data(named: bindingType) ?? [] : []
    }

    /// `gs2-header`. `y` tells a server that does offer -PLUS that somebody took it out of its list (RFC 5802 §6).
    private var gs2Header: [UInt8] {
        let flag =
            if mechanism == .scramSHA256Plus { "p=\(bindingType)" } else if context.bindings.isEmpty { "n" } else {
                "y"
            }
        let authorizationID = context.credentials.authorizationID.map { "a=\(Self.escape($0))" } ?? ""
        return Array("\(flag),\(authorizationID),".utf8)
    }

    /// `saslname`
    private static func escape(_ name: String) -> String {
        var escaped = ""
        for scalar in name.unicodeScalars {
            switch scalar {
            case "=": escaped += "=3D"
            case ",": escaped += "=2C"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
