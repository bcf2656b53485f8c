public import MailCore

/// Which hosts may be a domain's MX: `mail.example.com`, or `*.example.net` for one label in front (RFC 8461 §4.1).
public struct MXPattern: Sendable, Hashable {
    /// The name, or what stands behind `*.`.
    private let name: Domain
    private let kind: Kind

    private enum Kind: Sendable, Hashable {
        case exact
        case oneLabelBefore
    }

    /// One host.
    public init(_ host: Domain) {
        name = host
        kind = .exact
    }

    /// Reads a pattern; nil when it is none.
    public init?(_ text: some StringProtocol) {
        let isWildcard = text.hasPrefix("*.")
        guard let name = Domain(isWildcard ? String(text.dropFirst(2)) : String(text)), !name.isAddressLiteral else {
            return nil
        }
        self.name = name
        kind = isWildcard ? .oneLabelBefore : .exact
    }

    /// Whether the host is meant. `*.example.net` means `a.example.net`, not `b.a.example.net` or `example.net`.
    public func matches(_ host: Domain) -> Bool {
        switch kind {
        case .exact:
            return host == name
        case .oneLabelBefore:
            guard let dot = host.ascii.firstIndex(of: ".") else { return false }
            return host.ascii[host.ascii.index(after: dot)...] == name.ascii
        }
    }
}

extension MXPattern: CustomStringConvertible {
    /// As a policy has it.
    public var description: String { kind == .exact ? name.ascii : "*.\(name.ascii)" }
}
