/// What of a message's form may change on its way without breaking a signature (RFC 6376 §3.4).
public enum Canonicalization: String, Sendable, Hashable, CaseIterable {
    /// Next to nothing.
    case simple
    /// White space, where lines are folded, and the case of field names.
    case relaxed
}

/// The canonicalization of a message, `c=` of a signature.
public struct MessageCanonicalization: Sendable, Hashable {
    /// Of the header.
    public var header: Canonicalization
    /// Of the body.
    public var body: Canonicalization

    /// The two together.
    public init(header: Canonicalization, body: Canonicalization) {
        self.header = header
        self.body = body
    }

    /// What survives most of what mail servers do: the usual choice.
    public static let relaxed = MessageCanonicalization(header: .relaxed, body: .relaxed)

    /// Reads `relaxed/simple`; the body's is simple when only one is named (RFC 6376 §3.5).
    init?(_ text: String) {
        let names = text.parts(separatedBy: "/")
        guard names.count <= 2, let header = Canonicalization(rawValue: names[0]) else { return nil }
        guard let body = names.count == 2 ? Canonicalization(rawValue: names[1]) : .simple else { return nil }
        self.init(header: header, body: body)
    }
}

extension MessageCanonicalization: CustomStringConvertible {
    /// `relaxed/simple`.
    public var description: String { "\(header.rawValue)/\(body.rawValue)" }
}
