/// The documents that have a term, ascending: for each its distance from the one before (the first from the segment's
/// first) doubled, plus 1 where an octet follows that names zones; without one it is the body.
struct Postings {
    /// Appends a document.
    @inline(__always)
    static func append(_ distance: UInt32, _ zones: SearchZones, to octets: inout [UInt8]) {
        if zones == .content {
            octets.append(varint: distance << 1)
        } else {
            octets.append(varint: distance << 1 | 1)
            octets.append(zones.rawValue)
        }
    }

    /// Calls `body` for each document, counted from the segment's first.
    @inline(__always)
    static func forEach(in octets: UnsafeRawBufferPointer, _ body: (UInt32, SearchZones) -> Void) {
        var reader = PageReader(octets: octets, position: 0)
        var document: UInt32 = 0
        while !reader.isAtEnd {
            let value = reader.varint()
            document &+= value >> 1
            body(document, value & 1 == 0 ? .content : SearchZones(rawValue: reader.octet()))
        }
    }
}
