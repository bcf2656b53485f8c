import Testing

@testable import SASL

@Suite struct SCRAMClientTests {
    private static let serverFirst =
        "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"
    private static let serverFinal = "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="

    private func client() -> SCRAMClient {
        SCRAMClient(
            mechanism: .scramSHA256,
            context: SASLClientContext(
                credentials: SASLClientCredentials(userName: "user", password: SecretBytes("pencil".utf8)),
                bindings: TLSChannelBindings(), nonce: []),
            nonceText: Array("rOprNGfwEbeRWgbNEkqO".utf8))
    }

    private func failure(serverFirst: String) -> SASLClientFailure? {
        var client = client()
        _ = client.start()
        return client.receive(Array(serverFirst.utf8)).failure
    }

    private func failure(serverFinal: String) -> SASLClientFailure? {
        var client = client()
        _ = client.start()
        guard case .derive(let derivation) = client.receive(Array(Self.serverFirst.utf8)) else { return nil }
        _ = client.provide(derivation.keys())
        let failure = client.receive(Array(serverFinal.utf8)).failure
        #expect(client.isVerified == (failure == nil))
        return failure
    }

    /// RFC 7677 §3.
    @Test func rfc7677Section3() throws {
        var client = client()
        #expect(client.start().response == "n,,n=user,r=rOprNGfwEbeRWgbNEkqO")
        guard case .derive(let derivation) = client.receive(Array(Self.serverFirst.utf8)) else {
            Issue.record("no derivation")
            return
        }
        #expect(derivation.iterations == 4_096)
        let final = client.provide(derivation.keys()).response
        #expect(
            final == """
                c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,\
                p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=
                """)
        #expect(!client.isVerified)
        #expect(client.receive(Array(Self.serverFinal.utf8)).response == "")
        #expect(client.isVerified)
    }

    @Test func serverThatDoesNotKnowThePassword() {
        #expect(failure(serverFinal: Self.serverFinal) == nil)
        #expect(failure(serverFinal: "v=7rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=") == .serverNotVerified)
        #expect(failure(serverFinal: "v=AAAA") == .serverNotVerified)
        #expect(failure(serverFinal: "v=") == .malformed)
        #expect(failure(serverFinal: "") == .malformed)
        #expect(failure(serverFinal: "e=invalid-proof") == .refused("invalid-proof"))
    }

    /// RFC 7677 §4 and our own bound.
    @Test func iterations() {
        func offer(_ count: String) -> SASLClientFailure? {
            failure(serverFirst: "r=rOprNGfwEbeRWgbNEkqOx,s=AAAA,i=\(count)")
        }
        #expect(offer("4096") == nil)
        #expect(offer("1000000") == nil)
        #expect(offer("4095") == .tooFewIterations(4_095))
        #expect(offer("1000001") == .tooManyIterations(1_000_001))
        #expect(offer("99999999999999999999") == .tooManyIterations(.max))
        #expect(offer("0") == .malformed)
        #expect(offer("-1") == .malformed)
        #expect(offer("4096x") == .malformed)
    }

    @Test(arguments: [
        ("r=rOprNGfwEbeRWgbNEkqO,s=AAAA,i=4096", SASLClientFailure.nonceMismatch),
        ("r=other,s=AAAA,i=4096", .nonceMismatch),
        ("m=x,r=rOprNGfwEbeRWgbNEkqOx,s=AAAA,i=4096", .extensionNotSupported),
        ("r=rOprNGfwEbeRWgbNEkqOx,s=,i=4096", .malformed), ("r=rOprNGfwEbeRWgbNEkqOx,i=4096,s=AAAA", .malformed),
        ("r=rOprNGfwEbeRWgbNEkqOx,s=AAA,i=4096", .malformed), ("", .malformed), (",,", .malformed),
        ("r=rOprNGfwEbeRWgbNEkqO x,s=AAAA,i=4096", .malformed), ("e=other-error", .refused("other-error")),
    ])
    func refusedFirst(message: String, failure: SASLClientFailure) {
        #expect(self.failure(serverFirst: message) == failure)
    }

    @Test func outOfTurn() {
        var client = client()
        #expect(client.receive(Array(Self.serverFirst.utf8)).failure == .outOfTurn)
        #expect(client.start().failure == .outOfTurn)
    }

    /// Mutated messages never trap and never verify a server.
    @Test func mutatedServersFail() {
        var generator = SeededGenerator(seed: 8)
        let final = Array(Self.serverFinal.utf8)
        for _ in 0..<2_000 {
            var client = client()
            _ = client.start()
            var first = Array(Self.serverFirst.utf8)
            first[Int.random(in: 0..<first.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
            let isSame = first == Array(Self.serverFirst.utf8)
            guard case .derive(let derivation) = client.receive(first), derivation.iterations < 10_000 else { continue }
            if generator.next() % 50 == 0 {
                _ = client.provide(derivation.keys())
                _ = client.receive(final)
                #expect(client.isVerified == isSame)
            }
        }
    }
}
