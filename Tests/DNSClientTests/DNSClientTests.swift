import DNSTestSupport
import Foundation
import MailCore
import Testing

@testable import DNSClient

/// The client against NSD.
@Suite(.enabled(if: NSDServer.isInstalled, "nsd is not installed: sudo apt-get install nsd ldnsutils"))
struct DNSClientTests {
    @Test func mxComesInTheOrderOfPreference() async throws {
        let answer = try await DNSFixture.client().mx(domain("correo.test"))
        #expect(answer.records.map(\.preference) == [10, 10, 20])
        #expect(
            Set(answer.records.prefix(2).map(\.exchange)) == [domain("mx0.correo.test"), domain("mx1.correo.test")])
        #expect(answer.records.last?.exchange == domain("mx2.correo.test"))
        #expect(answer.security == .insecure)
        #expect((1...120).contains(answer.ttlSeconds))
        #expect(answer.canonicalName == domain("correo.test"))
        #expect(!answer.isNullMX)
    }

    @Test func nullMXIsRecognized() async throws {
        let answer = try await DNSFixture.client().mx(domain("nullmx.correo.test"))
        #expect(answer.isNullMX)
        #expect(answer.records == [MXRecord(preference: 0, exchange: nil)])
    }

    @Test func fiftyMX() async throws {
        let answer = try await DNSFixture.client().mx(domain("many.correo.test"))
        #expect(answer.records.map(\.preference) == Array(0..<50))
        #expect(answer.records.first?.exchange == domain("host49.correo.test"))
    }

    @Test func mxToNothing() async throws {
        let client = try DNSFixture.client()
        let answer = try await client.mx(domain("dangling.correo.test"))
        let exchange = try #require(answer.records.first?.exchange)
        await #expect(throws: DNSError.noSuchDomain(.insecure)) { try await client.addresses(of: exchange) }
    }

    @Test func hostsThatAreNoneAreLeftOut() async throws {
        let client = try DNSFixture.client()
        let answer = try await client.mx(domain("odd.correo.test"))
        #expect(answer.records == [MXRecord(preference: 10, exchange: domain("mail_host.correo.test"))])
        await #expect(throws: DNSError.malformed) { try await client.mx(domain("hopeless.correo.test")) }
    }

    @Test func noDataAndNoDomainAreDifferent() async throws {
        let client = try DNSFixture.client()
        await #expect(throws: DNSError.noData(.insecure)) { try await client.mx(domain("mx1.correo.test")) }
        await #expect(throws: DNSError.noSuchDomain(.insecure)) { try await client.mx(domain("nobody.correo.test")) }
        await #expect(throws: DNSError.noSuchDomain(.insecure)) {
            try await client.addresses(of: domain("lost.correo.test"))
        }
        await #expect(throws: DNSError.noData(.insecure)) { try await client.addresses(of: domain("correo.test")) }
    }

    @Test func addressesOfBothFamilies() async throws {
        let client = try DNSFixture.client()
        let both = try await client.addresses(of: domain("mx1.correo.test"))
        #expect(both.records.first == address("2001:db8::2"))
        #expect(Set(both.records.dropFirst()) == [address("192.0.2.2"), address("192.0.2.3")])
        let fours = try await client.addresses(of: domain("mx1.correo.test"), family: .v4)
        #expect(fours.records.count == 2)
        let six = try await client.addresses(of: domain("six.correo.test"))
        #expect(six.records == [address("2001:db8::6")])
        await #expect(throws: DNSError.noData(.insecure)) {
            try await client.addresses(of: domain("six.correo.test"), family: .v4)
        }
    }

    @Test func aliasesAreFollowed() async throws {
        let client = try DNSFixture.client()
        let answer = try await client.addresses(of: domain("alias.correo.test"), family: .v6)
        #expect(answer.records == [address("2001:db8::2")])
        #expect(answer.canonicalName == domain("mx1.correo.test"))
        let other = try await client.addresses(of: domain("outward.correo.test"))
        #expect(other.records == [address("192.0.2.44")])
        let step = try await client.cname(domain("alias.correo.test"))
        #expect(step.records == [domain("step.correo.test")])
        await #expect(throws: DNSError.serverFailure(detail: "SERVFAIL")) {
            try await client.addresses(of: domain("loop.correo.test"))
        }
    }

    @Test func textIsJoined() async throws {
        let client = try DNSFixture.client()
        let answer = try await client.txt(domain("correo.test"))
        #expect(Set(answer.records.map(\.text)) == ["v=spf1 mx -all", "one two three"])
        let long = try #require(try await client.txt(domain("long.correo.test")).records.first)
        #expect(long.strings.map(\.count) == [255, 255, 1])
        #expect(
            long.text == String(repeating: "a", count: 255) + String(repeating: "b", count: 255) + "c")
        #expect(try await client.txt(name("with space.correo.test")).records.map(\.text) == ["found"])
    }

    @Test func namesOfAddresses() async throws {
        let client = try DNSFixture.client()
        #expect(try await client.ptr(address("192.0.2.1")).records == [domain("mx0.correo.test")])
        #expect(try await client.ptr(address("2001:db8::2")).records == [domain("mx1.correo.test")])
        #expect(try await client.ptr(address("127.0.0.2")).records == [domain("mail.correo.test")])
        #expect(try await client.ptr(address("10.0.0.1")).records == [domain("inside.correo.test")])
        await #expect(throws: DNSError.malformed) { try await client.ptr(address("192.0.2.2")) }
        await #expect(throws: DNSError.noSuchDomain(.insecure)) { try await client.ptr(address("192.0.2.3")) }
    }

    @Test func signedZoneIsSecure() async throws {
        let client = try DNSFixture.client()
        #expect(try await client.mx(domain("signed.test")).security == .secure)
        let addresses = try await client.addresses(of: domain("alias.signed.test"))
        #expect(addresses.security == .secure)
        #expect(addresses.canonicalName == domain("mail.signed.test"))
        await #expect(throws: DNSError.noData(.secure)) { try await client.txt(domain("mail.signed.test")) }
        await #expect(throws: DNSError.noSuchDomain(.secure)) { try await client.txt(domain("none.signed.test")) }
        #expect(try await client.addresses(of: domain("out.signed.test")).security == .insecure)
    }

    @Test func certificatesOfServers() async throws {
        let client = try DNSFixture.client()
        let answer = try await client.tlsa(port: 25, host: domain("mail.signed.test"))
        #expect(answer.security == .secure)
        #expect(
            answer.records == [
                TLSARecord(
                    usage: .daneEE, selector: .publicKey, matching: .sha256, data: [UInt8](repeating: 0xab, count: 32))
            ])
        let unknown = try await client.tlsa(port: 26, host: domain("mail.signed.test"))
        #expect(unknown.records.first?.usage == TLSARecord.Usage(rawValue: 7))
        await #expect(throws: DNSError.noSuchDomain(.secure)) {
            try await client.tlsa(port: 465, host: domain("mail.signed.test"))
        }
    }

    @Test func tamperedZoneIsBogus() async throws {
        let client = try DNSFixture.client()
        let error = await #expect(throws: DNSError.self) {
            try await client.addresses(of: domain("mail.broken.test"), family: .v4)
        }
        guard case .bogus(let reason)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(reason.contains("mail.broken.test"))
        #expect(try await client.mx(domain("broken.test")).security == .secure)
        // One family is forged, the other is not: what is right is used.
        let both = try await client.addresses(of: domain("mail.broken.test"))
        #expect(both.records == [address("2001:db8::70")])
    }

    @Test func withoutAnchorsNothingIsSecure() async throws {
        let server = try DNSFixture.server.get()
        let client = try DNSClient(
            configuration: DNSClientConfiguration(servers: .these([try server.endpoint]), trustAnchors: .none))
        #expect(try await client.mx(domain("signed.test")).security == .insecure)
        #expect(try await client.addresses(of: domain("mail.broken.test")).security == .insecure)
    }

    /// A resolver that knows nothing of the root's key, as behind many a router.
    @Test func serverWithoutSignatures() async throws {
        let server = try DNSFixture.server.get()
        let key = try String(contentsOfFile: try #require(server.trustAnchorFiles.first), encoding: .utf8)
        let rootKey = server.trustAnchorFiles[0] + ".root"
        try key.replacingOccurrences(of: "signed.test.", with: ".").write(
            toFile: rootKey, atomically: false, encoding: .utf8)
        func security(_ anchors: DNSClientConfiguration.TrustAnchors) async throws -> DNSSecurity {
            let servers = DNSClientConfiguration.Servers.these([try server.endpoint])
            let client = try DNSClient(
                configuration: DNSClientConfiguration(servers: servers, trustAnchors: anchors))
            return try await client.mx(domain("correo.test")).security
        }
        #expect(try await security(.opportunistic([rootKey, "/nowhere/root.key"])) == .insecure)
        let error = await #expect(throws: DNSError.self) { try await security(.files([rootKey])) }
        guard case .bogus? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func failingServers() async throws {
        let client = try DNSFixture.client()
        await #expect(throws: DNSError.serverFailure(detail: "SERVFAIL")) {
            try await client.mx(domain("failing.test"))
        }
        // Not one of the server's zones: it refuses.
        await #expect(throws: DNSError.serverFailure(detail: "SERVFAIL")) {
            try await client.mx(domain("elsewhere.test"))
        }
    }

    @Test func literalsAndLongNamesAreNotAskedFor() async throws {
        let client = try DNSFixture.client()
        await #expect(throws: DNSError.notAName) { try await client.mx(domain("[192.0.2.1]")) }
        let long = domain([String](repeating: String(repeating: "a", count: 49), count: 5).joined(separator: "."))
        await #expect(throws: DNSError.notAName) { try await client.tlsa(port: 25, host: long) }
    }

    @Test func manyAtOnce() async throws {
        let client = try DNSFixture.client()
        let found = await withTaskGroup(of: Int.self) { group in
            for number in 0..<500 {
                group.addTask {
                    let answer = try? await client.mx(domain(number % 2 == 0 ? "correo.test" : "many.correo.test"))
                    return answer?.records.count ?? -1000
                }
            }
            return await group.reduce(0, +)
        }
        #expect(found == 250 * 3 + 250 * 50)
    }
}
