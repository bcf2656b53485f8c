public import MailCore

/// A domain's record of what to do with mail that falsely says to be from it, at `_dmarc.DOMAIN` (RFC 7489 §6.3).
public struct DMARCRecord: Sendable, Hashable {
    /// What the domain asks for.
    public enum Policy: String, Sendable, Hashable, Codable {
        /// Nothing.
        case none
        /// To be put aside.
        case quarantine
        /// To be refused.
        case reject
    }

    /// What the domain asks for.
    public let policy: Policy
    /// Where reports go, `rua=`: URIs.
    public let reportsTo: [String]

    /// A record.
    public init(policy: Policy, reportsTo: [String] = []) {
        self.policy = policy
        self.reportsTo = reportsTo
    }

    /// Reads a TXT record; nil when it is none.
    public init?(_ text: String) {
        guard let list = TagList(Array(text.utf8)), list.tags.first?.name == "v", list["v"] == "DMARC1",
            let policy = list["p"].flatMap({ Policy(rawValue: $0.lowercased()) })
        else { return nil }
        self.policy = policy
        reportsTo = list["rua"]?.parts(separatedBy: ",") ?? []
    }

    /// The record's text.
    public var text: String {
        let reports = reportsTo.isEmpty ? "" : "; rua=\(reportsTo.joined(separator: ","))"
        return "v=DMARC1; p=\(policy.rawValue)\(reports)"
    }

    /// Where a domain's record stands.
    public static func name(for domain: Domain) -> String { "_dmarc.\(domain.ascii)" }
}
