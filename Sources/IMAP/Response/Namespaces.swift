/// Namespaces of a kind, each a prefix that ends with the separator or is empty (RFC 9051 §6.3.10).
package struct Namespaces: Hashable, Sendable {
    /// The user's own.
    package var personal: [String]
    /// Other users'.
    package var others: [String]
    /// Nobody's.
    package var shared: [String]

    /// As above.
    package init(personal: [String], others: [String], shared: [String]) {
        self.personal = personal
        self.others = others
        self.shared = shared
    }
}
