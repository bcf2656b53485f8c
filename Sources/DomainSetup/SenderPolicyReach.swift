internal import DNSClient
internal import MailCore
internal import SenderAuthentication

/// Whether an SPF record lets addresses send: so much of RFC 7208 §5 as that takes. Macros are not followed.
struct SenderPolicyReach {
    enum Answer {
        case yes
        case no
        /// Something cannot be looked up or is not understood.
        case unclear
    }

    let client: DNSClient
    let addresses: [IPAddress]
    /// Lookups that are left (RFC 7208 §4.6.4).
    private var lookups = 10

    init(client: DNSClient, addresses: [IPAddress]) {
        self.client = client
        self.addresses = addresses
    }

    /// Whether each of the addresses passes by a mechanism of the record or of one that it names.
    mutating func reaches(_ policy: SPFRecord, of domain: Domain) async -> Answer {
        guard !addresses.isEmpty else { return .unclear }
        var left = Set(addresses)
        var isClear = true
        await follow(policy, of: domain, &left, &isClear, depth: 0)
        if left.isEmpty { return .yes }
        return isClear ? .no : .unclear
    }

    private mutating func follow(
        _ policy: SPFRecord, of domain: Domain, _ left: inout Set<IPAddress>, _ isClear: inout Bool, depth: Int
    ) async {
        for mechanism in policy.passes {
            let parts = mechanism.split(separator: ":", maxSplits: 1).map(String.init)
            let kind = parts[0].split(separator: "/").first.map(String.init) ?? ""
            let argument = parts.count > 1 ? parts[1] : nil
            switch kind {
            case "all": left = []
            case "ip4", "ip6": left = left.filter { !Network.contains(argument ?? "", $0) }
            case "a", "mx":
                let target = argument.map { Domain($0.split(separator: "/").first.map(String.init) ?? "") } ?? domain
                guard let target, takeLookup() else {
                    isClear = false
                    continue
                }
                left.subtract(await addresses(of: target, kind))
            case "include":
                await include(argument, &left, &isClear, depth: depth)
            default: isClear = false
            }
        }
        if let redirect = policy.redirect { await include(redirect, &left, &isClear, depth: depth) }
    }

    private mutating func include(
        _ name: String?, _ left: inout Set<IPAddress>, _ isClear: inout Bool, depth: Int
    ) async {
        guard let domain = name.flatMap({ Domain($0) }), depth < 10, takeLookup() else {
            isClear = false
            return
        }
        let answer = await DomainCheck.found { () throws(DNSError) in try await client.txt(domain).records }
        guard case .success(let records) = answer,
            let policy = records.lazy.compactMap({ SPFRecord($0.text) }).first
        else {
            isClear = false
            return
        }
        await follow(policy, of: domain, &left, &isClear, depth: depth + 1)
    }

    private mutating func takeLookup() -> Bool {
        lookups -= 1
        return lookups >= 0
    }

    private func addresses(of domain: Domain, _ kind: String) async -> [IPAddress] {
        guard kind == "mx" else { return await addresses(of: domain) }
        let answer = await DomainCheck.found { () throws(DNSError) in try await client.mx(domain).records }
        guard case .success(let records) = answer else { return [] }
        var found: [IPAddress] = []
        // Ten at most (RFC 7208 §4.6.4).
        for record in records.prefix(10) {
            if let exchange = record.exchange { found += await addresses(of: exchange) }
        }
        return found
    }

    private func addresses(of host: Domain) async -> [IPAddress] {
        let answer = await DomainCheck.found { () throws(DNSError) in try await client.addresses(of: host).records }
        return (try? answer.get()) ?? []
    }
}

/// `192.0.2.0/24` or `2001:db8::/32`.
enum Network {
    static func contains(_ text: String, _ address: IPAddress) -> Bool {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count <= 2, let network = IPAddress(parts[0]), network.family == address.family else {
            return false
        }
        let all = network.octets.count * 8
        guard let bits = parts.count == 2 ? Int(parts[1]) : all, (0...all).contains(bits) else { return false }
        for index in 0..<bits where (network.octets[index / 8] ^ address.octets[index / 8]) & (0x80 >> (index % 8)) != 0
        {
            return false
        }
        return true
    }
}
