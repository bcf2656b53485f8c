import DNSClient
import MailCore
import SenderAuthentication
import ServerConfiguration
import Testing

@testable import RemoteDelivery

@Suite struct TLSPolicyFinderTests {
    private static let host = "mx.example.test"

    /// Without DNSSEC: what the domain says by MTA-STS, and what the route asks for.
    private func finding(
        _ mode: MTASTSPolicy.Mode, pattern: String = host, tls: OutboundConfiguration.TLSDemand = .opportunistic
    ) async throws -> TLSPolicyFinder.Finding {
        let finder = TLSPolicyFinder(
            dns: try DNSClient(configuration: DNSClientConfiguration(trustAnchors: .none)), lookup: .followed,
            roots: .system)
        let policy = MTASTSPolicy(mode: mode, patterns: [try #require(MXPattern(pattern))], maxAgeSeconds: 86_400)
        let domain = try #require(Domain("example.test"))
        return await finder.policy(
            MailHost(name: try #require(Domain(Self.host)), security: .insecure), addressSecurity: .insecure, port: 25,
            Route(.exchangers(of: domain), tls: tls), domain, policy)
    }

    @Test func enforce() async throws {
        guard case .policy(.verified(let names, _)) = try await finding(.enforce),
            case .policy(.verified) = try await finding(.enforce, pattern: "*.example.test"),
            case .hostForbidden = try await finding(.enforce, pattern: "mx2.example.test")
        else {
            Issue.record("not enforced")
            return
        }
        #expect(names.map(\.ascii) == [Self.host])
    }

    @Test func testing() async throws {
        guard case .policy(.testing(let names, _)) = try await finding(.testing),
            case .policy(.opportunistic) = try await finding(.testing, pattern: "mx2.example.test"),
            case .policy(.required) = try await finding(.testing, tls: .required),
            case .policy(.verified) = try await finding(.testing, tls: .verified)
        else {
            Issue.record("the mode testing changes more than it may")
            return
        }
        #expect(names.map(\.ascii) == [Self.host])
    }

    @Test func none() async throws {
        guard case .policy(.opportunistic) = try await finding(.none) else {
            Issue.record("the mode none asks for something")
            return
        }
    }
}
