import Testing

@testable import SASL

@Suite struct SASLClientTests {
    private static let bindings = TLSChannelBindings(
        exporter: Array(repeating: 9, count: 32), serverEndPoint: Array(repeating: 5, count: 32))

    private func context(
        user: String = "user", password: String = "pencil", actingAs: String? = nil,
        bindings: TLSChannelBindings = TLSChannelBindings()
    ) -> SASLClientContext {
        SASLClientContext(
            credentials: SASLClientCredentials(
                userName: user, password: SecretBytes(password.utf8), authorizationID: actingAs),
            bindings: bindings, nonce: Array(repeating: 3, count: 18))
    }

    private struct End {
        var identity: SASLIdentity?
        var serverFailure: SASLFailure?
        var clientFailure: SASLClientFailure?
    }

    /// The client against our own server, to the end of the exchange.
    private func run(
        _ mechanism: SASLMechanism, _ context: SASLClientContext, serverBindings: TLSChannelBindings? = nil
    ) throws -> End {
        var client = SASLClient(mechanism: mechanism, context: context)
        var server = SASLServer(
            mechanism: mechanism, context: .test(bindings: serverBindings ?? context.bindings))
        var response: [UInt8]?
        switch client.start() {
        case .respond(let initial): response = initial
        case .awaitChallenge: response = nil
        default: return End(clientFailure: .outOfTurn)
        }
        var step = server.start(initialResponse: response)
        for _ in 0..<10 {
            switch step {
            case .needCredentials:
                let salt = Array("0123456789abcdef".utf8)
                step = server.provide(SCRAMCredentials(password: SecretBytes("pencil".utf8), salt: salt))
            case .challenge(let challenge):
                var answer = client.receive(challenge)
                if case .derive(let derivation) = answer { answer = client.provide(derivation.keys()) }
                guard case .respond(let octets) = answer else {
                    guard case .failure(let failure) = answer else { return End() }
                    return End(clientFailure: failure)
                }
                step = server.receive(octets)
            case .verifyPassword(let claim):
                guard claim.password.isEqual(to: SecretBytes("pencil".utf8)) else {
                    return End(serverFailure: .wrongProof)
                }
                return End(identity: claim.identity, clientFailure: client.succeed())
            case .success(let identity):
                return End(identity: identity, clientFailure: client.succeed())
            case .failure(let failure):
                return End(serverFailure: failure)
            }
        }
        return End()
    }

    @Test(arguments: SASLMechanism.ofPasswords)
    func logsInToOurServer(mechanism: SASLMechanism) throws {
        let bindings = mechanism == .scramSHA256Plus ? Self.bindings : TLSChannelBindings()
        let end = try run(mechanism, context(bindings: bindings))
        #expect(end.identity == SASLIdentity(authenticationID: "user"))
        #expect(end.clientFailure == nil)
        #expect(try run(mechanism, context(password: "pen", bindings: bindings)).serverFailure == .wrongProof)
    }

    @Test(arguments: [SASLMechanism.plain, .scramSHA256, .scramSHA256Plus])
    func actsAsAnother(mechanism: SASLMechanism) throws {
        let bindings = mechanism == .scramSHA256Plus ? Self.bindings : TLSChannelBindings()
        let end = try run(mechanism, context(user: "a,b=c", actingAs: "d=,e", bindings: bindings))
        #expect(end.identity == SASLIdentity(authorizationID: "d=,e", authenticationID: "a,b=c"))
    }

    /// Without bindings `n`, with bindings that the server does not offer `y`: where it does offer them, somebody is
    /// between us (RFC 5802 §6).
    @Test func takenOutOfTheList() throws {
        #expect(try run(.scramSHA256, context(bindings: Self.bindings)).serverFailure == .downgrade)
        let there = try run(.scramSHA256, context(bindings: Self.bindings), serverBindings: TLSChannelBindings())
        #expect(there.identity != nil)
        #expect(try run(.scramSHA256, context(), serverBindings: Self.bindings).identity != nil)
    }

    @Test func anotherCertificateBetweenUs() throws {
        let other = TLSChannelBindings(serverEndPoint: Array(repeating: 6, count: 32))
        let mine = TLSChannelBindings(serverEndPoint: Array(repeating: 5, count: 32))
        let end = try run(.scramSHA256Plus, context(bindings: mine), serverBindings: other)
        #expect(end.serverFailure == .channelBindingMismatch)
    }

    @Test(arguments: [
        ("SCRAM-SHA-256-PLUS SCRAM-SHA-256 PLAIN LOGIN", "SCRAM-SHA-256-PLUS", "SCRAM-SHA-256"),
        ("LOGIN PLAIN", "PLAIN", ""), ("login", "LOGIN", ""), ("scram-sha-256 PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-256"),
        ("CRAM-MD5 GSSAPI", "", ""), ("", "", ""),
    ])
    func choice(offered: String, underTLS: String, inTheClear: String) {
        let names = offered.split(separator: " ").map(String.init)
        #expect(SASLMechanism.choose(offered: names, channel: .tls(Self.bindings))?.rawValue ?? "" == underTLS)
        #expect(SASLMechanism.choose(offered: names, channel: .clear)?.rawValue ?? "" == inTheClear)
    }

    @Test func bindingNeedsSomethingToBindTo() {
        let offered = ["SCRAM-SHA-256-PLUS", "SCRAM-SHA-256"]
        #expect(SASLMechanism.choose(offered: offered, channel: .tls(TLSChannelBindings())) == .scramSHA256)
    }

    /// RFC 4616 §4.
    @Test func plainExamples() {
        var tim = SASLClient(mechanism: .plain, context: context(user: "tim", password: "tanstaaftanstaaf"))
        #expect(tim.start().response == "\u{0}tim\u{0}tanstaaftanstaaf")
        var kurt = SASLClient(
            mechanism: .plain, context: context(user: "Kurt", password: "xipj3plmq", actingAs: "Ursel"))
        #expect(kurt.start().response == "Ursel\u{0}Kurt\u{0}xipj3plmq")
        #expect(kurt.receive([]).failure == .outOfTurn)
    }

    @Test func namesThatCannotBeCarried() {
        for mechanism in [SASLMechanism.plain, .scramSHA256] {
            var empty = SASLClient(mechanism: mechanism, context: context(user: ""))
            #expect(empty.start().failure == .unpreparable(.empty))
            var control = SASLClient(mechanism: mechanism, context: context(user: "a\u{0}b"))
            #expect(control.start().failure == .unpreparable(.prohibited))
        }
    }

    @Test func nothingIsDescribed() {
        let context = context(password: "sesame")
        var client = SASLClient(mechanism: .plain, context: context)
        #expect("\(client)" == "<PLAIN exchange>")
        #expect("\(context.credentials)" == "<credentials of user>")
        #expect(!String(reflecting: context).contains("sesame"))
        _ = client.start()
        #expect(!String(reflecting: client).contains("sesame"))
    }

    @Test func successTooEarly() {
        var login = SASLClient(mechanism: .login, context: context())
        _ = login.start()
        _ = login.receive(Array("Username:".utf8))
        #expect(login.succeed() == .outOfTurn)
        var scram = SASLClient(mechanism: .scramSHA256, context: context())
        _ = scram.start()
        #expect(scram.succeed() == .serverNotVerified)
    }
}

extension SASLClientStep {
    var response: String? {
        if case .respond(let octets) = self { String(decoding: octets, as: UTF8.self) } else { nil }
    }
    var failure: SASLClientFailure? {
        if case .failure(let failure) = self { failure } else { nil }
    }
}
