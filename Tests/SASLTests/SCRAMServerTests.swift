import Testing

@testable import SASL

/// A client that knows how to lie.
private struct SCRAMClient {
    var header = "n,,"
    var user = "user"
    var nonce = "clientnonce"
    var binding: [UInt8] = []
    var password = "pencil"

    var bare: String { "n=\(user),r=\(nonce)" }
    var first: [UInt8] { Array((header + bare).utf8) }

    func final(serverFirst: String, nonceSuffix: String = "") throws -> (message: [UInt8], signature: [UInt8]) {
        let fields = serverFirst.split(separator: ",").map { $0.dropFirst(2) }
        let salt = try #require(SASLBase64.decode(Array(fields[1].utf8)))
        let iterations = try #require(Int(fields[2]))
        let salted = HMACSHA256.iterate(password: SecretBytes(password.utf8), salt: salt, iterations: iterations)
        let clientKey = HMACSHA256.authenticate(Array("Client Key".utf8), key: salted)
        let input = SASLBase64.encode(Array(header.utf8) + binding)
        let withoutProof = "c=\(String(decoding: input, as: UTF8.self)),r=\(fields[0])\(nonceSuffix)"
        let authMessage: [UInt8] = Array("\(bare),\(serverFirst),\(withoutProof)".utf8)
        let signature = HMACSHA256.authenticate(authMessage, key: HMACSHA256.digest(clientKey))
        let proof = zip(clientKey.withUnsafeBytes(Array.init), signature.withUnsafeBytes(Array.init)).map { $0 ^ $1 }
        let serverKey = HMACSHA256.authenticate(Array("Server Key".utf8), key: salted)
        let message = Array("\(withoutProof),p=".utf8) + SASLBase64.encode(proof)
        return (message, HMACSHA256.authenticate(authMessage, key: serverKey).withUnsafeBytes(Array.init))
    }
}

@Suite struct SCRAMServerTests {
    private static let bindings = TLSChannelBindings(
        exporter: Array(repeating: 9, count: 32), serverEndPoint: Array(repeating: 5, count: 32))

    private func credentials(_ password: String = "pencil") throws -> SCRAMCredentials {
        try #require(SCRAMCredentials(password: SecretBytes(password.utf8), salt: Array("0123456789abcdef".utf8)))
    }

    private func run(
        _ client: SCRAMClient, _ mechanism: SASLMechanism = .scramSHA256,
        bindings: TLSChannelBindings = TLSChannelBindings(), known: Bool = true, nonceSuffix: String = ""
    ) throws -> SASLStep {
        var server = SASLServer(mechanism: mechanism, context: .test(bindings: bindings))
        let first = server.start(initialResponse: client.first)
        guard first.userName != nil else { return first }
        let serverFirst = try #require(server.provide(known ? try credentials() : nil).challengeText)
        let (message, signature) = try client.final(serverFirst: serverFirst, nonceSuffix: nonceSuffix)
        let step = server.receive(message)
        guard let text = step.challengeText else { return step }
        #expect(text == "v=" + String(decoding: SASLBase64.encode(signature), as: UTF8.self))
        return server.receive([])
    }

    /// RFC 7677 §3. The server's nonce there is not base64 of anything, so the machine's parts are run by hand.
    @Test func rfc7677Section3() throws {
        let salt = try #require(SASLBase64.decode(Array("W22ZaJ0SNY7soEsUEjb6gQ==".utf8)))
        let credentials = try #require(SCRAMCredentials(password: SecretBytes("pencil".utf8), salt: salt))
        let serverFirst =
            "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"
        let final = try SCRAMMessage.parseFinal(
            Array(
                """
                c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,\
                p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=
                """.utf8))
        let first = try SCRAMMessage.parseFirst(Array("n,,n=user,r=rOprNGfwEbeRWgbNEkqO".utf8))
        #expect(final.binding == first.header)
        let without = String(decoding: final.withoutProof, as: UTF8.self)
        let bare = String(decoding: first.bare, as: UTF8.self)
        let authMessage: [UInt8] = Array("\(bare),\(serverFirst),\(without)".utf8)
        #expect(credentials.verify(proof: final.proof, authMessage: authMessage))
        let signature = SASLBase64.encode(credentials.serverSignature(authMessage: authMessage))
        #expect(signature == Array("6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=".utf8))
    }

    /// RFC 7914 §11's PBKDF2-HMAC-SHA-256 vector, its first block.
    @Test func pbkdf2() {
        let key = HMACSHA256.iterate(password: SecretBytes("passwd".utf8), salt: Array("salt".utf8), iterations: 1)
        let expected: [UInt8] = [0x55, 0xac, 0x04, 0x6e, 0x56, 0xe3, 0x08, 0x9f, 0xec, 0x16, 0x91, 0xc2, 0x25, 0x44]
        #expect(key.withUnsafeBytes { Array($0.prefix(14)) } == expected)
    }

    @Test func plainExchange() throws {
        #expect(try run(SCRAMClient()).identity == SASLIdentity(authenticationID: "user"))
    }

    @Test func authorizationIDAndEscapes() throws {
        let client = SCRAMClient(header: "n,a=some=2Cone,", user: "us=3Der")
        #expect(try run(client).identity == SASLIdentity(authorizationID: "some,one", authenticationID: "us=er"))
    }

    @Test(arguments: [("tls-exporter", UInt8(9)), ("tls-server-end-point", UInt8(5))])
    func channelBinding(type: String, octet: UInt8) throws {
        let client = SCRAMClient(header: "p=\(type),,", binding: Array(repeating: octet, count: 32))
        #expect(try run(client, .scramSHA256Plus, bindings: Self.bindings).identity != nil)
        let intruder = SCRAMClient(header: "p=\(type),,", binding: Array(repeating: 6, count: 32))
        #expect(try run(intruder, .scramSHA256Plus, bindings: Self.bindings).failure == .channelBindingMismatch)
    }

    @Test func bindingFlags() throws {
        func failure(_ header: String, _ mechanism: SASLMechanism, bindings: TLSChannelBindings) throws -> SASLFailure?
        {
            try run(SCRAMClient(header: header), mechanism, bindings: bindings).failure
        }
        let none = TLSChannelBindings()
        #expect(try failure("y,,", .scramSHA256, bindings: Self.bindings) == .downgrade)
        #expect(try failure("y,,", .scramSHA256, bindings: none) == nil)
        #expect(try failure("n,,", .scramSHA256, bindings: Self.bindings) == nil)
        #expect(try failure("n,,", .scramSHA256Plus, bindings: Self.bindings) == .malformed)
        #expect(try failure("y,,", .scramSHA256Plus, bindings: Self.bindings) == .malformed)
        let unique = "p=tls-unique,,"
        #expect(try failure(unique, .scramSHA256Plus, bindings: Self.bindings) == .channelBindingTypeUnsupported)
        #expect(try failure("p=tls-exporter,,", .scramSHA256, bindings: Self.bindings) == .channelBindingNotSupported)
    }

    @Test func refusals() throws {
        #expect(try run(SCRAMClient(password: "pencil2")).failure == .wrongProof)
        #expect(try run(SCRAMClient(), known: false).failure == .wrongProof)
        #expect(try run(SCRAMClient(), nonceSuffix: "x").failure == .nonceMismatch)
        #expect(try run(SCRAMClient(nonce: String(repeating: "n", count: 257))).failure == .tooLong)
        #expect(try run(SCRAMClient(user: "u\u{7}")).failure == .unpreparable(.prohibited))
    }

    @Test func unknownUsersLookLikeKnownOnes() throws {
        func serverFirst(_ user: String) throws -> String {
            var server = SASLServer(mechanism: .scramSHA256, context: .test())
            _ = server.start(initialResponse: SCRAMClient(user: user).first)
            return try #require(server.provide(nil).challengeText)
        }
        #expect(try serverFirst("nobody") == serverFirst("nobody"))
        #expect(try serverFirst("nobody") != serverFirst("noone"))
        let salt = try serverFirst("nobody").split(separator: ",")[1].dropFirst(2)
        #expect(SASLBase64.decode(Array(salt.utf8))?.count == 16)
        #expect(try serverFirst("nobody").hasSuffix(",i=4096"))
    }

    @Test(arguments: [
        "", "n", "n,", "n,,", "n,,n=user", "n,,n=user,", "n,,r=abc,n=user", "n,,n=,r=abc", "n,,n=user,r=", "x,,n=u,r=a",
        "n,b=x,n=u,r=a", "n,a=,n=u,r=a", "n,,n=u=,r=a", "n,,n=u=2c,r=a", "n,,n=u,r=a b", "p=,,n=u,r=a",
        "p=tls exporter,,n=u,r=a", "nn,,n=u,r=a", "n,,n=u,r=a,", "n,,n=u,r=a,x", "n,,n=u,r=a,1=2", ",,n=u,r=a",
    ])
    func malformedFirst(message: String) {
        var server = SASLServer(mechanism: .scramSHA256, context: .test())
        #expect(server.start(initialResponse: Array(message.utf8)).failure == .malformed)
        #expect(server.receive([]).failure == .outOfTurn)
    }

    @Test(arguments: [
        "", "c=biws", "c=biws,r=x", "c=biws,p=AAAA,r=x", "c=biw,r=x,p=AAAA", "c=biws,r=x,p=AAA", "c=biws,r=x,p=",
        "r=x,c=biws,p=AAAA", "c=biws,r=x,,p=AAAA", "c=biws,r=x,p=AAAA,", "c=,r=x,p=AAAA",
    ])
    func malformedFinal(message: String) throws {
        var server = SASLServer(mechanism: .scramSHA256, context: .test())
        _ = server.start(initialResponse: SCRAMClient().first)
        _ = server.provide(try credentials())
        #expect(server.receive(Array(message.utf8)).failure == .malformed)
    }

    @Test func extensions() throws {
        var server = SASLServer(mechanism: .scramSHA256, context: .test())
        #expect(server.start(initialResponse: Array("n,,m=x,n=u,r=a".utf8)).failure == .extensionNotSupported)
        var other = SASLServer(mechanism: .scramSHA256, context: .test())
        #expect(other.start(initialResponse: Array("n,,n=u,r=a,z=9".utf8)).userName == "u")
    }

    @Test func credentialsAreCheckedAndNotDescribed() throws {
        let key = SecretBytes(Array(repeating: 1, count: 32))
        let short = SecretBytes([1])
        #expect(SCRAMCredentials(salt: [1], iterations: 4_096, storedKey: key, serverKey: short) == nil)
        #expect(SCRAMCredentials(salt: [], iterations: 4_096, storedKey: key, serverKey: key) == nil)
        #expect(SCRAMCredentials(salt: [1], iterations: 4_095, storedKey: key, serverKey: key) == nil)
        #expect(SCRAMCredentials(password: key, salt: [1], iterations: 100_000_000) == nil)
        #expect("\(try credentials())" == "<SCRAM-SHA-256 credentials, 4096 iterations>")
    }

    /// Mutated messages never trap and never succeed.
    @Test func mutatedExchangesFail() throws {
        var generator = SeededGenerator(seed: 3)
        let known = try credentials()
        var plain = SASLServer(mechanism: .scramSHA256, context: .test())
        _ = plain.start(initialResponse: SCRAMClient().first)
        let serverFirst = try #require(plain.provide(known).challengeText)
        let final = try SCRAMClient().final(serverFirst: serverFirst).message
        for _ in 0..<3_000 {
            var server = SASLServer(mechanism: .scramSHA256, context: .test())
            let first = mutate(SCRAMClient().first, using: &generator)
            guard server.start(initialResponse: first).userName != nil else { continue }
            _ = server.provide(known)
            let message = mutate(final, using: &generator)
            let step = server.receive(message)
            if message != final || first != SCRAMClient().first { #expect(step.failure != nil) }
        }
    }

    private func mutate(_ message: [UInt8], using generator: inout SeededGenerator) -> [UInt8] {
        var mutated = message
        for _ in 0..<Int.random(in: 0...2, using: &generator) where !mutated.isEmpty {
            let position = Int.random(in: 0..<mutated.count, using: &generator)
            switch Int.random(in: 0..<4, using: &generator) {
            case 0: mutated[position] = UInt8.random(in: 0...255, using: &generator)
            case 1: mutated.remove(at: position)
            case 2: mutated.insert(Array(",=\u{0}nyp".utf8).randomElement(using: &generator) ?? 0, at: position)
            default: mutated.removeSubrange(position...)
            }
        }
        return mutated
    }
}
