/// Whom rights are for (RFC 4314 §2): a user, or `anyone`.
package struct AccessIdentifier: Hashable, Sendable {
    /// UTF-8, as sent; not empty.
    package let text: String
    /// Whether its rights are taken away: the identifier was written with `-` before it.
    package let isNegative: Bool

    /// From its spelling; nil for nothing.
    package init?(_ spelling: String) {
        isNegative = spelling.utf8.first == UInt8(ascii: "-")
        text = isNegative ? String(spelling.dropFirst()) : spelling
        guard !text.isEmpty else { return nil }
    }
}
