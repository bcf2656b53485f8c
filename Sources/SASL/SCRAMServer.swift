/// What an exchange needs from outside.
package struct SASLServerContext: Sendable {
    /// What this connection's TLS gives.
    package var bindings: TLSChannelBindings
    /// Fresh random octets, at least 18 (RFC 5802 §5.1 `r`).
    package var nonce: [UInt8]
    /// The server's own secret, the same for every exchange; unknown users' salts come from it.
    package var decoySecret: SecretBytes
    /// What an unknown user's credentials claim; the count that known users have.
    package var decoyIterations = SASLLimits.iterationsMin
    /// What an exchange may cost.
    package var limits = SASLLimits()

    /// The context of one exchange; the nonce must never have served another.
    package init(bindings: TLSChannelBindings, nonce: [UInt8], decoySecret: SecretBytes) {
        self.bindings = bindings
        self.nonce = nonce
        self.decoySecret = decoySecret
    }
}

/// SCRAM-SHA-256 and SCRAM-SHA-256-PLUS, the server's side (RFC 5802, RFC 7677).
///
/// The server's signature goes out as a last challenge, because POP3 and SMTP have no room for it beside success; a
/// client that finds it wrong cancels. Errors are not sent as `e=`, which RFC 5802 §7 leaves open.
struct SCRAMServer: Sendable {
    private enum State: Sendable {
        /// → awaitingCredentials, over
        case awaitingFirst
        /// → awaitingFinal, over
        case awaitingCredentials(SCRAMMessage.ClientFirst, SASLIdentity)
        /// → awaitingAcknowledgement, over
        case awaitingFinal(Exchange)
        /// → over
        case awaitingAcknowledgement(SASLIdentity)
        case over
    }

    private struct Exchange: Sendable {
        var first: SCRAMMessage.ClientFirst
        var identity: SASLIdentity
        var serverFirst: [UInt8]
        var nonce: [UInt8]
        var credentials: SCRAMCredentials
        var user: User
    }

    private enum User: Sendable {
        case known
        case unknown
    }

    private let mechanism: SASLMechanism
    private let context: SASLServerContext
    private var state = State.awaitingFirst

    init(mechanism: SASLMechanism, context: SASLServerContext) {
        self.mechanism = mechanism
        self.context = context
    }

    mutating func receive(_ message: [UInt8]) -> SASLStep {
        let current = state
        state = .over
        switch current {
        case .awaitingFirst: return receiveFirst(message)
        case .awaitingFinal(let exchange): return receiveFinal(message, in: exchange)
        case .awaitingAcknowledgement(let identity): return message.isEmpty ? .success(identity) : .failure(.malformed)
        case .awaitingCredentials, .over: return .failure(.outOfTurn)
        }
    }

    mutating func provide(_ credentials: SCRAMCredentials?) -> SASLStep {
        guard case .awaitingCredentials(let first, let identity) = state else {
            state = .over
            return .failure(.outOfTurn)
        }
        state = .over
        let decoy = SCRAMCredentials.decoy(
            for: identity.authenticationID, secret: context.decoySecret, iterations: context.decoyIterations)
        guard let used = credentials ?? decoy else { return .failure(.wrongProof) }
        let nonce = first.nonce + SASLBase64.encode(context.nonce)
        let prefix: [UInt8] = Array("r=".utf8) + nonce
        let salt: [UInt8] = Array(",s=".utf8) + SASLBase64.encode(used.salt)
        let serverFirst = prefix + salt + Array(",i=\(used.iterations)".utf8)
        state = .awaitingFinal(
            Exchange(
                first: first, identity: identity, serverFirst: serverFirst, nonce: nonce, credentials: used,
                user: credentials == nil ? .unknown : .known))
        return .challenge(serverFirst)
    }

    private mutating func receiveFirst(_ message: [UInt8]) -> SASLStep {
        let first: SCRAMMessage.ClientFirst
        do throws(SCRAMSyntaxError) { first = try SCRAMMessage.parseFirst(message) } catch {
            return .failure(error.failure)
        }
        if let failure = refusal(of: first.flag) { return .failure(failure) }
        guard first.nonce.count <= context.limits.nonceOctetsMax else { return .failure(.tooLong) }
        switch SASLIdentity.prepare(
            authorizationID: first.authorizationName ?? [], authenticationID: first.userName, limits: context.limits)
        {
        case .failure(let refusal): return .failure(refusal.reason)
        case .success(let identity):
            state = .awaitingCredentials(first, identity)
            return .needCredentials(userName: identity.authenticationID)
        }
    }

    /// RFC 5802 §6, the three flags against what was chosen and what was offered.
    private func refusal(of flag: SCRAMMessage.BindingFlag) -> SASLFailure? {
        switch (flag, mechanism) {
        case (.required(let type), .scramSHA256Plus):
            context.bindings.data(named: type) == nil ? .channelBindingTypeUnsupported : nil
        case (.required, _): .channelBindingNotSupported
        case (_, .scramSHA256Plus): .malformed
        case (.notOffered, _): context.bindings.isEmpty ? nil : .downgrade
        case (.unsupported, _): nil
        }
    }

    private mutating func receiveFinal(_ message: [UInt8], in exchange: Exchange) -> SASLStep {
        let final: SCRAMMessage.ClientFinal
        do throws(SCRAMSyntaxError) { final = try SCRAMMessage.parseFinal(message) } catch {
            return .failure(error.failure)
        }
        var binding = exchange.first.header
        if case .required(let type) = exchange.first.flag { binding += context.bindings.data(named: type) ?? [] }
        guard final.binding == binding else { return .failure(.channelBindingMismatch) }
        guard final.nonce == exchange.nonce else { return .failure(.nonceMismatch) }
        let comma = UInt8(ascii: ",")
        var authMessage = exchange.first.bare + [comma]
        authMessage += exchange.serverFirst + [comma]
        authMessage += final.withoutProof
        let isRight = exchange.credentials.verify(proof: final.proof, authMessage: authMessage)
        guard isRight, exchange.user == .known else { return .failure(.wrongProof) }
        state = .awaitingAcknowledgement(exchange.identity)
        let signature = exchange.credentials.serverSignature(authMessage: authMessage)
        return .challenge(Array("v=".utf8) + SASLBase64.encode(signature))
    }
}
