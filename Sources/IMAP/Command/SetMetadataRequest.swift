/// SETMETADATA (RFC 5464 §4.3).
package struct SetMetadataRequest: Hashable, Sendable {
    /// One entry's new value.
    package struct Entry: Hashable, Sendable {
        /// Which.
        package let name: MetadataEntryName
        /// Nil removes it.
        package let value: [UInt8]?
    }

    /// Whose.
    package let subject: MetadataSubject
    /// One at least.
    package let entries: [Entry]
}
