/// What a client or a server says of itself (RFC 2971 §3.3).
package struct Identification: Hashable, Sendable {
    /// One field.
    package struct Field: Hashable, Sendable {
        /// At most 30 octets; case means nothing.
        package let name: String
        /// At most 1,024 octets.
        package let value: String?

        /// As above.
        package init(name: String, value: String?) {
            self.name = name
            self.value = value
        }
    }

    /// In the order sent; no name twice. Empty for `NIL`.
    package let fields: [Field]

    /// As above.
    package init(fields: [Field]) { self.fields = fields }
}
