import SASL
import Testing

@Suite struct PlainServerTests {
    private func start(_ mechanism: SASLMechanism, _ response: String?) -> SASLStep {
        var server = SASLServer(mechanism: mechanism, context: .test())
        return server.start(initialResponse: response.map { Array($0.utf8) })
    }

    /// RFC 4616 §4, the first example.
    @Test func ownIdentity() throws {
        var server = SASLServer(mechanism: .plain, context: .test())
        guard case .challenge(let challenge) = server.start(initialResponse: nil) else {
            Issue.record("no challenge")
            return
        }
        #expect(challenge.isEmpty)
        let step = server.receive(Array("\u{0}tim\u{0}tanstaaftanstaaf".utf8))
        let claim = try #require(step.claim)
        #expect(claim.identity == SASLIdentity(authenticationID: "tim"))
        #expect(claim.password.isEqual(to: SecretBytes("tanstaaftanstaaf".utf8)))
    }

    /// RFC 4616 §4, the second.
    @Test func anotherIdentity() throws {
        let claim = try #require(start(.plain, "Ursel\u{0}Kurt\u{0}xipj3plmq").claim)
        #expect(claim.identity == SASLIdentity(authorizationID: "Ursel", authenticationID: "Kurt"))
    }

    @Test func ownNameAsAuthorizationIDSaysNothingMore() throws {
        let claim = try #require(start(.plain, "Kurt\u{0}Kurt\u{0}x").claim)
        #expect(claim.identity.authorizationID == nil)
    }

    @Test(arguments: [
        "", "\u{0}", "\u{0}\u{0}", "tim", "\u{0}tim", "\u{0}tim\u{0}", "\u{0}\u{0}secret", "\u{0}tim\u{0}a\u{0}b",
        "a\u{0}b\u{0}c\u{0}d",
    ])
    func malformed(message: String) {
        #expect(start(.plain, message).failure == .malformed)
    }

    @Test func unpreparableAndTooLong() {
        #expect(start(.plain, "\u{0}ti\u{7}m\u{0}x").failure == .unpreparable(.prohibited))
        #expect(start(.plain, "\u{0}tim\u{0}x\u{7}").failure == .unpreparable(.prohibited))
        let long = String(repeating: "x", count: 1_025)
        #expect(start(.plain, "\u{0}tim\u{0}\(long)").failure == .tooLong)
        #expect(start(.plain, "\u{0}\(long)\u{0}x").failure == .tooLong)
        #expect(start(.plain, String(repeating: "x", count: 9_217)).failure == .tooLong)
    }

    @Test(arguments: [nil, "tim"]) func login(initialResponse: String?) throws {
        var server = SASLServer(mechanism: .login, context: .test())
        var step = server.start(initialResponse: initialResponse.map { Array($0.utf8) })
        if initialResponse == nil {
            #expect(step.challengeText == "Username:")
            step = server.receive(Array("tim".utf8))
        }
        #expect(step.challengeText == "Password:")
        let claim = try #require(server.receive(Array("tanstaaf".utf8)).claim)
        #expect(claim.identity == SASLIdentity(authenticationID: "tim"))
        #expect(server.receive([]).failure == .outOfTurn)
    }

    @Test func secretsAreNotDescribed() throws {
        let claim = try #require(start(.plain, "\u{0}tim\u{0}tanstaaf").claim)
        var dumped = ""
        dump(claim, to: &dumped)
        for text in ["\(claim)", "\(claim.password)", String(reflecting: claim), dumped] {
            #expect(!text.contains("tanstaaf"))
        }
    }
}
