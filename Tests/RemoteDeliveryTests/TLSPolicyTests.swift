import Crypto
import Foundation
import MailCore
import NIOCore
import NIOPosix
import NIOSSL
import SMTP
import ServerRuntime
import SwiftASN1
import Testing
import X509

@testable import RemoteDelivery

@Suite(.timeLimit(.minutes(2))) struct TLSPolicyTests {
    private static let name = "mx.fake.example"

    /// What a connection to a server with this certificate gives.
    private func open(
        _ identity: TestIdentity?, _ tls: TLSPolicy, script: FakeServer.Script? = nil
    ) async throws -> Result<TLSFacts?, SMTPSessionFailure> {
        try await open(
            context: identity?.context, tls,
            script: script ?? FakeServer.willing(identity == nil ? "SIZE" : "STARTTLS,SIZE"))
    }

    private func open(
        context: NIOSSLContext?, _ tls: TLSPolicy, script: @escaping FakeServer.Script
    ) async throws -> Result<TLSFacts?, SMTPSessionFailure> {
        let server = try await FakeServer.start(tls: context, script: script)
        let name = try #require(Domain(Self.name))
        var settings = SMTPConnectionSettings(
            address: try server.address, serverName: name, clientName: "client.example")
        settings.tls = tls
        let executor = LoopExecutor(MultiThreadedEventLoopGroup.singleton.next())
        var result: Result<TLSFacts?, SMTPSessionFailure>
        do throws(SMTPSessionFailure) {
            let connection = try await SMTPClientConnection.open(settings, on: executor)
            await connection.quit()
            result = .success(connection.tls)
        } catch {
            result = .failure(error)
        }
        try await server.stop()
        return result
    }

    private func record(
        _ identity: TestIdentity, usage: UInt8, selector: UInt8, matching: UInt8
    ) throws -> DANERecord {
        let certificate = try #require(PresentedCertificate(der: identity.der))
        let octets = selector == 0 ? certificate.der : certificate.publicKeyInfo
        let data: [UInt8] =
            switch matching {
            case 1: Array(SHA256.hash(data: octets))
            case 2: Array(SHA512.hash(data: octets))
            default: octets
            }
        return try #require(DANERecord(usage: usage, selector: selector, matchingType: matching, data: data))
    }

    private func roots(_ identity: TestIdentity) throws -> TrustRoots {
        .certificates([try Certificate(derEncoded: identity.der)])
    }

    private func names(_ texts: String...) throws -> [Domain] { try texts.map { try #require(Domain($0)) } }

    @Test func withoutVerification() async throws {
        let identity = try TestIdentity(hostname: "somebody.else.example")
        #expect(try await open(identity, .none).get() == nil)
        for policy in [TLSPolicy.opportunistic, .required, .dane([], names: [])] {
            let facts = try await open(identity, policy).get()
            #expect(facts?.version == "TLSv1.3")
            #expect(facts?.cipher.hasPrefix("TLS_") == true)
            #expect(facts?.authentication == TLSFacts.Authentication.none)
        }
    }

    @Test func withoutTLS() async throws {
        #expect(try await open(nil, .opportunistic).get() == nil)
        #expect(try await open(nil, .required).failure == .tlsNotOffered)
        #expect(try await open(nil, .verified([], .system)).failure == .tlsNotOffered)
    }

    @Test func handshakeThatFails() async throws {
        // A server that says "go" and knows no TLS.
        let failure = try await open(nil, .opportunistic) { line, _ in
            line.hasPrefix("EHLO") ? .say("250-a\r\n250 STARTTLS") : line == "STARTTLS" ? .say("220 go") : .close
        }.failure
        guard case .tlsHandshakeFailed? = failure else {
            Issue.record("\(String(describing: failure))")
            return
        }
    }

    @Test func verified() async throws {
        let identity = try TestIdentity(hostname: Self.name)
        let mine = try roots(identity)
        let facts = try await open(identity, .verified(names("other.example", Self.name), mine)).get()
        #expect(facts?.authentication == .webPKI(try #require(Domain(Self.name))))
        let literal = try await open(identity, .verified(names("[127.0.0.1]"), mine)).get()
        #expect(literal?.authentication == .webPKI(try #require(Domain("[127.0.0.1]"))))
        for policy in [
            TLSPolicy.verified(try names("other.example"), mine), .verified(try names(Self.name), .system),
            .verified(try names(Self.name), try roots(TestIdentity(hostname: Self.name))), .verified([], mine),
            .verified(try names("[127.0.0.2]"), mine),
        ] {
            guard case .tlsNotVerified? = try await open(identity, policy).failure else {
                Issue.record("\(policy) was met")
                continue
            }
        }
    }

    /// Nothing depends on what a policy in testing finds; it is told.
    @Test func testing() async throws {
        let identity = try TestIdentity(hostname: Self.name)
        let mine = try roots(identity)
        let met = try await open(identity, .testing(names(Self.name), mine)).get()
        #expect(met?.authentication == .webPKI(try #require(Domain(Self.name))))
        let facts = try await open(identity, .testing(names("other.example"), mine)).get()
        guard case .failed(let reason)? = facts?.authentication else {
            Issue.record("\(String(describing: facts))")
            return
        }
        #expect(reason.contains("other.example"))
        #expect(facts?.description.hasSuffix("unverified") == true)
        #expect(try await open(nil, .testing(names(Self.name), mine)).get() == nil)
    }

    @Test func expired() async throws {
        let identity = try TestIdentity(hostname: Self.name, validDays: 1, now: Date(timeIntervalSinceNow: -864_000))
        let failure = try await open(identity, .verified(names(Self.name), roots(identity))).failure
        guard case .tlsNotVerified? = failure else {
            Issue.record("an expired certificate was taken")
            return
        }
        // RFC 7672 §3.1.1: DANE-EE asks neither for a date nor for a name.
        let record = try record(identity, usage: 3, selector: 1, matching: 1)
        #expect(try await open(identity, .dane([record], names: [])).get()?.authentication == .dane(record))
        let anchor = try self.record(identity, usage: 2, selector: 1, matching: 1)
        guard case .tlsNotVerified? = try await open(identity, .dane([anchor], names: names(Self.name))).failure else {
            Issue.record("an expired certificate was taken")
            return
        }
    }

    @Test(arguments: [0, 1] as [UInt8], [0, 1, 2] as [UInt8])
    func endEntity(selector: UInt8, matching: UInt8) async throws {
        let identity = try TestIdentity(hostname: "somebody.else.example")
        let other = try TestIdentity(hostname: "somebody.else.example")
        let record = try record(identity, usage: 3, selector: selector, matching: matching)
        let wrong = try self.record(other, usage: 3, selector: selector, matching: matching)
        #expect(try await open(identity, .dane([wrong, record], names: [])).get()?.authentication == .dane(record))
        #expect(
            try await open(identity, .dane([wrong], names: [])).failure
                == .tlsNotVerified("no TLSA record matches the certificate"))
    }

    @Test func authorities() async throws {
        let authority = try TestAuthority(hostname: "*.fake.example")
        let complete = try TestAuthority(hostname: Self.name, chain: .complete)
        let mine = try names("other.example", Self.name)
        func open(_ authority: TestAuthority, _ policy: TLSPolicy) async throws -> Result<TLSFacts?, SMTPSessionFailure>
        {
            try await self.open(context: authority.context, policy, script: FakeServer.willing("STARTTLS"))
        }
        func anchor(_ certificate: Certificate, _ selector: UInt8, _ matching: UInt8) throws -> DANERecord {
            let presented = try #require(PresentedCertificate(der: TestAuthority.der(certificate)))
            let octets = selector == 0 ? presented.der : presented.publicKeyInfo
            let data = matching == 0 ? octets : Array(SHA256.hash(data: octets))
            return try #require(DANERecord(usage: 2, selector: selector, matchingType: matching, data: data))
        }
        let facts = try await open(authority, .verified(mine, .certificates([authority.root]))).get()
        #expect(facts?.authentication == .webPKI(mine[1]))
        let good: [(TestAuthority, DANERecord)] = [
            (authority, try anchor(authority.intermediate, 1, 1)),
            (authority, try anchor(authority.intermediate, 0, 1)),
            (authority, try anchor(authority.root, 0, 0)), (complete, try anchor(complete.root, 0, 1)),
            (complete, try anchor(complete.root, 1, 0)),
        ]
        for (authority, record) in good {
            #expect(try await open(authority, .dane([record], names: mine)).get()?.authentication == .dane(record))
            let failure = try await open(authority, .dane([record], names: names("other.example"))).failure
            guard case .tlsNotVerified? = failure else {
                Issue.record("\(record) was taken for another name")
                continue
            }
        }
        // A root that the server does not send, by its hash; another authority's root.
        for record in [try anchor(authority.root, 0, 1), try anchor(complete.root, 0, 0)] {
            guard case .tlsNotVerified? = try await open(authority, .dane([record], names: mine)).failure else {
                Issue.record("\(record) was taken")
                continue
            }
        }
    }

    @Test func unusableRecords() {
        let hash = [UInt8](repeating: 1, count: 32)
        #expect(DANERecord(usage: 0, selector: 1, matchingType: 1, data: hash) == nil)
        #expect(DANERecord(usage: 1, selector: 1, matchingType: 1, data: hash) == nil)
        #expect(DANERecord(usage: 4, selector: 1, matchingType: 1, data: hash) == nil)
        #expect(DANERecord(usage: 3, selector: 2, matchingType: 1, data: hash) == nil)
        #expect(DANERecord(usage: 3, selector: 1, matchingType: 3, data: hash) == nil)
        #expect(DANERecord(usage: 3, selector: 1, matchingType: 1, data: Array(hash.dropLast())) == nil)
        #expect(DANERecord(usage: 3, selector: 1, matchingType: 2, data: hash) == nil)
        #expect(DANERecord(usage: 3, selector: 1, matchingType: 0, data: []) == nil)
        #expect(
            DANERecord(usage: 3, selector: 1, matchingType: 1, data: hash)?.description == "3 1 1 0101010101010101…")
    }

    @Test(arguments: [
        ("mx.example.com", "mx.example.com", true), ("mx.example.com", "MX.Example.COM", true),
        ("mx.example.com", "*.example.com", true), ("a.mx.example.com", "*.example.com", false),
        ("example.com", "*.example.com", false), ("mx.example.com", "m*.example.com", false),
        ("mx.example.com", "*x.example.com", false), ("mx.example.com", "mx.*.com", false),
        ("mx.example.com", "*", false), ("mx.example.com", "*.", false), ("example.com", "*.com", false),
        ("mx.example.com", "*.*.com", false), ("mx.example.com", "", false), ("mx.example.com", "example.com", false),
    ])
    func wildcards(name: String, presented: String, isMatch: Bool) {
        #expect(MailHostPolicy.matches(name, presented: presented) == isMatch)
    }
}

extension Result {
    var failure: Failure? {
        if case .failure(let failure) = self { failure } else { nil }
    }
}
