import DNSClient
import DNSTestSupport
import MailCore
import Testing

@testable import DomainSetup

@Suite(.enabled(if: NSDServer.isInstalled)) struct DomainCheckTests {
    static let reverse = "1 IN PTR mail.example.test.\n"

    /// What a check of the domain says of a zone with these lines.
    private func check(
        _ publication: DomainPublication, zone: String, reverse: String = reverse
    ) async throws -> [RecordFinding] {
        let server = try NSDServer(zones: [
            TestZone("example.test", records: zone), TestZone("0.0.127.in-addr.arpa", records: reverse),
            TestZone("other.test", records: "@ IN TXT \"v=spf1 ip4:127.0.0.0/8 -all\"\nmx IN A 127.0.0.9\n"),
        ])
        let client = try DNSClient(
            configuration: DNSClientConfiguration(servers: .these([try server.endpoint]), trustAnchors: .none))
        return await DomainCheck(publication, client: client).run()
    }

    private func published(_ publication: DomainPublication) -> String {
        ZoneFile.text(publication.records, zone: publication.domain)
    }

    @Test func whatIsShownIsFound() async throws {
        let publication = try TestDomain.publication()
        let findings = try await check(publication, zone: published(publication))
        #expect(findings.map(\.record) == publication.records)
        for finding in findings {
            #expect(finding.status == (finding.record.need == .optional ? .unused : .ok), "\(finding)")
            #expect(!finding.isTrouble)
        }
    }

    @Test func whoSaysNoAddressIsToldTheOneInTheDNS() async throws {
        let publication = try TestDomain.publication(addresses: [])
        let zone = published(publication) + "mail IN A 127.0.0.1\n"
        let findings = try await check(publication, zone: zone)
        #expect(findings.filter(\.isTrouble).isEmpty, "\(findings.filter(\.isTrouble))")
        #expect(findings.map(\.record.data.type).prefix(3) == ["MX", "A", "PTR"])
        let without = try await check(publication, zone: published(publication))
        let address = try #require(without.first { $0.record.purpose == .hostAddress })
        #expect(address.status == .missing && address.advice.contains("A or AAAA"))
    }

    @Test func optionalRecordsAreSeenWhenTheyAreThere() async throws {
        let publication = try TestDomain.publication()
        let zone = published(publication).replacing("; _", with: "_")
        let findings = try await check(publication, zone: zone)
        #expect(findings.allSatisfy { $0.status == .ok }, "\(findings.filter { $0.status != .ok })")
    }

    /// (what is replaced in the zone, by what, of which record, what is found, a word of the advice).
    static let faults: [(String, String, DomainRecord.Purpose, RecordFinding.Status, String)] = [
        ("MX  10 mail.example.test.", "MX  10 mx.other.test.", .mailHost, .differs, "elsewhere"),
        ("MX  10 mail.example.test.", "MX  0 .", .mailHost, .differs, "elsewhere"),
        ("MX  10 mail.example.test.", "MX  10 mail.example.test.\n@ IN MX 5 mx.other.test.", .mailHost, .ok, "first"),
        ("A  127.0.0.1", "A  127.0.0.2", .hostAddress, .differs, "another address"),
        ("A  127.0.0.1", "AAAA  ::1", .hostAddress, .missing, ""),
        ("\"v=spf1 mx ~all\"", "\"v=spf1 -all\"", .senderPolicy, .differs, "does not let"),
        ("\"v=spf1 mx ~all\"", "\"v=spf1 include:other.test ~all\"", .senderPolicy, .ok, ""),
        ("\"v=spf1 mx ~all\"", "\"v=spf1 a:mail.example.test -all\"", .senderPolicy, .ok, ""),
        ("\"v=spf1 mx ~all\"", "\"v=spf1 redirect=other.test\"", .senderPolicy, .ok, ""),
        ("\"v=spf1 mx ~all\"", "\"v=spf1 include:nothing.test -all\"", .senderPolicy, .unknown, "followed"),
        ("\"v=spf1 mx ~all\"", "\"v=spf1 include:example.test -all\"", .senderPolicy, .unknown, "followed"),
        ("\"v=spf1 mx ~all\"", "\"v=spf1 mx -all\" \n@ IN TXT \"v=spf1 a -all\"", .senderPolicy, .differs, "one SPF"),
        ("\"v=spf1 mx ~all\"", "\"something else\"", .senderPolicy, .missing, ""),
        ("k=rsa; p=MII", "k=rsa; p=AAA", .signingKey, .differs, "no usable key"),
        ("k=rsa; p=", "k=r; p=", .signingKey, .differs, "no usable key"),
        ("rsa-1._domainkey", "rsa-2._domainkey", .signingKey, .missing, ""),
        ("p=none; rua=mailto:postmaster@example.test", "p=perhaps", .conformance, .differs, "policy"),
        ("p=none; rua=mailto:postmaster@example.test", "p=reject", .conformance, .ok, "rua="),
        ("_dmarc ", "_dmark ", .conformance, .missing, ""),
        ("465 mail.example.test.", "465 mx.other.test.", .service, .differs, "elsewhere"),
        ("_pop3s._tcp", "_pop3x._tcp", .service, .missing, ""),
    ]

    @Test(arguments: faults) func whatIsWrongIsSaid(
        _ old: String, _ new: String, _ purpose: DomainRecord.Purpose, _ status: RecordFinding.Status, _ word: String
    ) async throws {
        let publication = try TestDomain.publication()
        let zone = published(publication)
        #expect(zone.contains(old))
        let findings = try await check(publication, zone: zone.replacing(old, with: new))
        let of = findings.filter { $0.record.purpose == purpose }
        #expect(of.contains { $0.status == status && $0.advice.contains(word) }, "\(of)")
    }

    @Test func namesOfAddresses() async throws {
        let publication = try TestDomain.publication()
        for (reverse, status) in [("1 IN PTR x.provider.test.\n", RecordFinding.Status.differs), ("", .missing)] {
            let findings = try await check(publication, zone: published(publication), reverse: reverse)
            let finding = try #require(findings.first { $0.record.purpose == .reverseName })
            #expect(finding.status == status && finding.advice.contains("ask whoever gave"))
        }
    }

    @Test func aDeadServerIsNoVerdict() async throws {
        let server = try SilentDNSServer()
        let endpoint = try #require(SocketEndpoint("127.0.0.1:\(server.port)", defaultPort: 53))
        let client = try DNSClient(
            configuration: DNSClientConfiguration(
                servers: .these([endpoint]), trustAnchors: .none, lookupSecondsMax: 0.2))
        let findings = await DomainCheck(try TestDomain.publication(), client: client).run()
        #expect(findings.allSatisfy { $0.status == .unknown && !$0.advice.isEmpty }, "\(findings)")
    }
}
