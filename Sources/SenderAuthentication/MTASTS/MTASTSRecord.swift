internal import Crypto
internal import FoundationEssentials
public import MailCore

/// The TXT record at `_mta-sts.DOMAIN`: that there is a policy, and which (RFC 8461 §3.1).
public struct MTASTSRecord: Sendable, Hashable {
    /// `id=`: another one means that the policy has changed; 1 to 32 letters and digits.
    public let id: String

    /// A record for our own zone; nil when the id is none.
    public init?(id: String) {
        guard (1...32).contains(id.utf8.count), id.utf8.allSatisfy({ $0.isLetter || $0.isDigit }) else { return nil }
        self.id = id
    }

    /// Reads what the DNS has: the one record that begins with `v=STSv1;`. nil when there is none, more than one, or
    /// a broken one: then the domain has no policy.
    public init?(records texts: [String]) {
        let own = texts.filter { $0.hasPrefix("v=STSv1") && MTASTSRecord.isVersion($0) }
        guard own.count == 1, let list = TagList(Array(own[0].utf8)), let id = list["id"] else { return nil }
        self.init(id: id)
    }

    /// Behind the version only white space and a semicolon may stand.
    private static func isVersion(_ text: String) -> Bool {
        text.utf8.dropFirst("v=STSv1".utf8.count).first { !$0.isWhiteSpace } == UInt8(ascii: ";")
    }

    /// The record's text.
    public var text: String { "v=STSv1; id=\(id)" }

    /// Where a domain's record stands.
    public static func name(for domain: Domain) -> String { "_mta-sts.\(domain.ascii)" }
}

extension MTASTSRecord {
    /// The record for a policy of ours: another policy has another id.
    public init(for policy: MTASTSPolicy) {
        let digest = SHA256.hash(data: Array(policy.text.utf8))
        id = digest.prefix(10).map { octet in
            let digits = String(octet, radix: 16)
            return octet < 16 ? "0\(digits)" : digits
        }.joined()
    }
}
