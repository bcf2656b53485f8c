import Testing

@testable import SASL

struct BearerClientTests {
    private func client(_ name: String, _ token: String, _ mechanism: SASLMechanism) -> SASLClient {
        SASLClient(
            mechanism: mechanism,
            context: SASLClientContext(
                credentials: SASLClientCredentials(
                    userName: name, password: SecretBytes(token.utf8), secret: .bearerToken),
                bindings: TLSChannelBindings(), nonce: []))
    }

    private func response(_ step: SASLClientStep) -> String? {
        if case .respond(let octets) = step { String(decoding: octets, as: UTF8.self) } else { nil }
    }

    /// RFC 7628 §4.1, without host and port.
    @Test func wraps() {
        var bearer = client("user@example.com", "vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==", .oauthBearer)
        #expect(
            response(bearer.start())
                == "n,a=user@example.com,\u{1}auth=Bearer vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==\u{1}\u{1}")
        #expect(bearer.succeed() == nil)
        var old = client("someuser@example.com", "ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg", .xoauth2)
        #expect(
            response(old.start())
                == "user=someuser@example.com\u{1}auth=Bearer ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg\u{1}\u{1}")
    }

    /// RFC 7628 §3.2.3: a reason is answered once, and success cannot follow it.
    @Test func refusal() {
        var bearer = client("a=b,c", "t", .oauthBearer)
        #expect(response(bearer.start())?.hasPrefix("n,a=a=3Db=2Cc,") == true)
        #expect(response(bearer.receive(Array("{}".utf8))) == "\u{1}")
        #expect(bearer.succeed() == .outOfTurn)
    }

    @Test(arguments: [("", "t"), ("a", ""), ("a\u{1}b", "t"), ("a", "t\u{1}u"), ("a", "t u")])
    func whatCannotBeCarried(name: String, token: String) {
        for mechanism in SASLMechanism.ofTokens {
            var bearer = client(name, token, mechanism)
            #expect(response(bearer.start()) == nil)
        }
    }

    /// A token is not shown in the clear, and no server of ours announces what it does not take.
    @Test func choice() {
        let tls = SASLChannel.tls(TLSChannelBindings())
        #expect(SASLMechanism.choose(offered: ["XOAUTH2", "PLAIN"], channel: tls, for: .bearerToken) == .xoauth2)
        #expect(SASLMechanism.choose(offered: ["XOAUTH2", "PLAIN"], channel: .clear, for: .bearerToken) == nil)
        #expect(SASLMechanism.choose(offered: ["XOAUTH2"], channel: tls) == nil)
        #expect(!SASLMechanism.available(with: TLSChannelBindings()).contains(.oauthBearer))
    }
}
