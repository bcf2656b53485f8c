import HTTPTypes
import Hummingbird
import MailCore
import SenderAuthentication
import Testing

@testable import DomainSetup

@Suite struct PolicyRoutesTests {
    @Test(arguments: [
        ("mta-sts.example.test", "example.test"), ("MTA-STS.Example.test:8443", "example.test"),
        ("mta-sts.a.b.test", "a.b.test"), ("example.test", nil), ("mta-sts.", nil), ("xmta-sts.example.test", nil),
        ("mta-sts..test", nil), ("", nil),
    ])
    func findsTheDomain(_ host: String, _ domain: String?) {
        #expect(PolicyRoutes.domain(ofHost: host)?.ascii == domain)
    }

    @Test func noHostIsNoDomain() {
        #expect(PolicyRoutes.domain(ofHost: nil) == nil)
    }

    /// RFC 8461 §3.2: what is served is read as the policy; a domain that is not ours has none.
    @Test(arguments: [("mta-sts.ours.test", 200), ("mta-sts.theirs.test", 404), ("ours.test", 404)])
    func serves(_ host: String, _ status: Int) async throws {
        let mail = try #require(Domain("mail.ours.test"))
        let policy = MTASTSPolicy(mode: .enforce, patterns: [MXPattern(mail)], maxAgeSeconds: 86_400)
        let response = await PolicyRoutes.response(to: host, policy) { $0.ascii == "ours.test" }
        #expect(response.status.code == status)
    }
}
