/// A domain's record of who may send its mail (RFC 7208 §4.5): so much of it as is needed to publish one and to see
/// whether it names us. It is not evaluated.
public struct SPFRecord: Sendable, Hashable {
    /// Mechanisms and modifiers behind the version, as written.
    public let terms: [String]

    /// A record of these terms.
    public init(terms: [String]) {
        self.terms = terms
    }

    /// Whoever receives the domain's mail may send it; others probably not.
    public static let ownHosts = SPFRecord(terms: ["mx", "~all"])

    /// Nobody may: for names that send nothing.
    public static let nobody = SPFRecord(terms: ["-all"])

    /// Reads a TXT record; nil when it is another kind of record (RFC 7208 §4.5).
    public init?(_ text: String) {
        let words = text.split(separator: " ").map(String.init)
        guard words.first?.lowercased() == "v=spf1" else { return nil }
        terms = Array(words.dropFirst())
    }

    /// The record's text.
    public var text: String { (["v=spf1"] + terms).joined(separator: " ") }

    /// What comes before the last word on everybody: mechanisms that let somebody pass, in lower case, without `+`.
    public var passes: [String] {
        terms.compactMap { term in
            guard let first = term.first, !"-~?".contains(first), !term.contains("=") else { return nil }
            return String(first == "+" ? term.dropFirst() : term[...]).lowercased()
        }
    }

    /// `redirect=` (RFC 7208 §6.1), if there is one.
    public var redirect: String? {
        terms.first { $0.lowercased().hasPrefix("redirect=") }.map { String($0.dropFirst("redirect=".count)) }
    }
}
