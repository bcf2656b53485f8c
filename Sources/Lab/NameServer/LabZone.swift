internal import MailCore

/// A zone of the lab's name server.
package struct LabZone: Hashable, Sendable {
    /// Without the last dot.
    package let name: String
    /// All but SOA and NS.
    package let records: [LabRecord]

    /// Short, so that one who changes a zone sees the change.
    private static let ttlSeconds = 60

    /// Puts the parts together.
    package init(name: String, records: [LabRecord]) {
        self.name = name
        self.records = records
    }

    /// What a domain with one mail server publishes: MX, A, SPF and DMARC.
    ///
    /// - Parameter more: records of its own, such as those of its DKIM keys and of the server's certificate.
    package init(of host: LabHost, more: [LabRecord] = []) {
        self.init(
            name: host.domain.ascii,
            records: [
                LabRecord(name: "@", type: "MX", data: "10 \(host.hostname)."),
                LabRecord(name: "\(host.hostname).", type: "A", data: host.address.text),
                // The domain's mail comes from its MX alone (RFC 7208 §5.4).
                LabRecord(name: "@", text: "v=spf1 mx -all"),
                LabRecord(name: "\(host.hostname).", text: "v=spf1 a -all"),
                LabRecord(name: "_dmarc", text: "v=DMARC1; p=quarantine; rua=mailto:postmaster@\(host.domain)"),
            ] + more)
    }

    /// The names of the hosts' addresses, one zone for each /24 network.
    package static func reverseZones(of hosts: [LabHost]) -> [LabZone] {
        var records: [String: [LabRecord]] = [:]
        for host in hosts where host.address.family == .v4 {
            let octets = host.address.octets
            let zone = "\(octets[2]).\(octets[1]).\(octets[0]).in-addr.arpa"
            records[zone, default: []].append(LabRecord(name: "\(octets[3])", type: "PTR", data: "\(host.hostname)."))
        }
        return records.keys.sorted().map { LabZone(name: $0, records: records[$0] ?? []) }
    }

    /// The file with its signatures.
    package var signedFile: String { "\(name).zone.signed" }

    /// The whole file.
    package var text: String {
        let head = """
            $ORIGIN \(name).
            $TTL \(Self.ttlSeconds)
            @\tIN\tSOA\tns.\(name). hostmaster.\(name). 1 3600 900 604800 \(Self.ttlSeconds)
            @\tIN\tNS\tns.\(name).
            ns\tIN\tA\t127.0.0.1

            """
        return head + records.map { $0.line + "\n" }.joined()
    }
}
