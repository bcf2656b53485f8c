/// What a client calls its command (RFC 9051 §2.2.1).
package struct CommandTag: Hashable, Sendable {
    /// ASTRING-CHARs without `+`; at most 128.
    package let text: String

    static let octetsMax = 128

    /// Nil for what can be no tag.
    package init?(_ octets: some Collection<UInt8>) {
        guard (1...CommandTag.octetsMax).contains(octets.count), octets.allSatisfy(\.isTagOctet) else { return nil }
        text = String(decoding: octets, as: UTF8.self)
    }
}
