/// GETMETADATA (RFC 5464 §4.2).
package struct GetMetadataRequest: Hashable, Sendable {
    /// How many levels below an entry are told, too.
    package enum Depth: Hashable, Sendable {
        case entry
        case children
        case infinity
    }

    /// Whose.
    package let subject: MetadataSubject
    /// Which; one at least.
    package let entries: [MetadataEntryName]
    /// Longer values are left out.
    package let sizeOctetsMax: UInt64?
    /// How many levels below.
    package let depth: Depth
}
