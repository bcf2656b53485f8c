import Directory
import Foundation
import MailCore
import SenderAuthentication
import Testing

@testable import DomainSetup

/// A domain with keys, as commands have it.
enum TestDomain {
    static let keys: [SigningKeySummary] = DKIMAlgorithm.allCases.map { algorithm in
        let name = algorithm == .rsaSHA256 ? "rsa-1" : "ed-1"
        let text = (try? DKIMPrivateKey.generate(algorithm)).map { DKIMKeyRecord($0.publicKey).text } ?? ""
        return SigningKeySummary(
            selector: name, algorithm: algorithm.rawValue, state: .active,
            recordName: "\(name)._domainkey.example.test", recordText: text, createdSeconds: 0)
    }

    static func publication(
        addresses: [String] = ["127.0.0.1"], hostname: String = "mail.example.test",
        departure: DomainPublication.Server.Departure = .direct
    ) throws -> DomainPublication {
        DomainPublication(
            domain: try #require(Domain("example.test")),
            server: DomainPublication.Server(
                hostname: try #require(Domain(hostname)), addresses: try addresses.map { try #require(IPAddress($0)) },
                services: [(.pop3s, 995), (.submissions, 465), (.submission, 587)], departure: departure),
            keys: keys)
    }
}

@Suite struct DomainPublicationTests {
    @Test func aDomainPublishesAllOfThis() throws {
        let records = try TestDomain.publication(addresses: ["192.0.2.1", "2001:db8::1"]).records
        let lines = records.map { "\($0.name) \($0.data.type) \($0.data.value)" }
        let keys = TestDomain.keys.map { "\($0.recordName) TXT \($0.recordText)" }
        #expect(
            lines.filter { !$0.hasPrefix("_mta-sts") } == [
                "example.test MX 10 mail.example.test.",
                "mail.example.test A 192.0.2.1", "mail.example.test AAAA 2001:db8::1",
                "1.2.0.192.in-addr.arpa PTR mail.example.test.",
                "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa PTR mail.example.test.",
                "example.test TXT v=spf1 mx ~all", "mail.example.test TXT v=spf1 a -all", keys[0], keys[1],
                "_dmarc.example.test TXT v=DMARC1; p=none; rua=mailto:postmaster@example.test",
                "_submissions._tcp.example.test SRV 0 1 465 mail.example.test.",
                "_submission._tcp.example.test SRV 10 1 587 mail.example.test.",
                "_pop3s._tcp.example.test SRV 20 1 995 mail.example.test.",
                "_smtp._tls.example.test TXT v=TLSRPTv1; rua=mailto:postmaster@example.test",
            ])
    }

    @Test func theIDOfAPolicyIsItsOwn() throws {
        let server = try TestDomain.publication().server
        let other = try TestDomain.publication(hostname: "mx.example.test").server
        let record = MTASTSRecord(for: DomainPublication.policy(server))
        #expect(MTASTSRecord(records: [record.text]) == record)
        #expect(record != MTASTSRecord(for: DomainPublication.policy(other)))
        #expect(try MTASTSPolicy(Array(DomainPublication.policy(server).text.utf8)) == DomainPublication.policy(server))
    }

    /// Another tool reads the zone.
    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/sbin/nsd-checkzone")))
    func zoneFilesAreRead() throws {
        for hostname in ["mail.example.test", "example.test", "mail.other.test"] {
            let publication = try TestDomain.publication(addresses: ["192.0.2.1", "2001:db8::1"], hostname: hostname)
            let zone = ZoneFile.text(publication.records, zone: publication.domain)
            let head = "@ 300 IN SOA ns.example.test. root.example.test. 1 1 1 1 1\n@ 300 IN NS ns.example.test.\n"
            let file = NSTemporaryDirectory() + "paloma-zone-\(UUID().uuidString)"
            try zone.replacing("$TTL 3600\n", with: "$TTL 3600\n\(head)").write(
                toFile: file, atomically: false, encoding: .utf8)
            defer { try? FileManager.default.removeItem(atPath: file) }
            let check = Process()
            check.executableURL = URL(fileURLWithPath: "/usr/sbin/nsd-checkzone")
            check.arguments = ["example.test", file]
            // A file, not a pipe: programs that other tests start meanwhile would keep its end open.
            let log = file + ".log"
            #expect(FileManager.default.createFile(atPath: log, contents: nil))
            defer { try? FileManager.default.removeItem(atPath: log) }
            let output = try #require(FileHandle(forWritingAtPath: log))
            check.standardOutput = output
            check.standardError = output
            try check.run()
            check.waitUntilExit()
            let said = try String(contentsOfFile: log, encoding: .utf8)
            #expect(check.terminationStatus == 0, "\(said)")
            #expect(zone.split(separator: "\n").allSatisfy { $0.utf8.count < 700 })
        }
    }

    @Test func whatBelongsElsewhereIsAComment() throws {
        let publication = try TestDomain.publication(addresses: ["192.0.2.1"], hostname: "mail.other.test")
        let active = ZoneFile.text(publication.records, zone: publication.domain)
            .split(separator: "\n").filter { !$0.hasPrefix(";") }
        #expect(active.contains { $0.hasPrefix("@ ") && $0.contains("MX") })
        #expect(!active.contains { $0.contains(" A ") || $0.contains("PTR") || $0.contains("_mta-sts") })
    }
}

@Suite struct NetworkTests {
    @Test(arguments: [
        ("192.0.2.0/24", "192.0.2.77", true), ("192.0.2.0/24", "192.0.3.1", false), ("192.0.2.1", "192.0.2.1", true),
        ("192.0.2.1/32", "192.0.2.2", false), ("0.0.0.0/0", "203.0.113.1", true), ("192.0.2.0/33", "192.0.2.0", false),
        ("2001:db8::/32", "2001:db8:1::1", true), ("2001:db8::/32", "2001:db9::1", false),
        ("192.0.2.0/24", "2001:db8::1", false), ("junk/8", "192.0.2.1", false), ("", "192.0.2.1", false),
        ("192.0.2.128/25", "192.0.2.127", false),
    ])
    func networks(_ network: String, _ address: String, _ isInside: Bool) throws {
        #expect(Network.contains(network, try #require(IPAddress(address))) == isInside)
    }
}
