import MailCore
import Testing

@testable import DNSClient

/// What stands in records, right and wrong.
@Suite struct RecordDataTests {
    @Test func mx() {
        #expect(
            MXRecord(data: [0, 10, 2, 0x4d, 0x58, 1, 0x61, 0]) == MXRecord(preference: 10, exchange: domain("mx.a")))
        #expect(MXRecord(data: [1, 0, 0]) == MXRecord(preference: 256, exchange: nil))
    }

    @Test(
        arguments: [
            [], [0], [0, 10], [0, 10, 1], [0, 10, 1, 0x61], [0, 10, 0, 0], [0, 10, 0xc0, 0x0c],
            [0, 10, 64] + [UInt8](repeating: 0x61, count: 65),
            [0, 10, 1, 0x20, 0], [0, 10, 3, 0x61, 0x2e, 0x62, 0], [0, 10, 1, 0xff, 0], [0, 10, 2, 0xc3, 0xb1, 0],
            [0, 10] + [UInt8](repeating: 1, count: 300),
        ] as [[UInt8]])
    func badMX(data: [UInt8]) {
        #expect(MXRecord(data: data) == nil)
    }

    @Test func text() {
        #expect(TXTRecord(data: [1, 0x61, 0, 2, 0x62, 0x63])?.strings == [[0x61], [], [0x62, 0x63]])
        #expect(TXTRecord(data: [0])?.text == "")
        #expect(TXTRecord(data: [1, 0xff])?.text == "\u{fffd}")
        #expect(TXTRecord(data: []) == nil)
        #expect(TXTRecord(data: [2, 0x61]) == nil)
    }

    @Test func tlsa() {
        #expect(
            TLSARecord(data: [2, 0, 2, 9])
                == TLSARecord(usage: .daneTA, selector: .certificate, matching: .sha512, data: [9]))
        #expect(TLSARecord(data: [2, 0, 2]) == nil)
        #expect(TLSARecord(data: []) == nil)
    }

    @Test func randomOctetsAreNoTrap() {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<20_000 {
            let data = (0..<Int.random(in: 0..<40, using: &generator)).map { _ in
                UInt8.random(in: 0...70, using: &generator)
            }
            _ = MXRecord(data: data)
            _ = TXTRecord(data: data)
            _ = TLSARecord(data: data)
        }
    }

    @Test func errorsHavePlainWords() {
        let errors: [DNSError] = [
            .noSuchDomain(.secure), .noData(.insecure), .serverFailure(detail: "SERVFAIL"), .timedOut,
            .bogus(reason: "x"),
            .tooManyLookups, .malformed, .notAName, .cancelled, .stopped,
        ]
        #expect(Set(errors.map(\.description)).count == errors.count)
        #expect(
            errors.filter { $0.permanence == .permanent } == [.noSuchDomain(.secure), .noData(.insecure), .notAName])
    }
}

@Suite struct HostsFileTests {
    let hosts = HostsFile(
        text: """
            # comment
            127.0.0.1\tlocalhost  Mail.Example.Test # more
            ::1 localhost
            not an address
            192.0.2.1

            192.0.2.1 mail.example.test mail.example.test
            """)

    @Test func addressesOfNames() {
        #expect(hosts.addresses(of: name("localhost")) == [address("127.0.0.1"), address("::1")])
        #expect(hosts.addresses(of: name("localhost"), family: .v6) == [address("::1")])
        #expect(hosts.addresses(of: name("mail.example.test")) == [address("127.0.0.1"), address("192.0.2.1")])
        #expect(hosts.addresses(of: name("an")).isEmpty)
    }

    @Test func missingFileIsEmpty() {
        #expect(HostsFile(path: "/nowhere").addresses(of: name("localhost")).isEmpty)
    }

    @Test func clientOfTheSystemReadsIt() async throws {
        let client = try DNSClient(
            configuration: DNSClientConfiguration(
                servers: .system(resolvConf: "/nowhere", hosts: "/etc/hosts"), trustAnchors: .none))
        #expect(try await client.addresses(of: domain("localhost")).records.contains(address("127.0.0.1")))
    }
}
