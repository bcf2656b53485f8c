import SASL

extension SASLStep {
    var challengeText: String? {
        if case .challenge(let octets) = self { String(decoding: octets, as: UTF8.self) } else { nil }
    }
    var claim: SASLPasswordClaim? {
        if case .verifyPassword(let claim) = self { claim } else { nil }
    }
    var failure: SASLFailure? {
        if case .failure(let failure) = self { failure } else { nil }
    }
    var identity: SASLIdentity? {
        if case .success(let identity) = self { identity } else { nil }
    }
    var userName: String? {
        if case .needCredentials(let userName) = self { userName } else { nil }
    }
}

extension SASLServerContext {
    static func test(bindings: TLSChannelBindings = TLSChannelBindings()) -> SASLServerContext {
        SASLServerContext(
            bindings: bindings, nonce: Array(repeating: 7, count: 18), decoySecret: SecretBytes("decoy".utf8))
    }
}
