/// A mail address, `local-part@domain`: what RFC 5321 §4.1.2 calls Mailbox.
public struct EmailAddress: Hashable, Sendable {
    /// What stands before the `@`.
    public let localPart: LocalPart
    /// What stands after it.
    public let domain: Domain

    /// Puts the two parts together.
    public init(localPart: LocalPart, domain: Domain) {
        self.localPart = localPart
        self.domain = domain
    }

    /// Reads `local-part@domain`, with a quoted local part and an address literal where there are any; no brackets.
    public init?(_ text: some StringProtocol) {
        guard let at = text.lastIndex(of: "@") else { return nil }
        guard let localPart = LocalPart(text[..<at]), let domain = Domain(text[text.index(after: at)...]) else {
            return nil
        }
        self.init(localPart: localPart, domain: domain)
    }

    /// The form for the wire, with A-labels.
    public var written: String { "\(localPart.written)@\(domain.ascii)" }

    /// Whether a server without SMTPUTF8 can be given it (RFC 6531 §3.3).
    public var isASCII: Bool { localPart.isASCII }

    /// The key under which addresses of ours are found: the local part folded to lower case, since no two users of one
    /// domain differ in case alone (RFC 5321 §2.4 leaves that to the receiving host).
    public var lookupKey: String { "\(localPart.text.lowercased())@\(domain.ascii)" }
}

extension EmailAddress: CustomStringConvertible {
    /// The written form.
    public var description: String { written }
}
