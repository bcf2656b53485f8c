internal import DNSClient
package import Directory
package import MailCore
package import SenderAuthentication

/// All that a domain should publish so that mail comes here and is believed elsewhere.
package struct DomainPublication: Sendable {
    /// The server as others see it.
    package struct Server: Sendable {
        /// How its mail leaves.
        package enum Departure: Sendable, Hashable {
            /// From its own addresses.
            case direct
            /// Through another server, whose addresses the sender policy has to name.
            case relay
        }

        /// Its name.
        package var hostname: Domain
        /// Its public addresses; none when nobody has said.
        package var addresses: [IPAddress]
        /// What it offers to mail programs, with the ports.
        package var services: [(service: MailService, port: Int)]
        /// How its mail leaves.
        package var departure: Departure
        /// What its policies say to those who send to it.
        package var strictTransport: MTASTSPolicy.Mode

        /// Puts the parts together.
        package init(
            hostname: Domain, addresses: [IPAddress] = [], services: [(service: MailService, port: Int)] = [],
            departure: Departure = .direct, strictTransport: MTASTSPolicy.Mode = .testing
        ) {
            self.hostname = hostname
            self.addresses = addresses
            self.services = services
            self.departure = departure
            self.strictTransport = strictTransport
        }
    }

    /// The domain.
    package let domain: Domain
    /// The server.
    package let server: Server
    /// The records, the most important first.
    package let records: [DomainRecord]

    /// What the domain should publish.
    package init(domain: Domain, server: Server, keys: [SigningKeySummary]) {
        self.domain = domain
        self.server = server
        let own = DomainPublication.routing(domain, server)
        let authentication =
            DomainPublication.senderPolicies(domain, server) + keys.map(DomainPublication.record)
            + [DomainPublication.conformance(domain)]
        let offers = DomainPublication.services(domain, server)
        records = own + authentication + offers + DomainPublication.transport(domain, server)
    }

    /// The policy to be served at `MTASTSPolicy.address(for:)` by those who publish the record for it.
    package static func policy(_ server: Server) -> MTASTSPolicy {
        MTASTSPolicy(
            mode: server.strictTransport, patterns: [MXPattern(server.hostname)], maxAgeSeconds: 604_800)
    }

    private static func routing(_ domain: Domain, _ server: Server) -> [DomainRecord] {
        var records = [
            DomainRecord(
                domain.ascii, .mx(preference: 10, host: server.hostname), .mailHost, .required,
                "mail for the domain comes to this server")
        ]
        if server.addresses.isEmpty {
            records.append(
                DomainRecord(
                    server.hostname.ascii, .unnamedAddress, .hostAddress, .required,
                    "where this server is; its address needs this name, too (PTR)"))
        }
        for address in server.addresses {
            records.append(
                DomainRecord(
                    server.hostname.ascii, .address(address), .hostAddress, .required, "where this server is"))
        }
        for address in server.addresses {
            records.append(
                DomainRecord(
                    DNSName(reverseOf: address).text, .ptr(of: address, host: server.hostname), .reverseName, .required,
                    "set where the address comes from: many servers refuse mail from an address without its name"))
        }
        return records
    }

    private static func senderPolicies(_ domain: Domain, _ server: Server) -> [DomainRecord] {
        let note =
            switch server.departure {
            case .direct: "only the domain's mail hosts send its mail"
            case .relay: "who sends the domain's mail; add what the provider of your relay says, such as include:…"
            }
        var records = [
            DomainRecord(domain.ascii, .txt(SPFRecord.ownHosts.text), .senderPolicy, .required, note)
        ]
        if server.hostname != domain {
            records.append(
                DomainRecord(
                    server.hostname.ascii, .txt(SPFRecord(terms: ["a", "-all"]).text), .helloPolicy, .recommended,
                    "reports have no sender: the server's own name counts"))
        }
        return records
    }

    private static func record(_ key: SigningKeySummary) -> DomainRecord {
        let kind = key.algorithm == DKIMAlgorithm.rsaSHA256.rawValue ? "RSA" : "Ed25519"
        let (need, note): (DomainRecord.Need, String) =
            switch key.state {
            case .active:
                (kind == "RSA" ? .required : .recommended, "the \(kind) key with which the domain's mail is signed")
            case .next: (.required, "the new \(kind) key, which does not sign yet")
            case .retired: (.optional, "the former \(kind) key, for mail that is still under way")
            }
        return DomainRecord(key.recordName, .txt(key.recordText), .signingKey, need, note)
    }

    private static func conformance(_ domain: Domain) -> DomainRecord {
        let record = DMARCRecord(policy: .none, reportsTo: ["mailto:postmaster@\(domain.ascii)"])
        return DomainRecord(
            DMARCRecord.name(for: domain), .txt(record.text), .conformance, .required,
            "when the reports show that all is well: p=quarantine, then p=reject")
    }

    private static func services(_ domain: Domain, _ server: Server) -> [DomainRecord] {
        MailService.allCases.flatMap { service in
            server.services.filter { $0.service == service }.map { offer in
                DomainRecord(
                    "_\(service.rawValue)._tcp.\(domain.ascii)",
                    .srv(priority: service.priority, weight: 1, port: offer.port, target: server.hostname), .service,
                    .recommended, "mail programs find the server by it")
            }
        }
    }

    private static func transport(_ domain: Domain, _ server: Server) -> [DomainRecord] {
        [
            DomainRecord(
                MTASTSRecord.name(for: domain), .txt(MTASTSRecord(for: policy(server)).text), .strictTransport,
                .optional,
                "with the policy at \(MTASTSPolicy.address(for: domain)), and a certificate that everybody trusts"),
            DomainRecord(
                "_smtp._tls.\(domain.ascii)", .txt("v=TLSRPTv1; rua=mailto:postmaster@\(domain.ascii)"),
                .transportReports, .optional, "where others report trouble with TLS"),
        ]
    }
}
