/// An annotation's value (RFC 5464 §4.4.1).
package struct MetadataValue: Hashable, Sendable {
    /// Which.
    package let name: MetadataEntryName
    /// Nil for none.
    package let value: [UInt8]?

    /// As above.
    package init(name: MetadataEntryName, value: [UInt8]?) {
        self.name = name
        self.value = value
    }
}
