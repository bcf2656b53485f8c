internal import MailCore

/// A DKIM-Signature field, read (RFC 6376 §3.5).
struct DKIMSignature: Sendable {
    /// Why a field is no signature that can be verified (RFC 6376 §6.1.1).
    enum Fault: Error, Sendable, Hashable {
        case syntax
        case version(String)
        case missing(String)
        case bad(String)
        case algorithm(String)
        case fromNotSigned
        case identityOutsideDomain
        case expired
    }

    let domain: Domain
    let selector: DKIMSelector
    let algorithm: DKIMAlgorithm
    let canonicalization: MessageCanonicalization
    /// `i=`, as written; the domain with an `@` in front when there is none.
    let identity: String
    /// The domain of `i=`.
    let identityDomain: Domain
    /// In lower case.
    let signedNames: [String]
    let bodyHash: [UInt8]
    /// `l=`.
    let bodyOctets: Int64?
    let signature: [UInt8]
    /// `t=`.
    let madeAtSeconds: Int64?

    /// Where its key stands.
    var keyName: String { "\(selector.text)._domainkey.\(domain.ascii)" }

    /// - Parameter now: seconds since 1970, to see whether it has expired.
    init(_ tags: TagList, now: Int64, limits: SenderAuthenticationLimits) throws(Fault) {
        guard let version = tags["v"] else { throw .missing("v") }
        guard version == "1" else { throw .version(version) }
        guard let domainText = tags["d"] else { throw .missing("d") }
        guard let domain = Domain(domainText), !domain.isAddressLiteral else { throw .bad("d") }
        self.domain = domain
        guard let selectorText = tags["s"] else { throw .missing("s") }
        guard let selector = DKIMSelector(selectorText) else { throw .bad("s") }
        self.selector = selector
        guard let names = tags["h"]?.parts(separatedBy: ":") else { throw .missing("h") }
        guard names.count <= limits.signedNamesMax, !names.contains("") else { throw .bad("h") }
        signedNames = names.map { $0.lowercased() }
        guard signedNames.contains("from") else { throw .fromNotSigned }
        bodyHash = try Self.base64(tags, "bh")
        signature = try Self.base64(tags, "b")
        guard let algorithmText = tags["a"] else { throw .missing("a") }
        guard let algorithm = DKIMAlgorithm(rawValue: algorithmText.lowercased()) else {
            throw .algorithm(algorithmText)
        }
        self.algorithm = algorithm
        guard let canonicalization = MessageCanonicalization(tags["c"] ?? "simple/simple") else { throw .bad("c") }
        self.canonicalization = canonicalization
        (identity, identityDomain) = try Self.identity(tags["i"], domain)
        bodyOctets = try Self.number(tags, "l")
        madeAtSeconds = try Self.number(tags, "t")
        try Self.checkTimes(tags, madeAtSeconds, now)
        let methods = tags["q"]?.parts(separatedBy: ":") ?? ["dns/txt"]
        guard methods.contains("dns/txt") else { throw .bad("q") }
    }

    private static func base64(_ tags: TagList, _ name: String) throws(Fault) -> [UInt8] {
        guard let text = tags[name] else { throw .missing(name) }
        guard let octets = Base64.decode(text), !octets.isEmpty else { throw .bad(name) }
        return octets
    }

    private static func number(_ tags: TagList, _ name: String) throws(Fault) -> Int64? {
        guard let text = tags[name] else { return nil }
        guard let number = text.decimalNumber else { throw .bad(name) }
        return number
    }

    /// The domain of `i=` is that of `d=` or below it.
    private static func identity(_ text: String?, _ domain: Domain) throws(Fault) -> (String, Domain) {
        guard let text else { return ("@\(domain.ascii)", domain) }
        guard let at = text.lastIndex(of: "@"), let own = Domain(text[text.index(after: at)...]) else {
            throw .bad("i")
        }
        guard own == domain || own.ascii.hasSuffix(".\(domain.ascii)") else { throw .identityOutsideDomain }
        return (text, own)
    }

    /// `x=` lies behind `t=` and ahead of us.
    private static func checkTimes(_ tags: TagList, _ madeAt: Int64?, _ now: Int64) throws(Fault) {
        guard let expires = try number(tags, "x") else { return }
        if let madeAt, expires <= madeAt { throw .bad("x") }
        guard expires >= now else { throw .expired }
    }
}

extension DKIMSignature.Fault: CustomStringConvertible {
    var description: String {
        switch self {
        case .syntax: "signature syntax error"
        case .version(let version): "incompatible version \(version)"
        case .missing(let tag): "signature missing required tag \(tag)"
        case .bad(let tag): "bad value of tag \(tag)"
        case .algorithm(let name): "algorithm \(name) is not accepted"
        case .fromNotSigned: "From field not signed"
        case .identityOutsideDomain: "domain mismatch"
        case .expired: "signature expired"
        }
    }
}

extension TagList {
    /// Where the value of `b=` stands in the field's text, white space around it included: what is left out for the
    /// signature over the field itself (RFC 6376 §3.5, §3.7). nil when there is no such tag.
    static func signatureValue(in field: ArraySlice<UInt8>) -> Range<Int>? {
        guard let colon = field.firstIndex(of: UInt8(ascii: ":")) else { return nil }
        var start = colon + 1
        while start < field.endIndex {
            let end = field[start...].firstIndex(of: UInt8(ascii: ";")) ?? field.endIndex
            if let equals = field[start..<end].firstIndex(of: UInt8(ascii: "=")),
                field[start..<equals].withoutFoldingWhiteSpaceAround == [UInt8(ascii: "b")]
            {
                return (equals + 1)..<end
            }
            start = end + 1
        }
        return nil
    }
}
