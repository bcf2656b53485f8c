package import DNSClient
internal import MailCore
internal import SenderAuthentication

/// Compares what a domain publishes with what it should.
package struct DomainCheck: Sendable {
    let publication: DomainPublication
    let client: DNSClient
    /// The addresses of the server's name as the DNS has them.
    private let seen: Result<[IPAddress], DNSError>

    /// Looks up the server's own name, on which other records depend.
    package init(_ publication: DomainPublication, client: DNSClient) async {
        self.publication = publication
        self.client = client
        seen = await DomainCheck.found { () throws(DNSError) in
            try await client.addresses(of: publication.server.hostname).records
        }
    }

    /// What was found about each record, in the order of the publication; when nobody has said which addresses the server
    /// has, about those that its name leads to.
    package func run() async -> [RecordFinding] {
        await withTaskGroup(of: (Int, [RecordFinding]).self) { group in
            for (index, record) in publication.records.enumerated() {
                group.addTask {
                    let isUnnamed = record.data == .unnamedAddress
                    return (index, isUnnamed ? await seenAddresses(record) : [await finding(record)])
                }
            }
            var findings: [(Int, [RecordFinding])] = []
            for await finding in group { findings.append(finding) }
            return findings.sorted { $0.0 < $1.0 }.flatMap(\.1)
        }
    }

    /// The server's addresses: those that were named, else those that the DNS has.
    var addresses: [IPAddress] {
        if !publication.server.addresses.isEmpty { return publication.server.addresses }
        return (try? seen.get()) ?? []
    }

    private func finding(_ record: DomainRecord) async -> RecordFinding {
        switch record.data {
        case .mx(_, let host): await mailHost(record, host)
        case .address(let address): hostAddress(record, address)
        case .ptr(let address, let host): await reverseName(record, address, host)
        case .srv: await service(record)
        case .txt: await text(record)
        case .unnamedAddress: RecordFinding(record, .unknown)
        }
    }

    // MARK: the host

    private func mailHost(_ record: DomainRecord, _ host: Domain) async -> RecordFinding {
        let answer = await DomainCheck.found { () throws(DNSError) in
            try await client.mx(publication.domain).records
        }
        guard case .success(let records) = answer else { return failed(record, answer) }
        let found = records.map { "\($0.preference) \($0.exchange?.ascii ?? "")." }
        var best: UInt16?
        for mx in records {
            guard let exchange = mx.exchange, await isOurs(exchange) else { continue }
            best = best ?? mx.preference
        }
        guard let best else {
            return RecordFinding(record, .differs, found: found, "mail for the domain goes elsewhere")
        }
        if let first = records.first, first.preference < best, let exchange = first.exchange {
            return RecordFinding(
                record, .ok, found: found, "\(exchange.ascii) is tried first and should hand the mail on to here")
        }
        return RecordFinding(record, .ok, found: found)
    }

    /// Whether the host is this server, under this name or another one.
    private func isOurs(_ host: Domain) async -> Bool {
        if host == publication.server.hostname { return true }
        let others = await DomainCheck.found { () throws(DNSError) in try await client.addresses(of: host).records }
        guard case .success(let addresses) = others else { return false }
        return addresses.contains { self.addresses.contains($0) }
    }

    private func hostAddress(_ record: DomainRecord, _ address: IPAddress) -> RecordFinding {
        guard case .success(let seen) = seen else { return failed(record, seen) }
        if seen.contains(address) { return RecordFinding(record, .ok, found: [address.text]) }
        let others = seen.filter { $0.family == address.family }.map(\.text)
        return RecordFinding(
            record, others.isEmpty ? .missing : .differs, found: others,
            others.isEmpty ? "" : "the name leads to another address")
    }

    /// The addresses that the DNS has for the server's name, and their names.
    private func seenAddresses(_ record: DomainRecord) async -> [RecordFinding] {
        guard case .success(let seen) = seen else {
            return [failed(record, seen, "the server's name needs an A or AAAA record")]
        }
        let server = DomainPublication.Server(hostname: publication.server.hostname, addresses: seen)
        let records = DomainPublication(domain: publication.domain, server: server, keys: []).records
        var findings: [RecordFinding] = []
        for record in records where record.purpose == .hostAddress || record.purpose == .reverseName {
            findings.append(await finding(record))
        }
        return findings
    }

    private func reverseName(_ record: DomainRecord, _ address: IPAddress, _ host: Domain) async -> RecordFinding {
        let answer = await DomainCheck.found { () throws(DNSError) in try await client.ptr(address).records }
        guard case .success(let names) = answer else {
            return failed(record, answer, "ask whoever gave you the address to set its name")
        }
        let found = names.map { "\($0.ascii)." }
        guard names.contains(host) else {
            return RecordFinding(
                record, .differs, found: found,
                "the address has another name; ask whoever gave it to you, or set hostname to that name")
        }
        return RecordFinding(record, .ok, found: found)
    }

    private func service(_ record: DomainRecord) async -> RecordFinding {
        guard case .srv(_, _, let port, let target) = record.data, let name = DNSName(record.name) else {
            return RecordFinding(record, .unknown)
        }
        let answer = await DomainCheck.found { () throws(DNSError) in try await client.srv(name).records }
        guard case .success(let records) = answer else { return failed(record, answer) }
        let found = records.map { "\($0.priority) \($0.weight) \($0.port) \($0.target?.ascii ?? "")." }
        guard records.contains(where: { $0.target == target && Int($0.port) == port }) else {
            return RecordFinding(record, .differs, found: found, "mail programs are sent elsewhere")
        }
        return RecordFinding(record, .ok, found: found)
    }

    // MARK: texts

    private func text(_ record: DomainRecord) async -> RecordFinding {
        guard let name = DNSName(record.name) else { return RecordFinding(record, .unknown) }
        let answer = await DomainCheck.found { () throws(DNSError) in try await client.txt(name).records.map(\.text) }
        guard case .success(let texts) = answer else { return failed(record, answer) }
        switch record.purpose {
        case .senderPolicy, .helloPolicy: return await senderPolicy(record, texts)
        case .signingKey: return signingKey(record, texts)
        case .conformance: return conformance(record, texts)
        case .strictTransport: return strictTransport(record, texts)
        default: return transportReports(record, texts)
        }
    }

    private func senderPolicy(_ record: DomainRecord, _ texts: [String]) async -> RecordFinding {
        let policies = texts.filter { SPFRecord($0) != nil }
        guard let text = policies.first, let policy = SPFRecord(text) else { return absent(record) }
        guard policies.count == 1 else {
            return RecordFinding(
                record, .differs, found: policies, "there must be one SPF record: with more, none of them counts")
        }
        let isRelayed = publication.server.departure == .relay && record.purpose == .senderPolicy
        guard let domain = Domain(record.name), !isRelayed else { return RecordFinding(record, .ok, found: policies) }
        var evaluation = SenderPolicyReach(client: client, addresses: addresses)
        switch await evaluation.reaches(policy, of: domain) {
        case .yes: return RecordFinding(record, .ok, found: policies)
        case .no: return RecordFinding(record, .differs, found: policies, "the record does not let this server send")
        case .unclear:
            return RecordFinding(record, .unknown, found: policies, "the record cannot be followed to its end")
        }
    }

    private func signingKey(_ record: DomainRecord, _ texts: [String]) -> RecordFinding {
        guard !texts.isEmpty else { return absent(record) }
        guard let wanted = try? DKIMKeyRecord(record.data.value) else { return RecordFinding(record, .unknown) }
        var advice = "another text is there"
        for text in texts {
            do {
                let published = try DKIMKeyRecord(text)
                if published.key.octets == wanted.key.octets { return RecordFinding(record, .ok, found: [text]) }
                advice = "another key is published: signatures do not verify"
            } catch {
                advice = "what is there is no usable key: signatures do not verify"
            }
        }
        return RecordFinding(record, .differs, found: texts, advice)
    }

    private func conformance(_ record: DomainRecord, _ texts: [String]) -> RecordFinding {
        let candidates = texts.filter { $0.lowercased().hasPrefix("v=dmarc1") }
        guard let text = candidates.first else { return absent(record) }
        guard candidates.count == 1, let policy = DMARCRecord(text) else {
            return RecordFinding(
                record, .differs, found: candidates, "there must be one DMARC record with a policy (p=)")
        }
        let advice = policy.reportsTo.isEmpty ? "without rua= nobody reports how it works" : ""
        return RecordFinding(record, .ok, found: [text], advice)
    }

    private func strictTransport(_ record: DomainRecord, _ texts: [String]) -> RecordFinding {
        let candidates = texts.filter { $0.hasPrefix("v=STSv1") }
        guard !candidates.isEmpty else { return absent(record) }
        guard MTASTSRecord(records: candidates) != nil else {
            return RecordFinding(record, .differs, found: candidates, "there must be one record with an id")
        }
        return RecordFinding(record, .ok, found: candidates, "see that the policy names \(publication.server.hostname)")
    }

    private func transportReports(_ record: DomainRecord, _ texts: [String]) -> RecordFinding {
        let candidates = texts.filter { $0.hasPrefix("v=TLSRPTv1") }
        return candidates.isEmpty ? absent(record) : RecordFinding(record, .ok, found: candidates)
    }

    // MARK: failures

    /// What there is to say when the record is not there.
    private func absent(_ record: DomainRecord) -> RecordFinding {
        RecordFinding(record, record.need == .optional ? .unused : .missing)
    }

    private func failed<Found>(
        _ record: DomainRecord, _ answer: Result<Found, DNSError>, _ advice: String = ""
    ) -> RecordFinding {
        guard case .failure(let error) = answer else { return RecordFinding(record, .unknown) }
        switch error {
        case .noSuchDomain, .noData:
            return RecordFinding(record, record.need == .optional ? .unused : .missing, advice)
        default:
            return RecordFinding(record, .unknown, "\(error)")
        }
    }

    static func found<Found: Sendable>(
        _ lookup: () async throws(DNSError) -> Found
    ) async -> Result<Found, DNSError> {
        do {
            return .success(try await lookup())
        } catch {
            return .failure(error)
        }
    }
}
