/// Writes a segment's pages: terms in ascending order, and for each the documents that have it.
///
///     terms    = *block ; scanned for a pattern by memmem
///     block    = %xFF 4(%x80-BF) NUL 1*16(term NUL)
///     postings = *(varint *octet) ; for each term how many octets, and these
///
/// The four octets are the place of the block's first postings in 6 bits each. A pattern is whole characters of UTF-8 with
/// or without NUL around them, so it never fits what is no term.
struct PageWriter {
    /// Octets of terms in a page, about.
    static let termOctetsMax = 128 << 10
    /// Octets of postings in a page, about.
    static let postingOctetsMax = 512 << 10
    /// Terms of a block.
    static let blockTerms = 16
    static let mark: UInt8 = 0xFF

    /// A page that is full, or the last one.
    struct Page {
        let terms: [UInt8]
        let postings: [UInt8]
    }

    private var terms: [UInt8] = []
    private var postings: [UInt8] = []
    private var termsInBlock = 0

    /// Adds a term above all before it; hands over the page that it completes.
    mutating func append(
        _ term: UnsafeBufferPointer<UInt8>, _ documents: UnsafeBufferPointer<UInt8>
    ) -> Page? {
        if termsInBlock % Self.blockTerms == 0 {
            terms.append(Self.mark)
            for shift in [18, 12, 6, 0] {
                terms.append(0x80 | UInt8(truncatingIfNeeded: postings.count >> shift & 0x3F))
            }
            terms.append(0)
        }
        termsInBlock += 1
        terms.append(contentsOf: term)
        terms.append(0)
        postings.append(varint: UInt32(documents.count))
        postings.append(contentsOf: documents)
        guard terms.count >= Self.termOctetsMax || postings.count >= Self.postingOctetsMax else { return nil }
        return finish()
    }

    /// What is left; nil when there is nothing.
    mutating func finish() -> Page? {
        guard termsInBlock > 0 else { return nil }
        defer { self = PageWriter() }
        return Page(terms: terms, postings: postings)
    }
}

extension [UInt8] {
    /// Seven bits an octet, the lowest first.
    @inline(__always)
    mutating func append(varint value: UInt32) {
        var rest = value
        while rest >= 0x80 {
            append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        append(UInt8(truncatingIfNeeded: rest))
    }
}

/// Reads octets in their order; behind the end there are zeros: damage gives wrong candidates, never a trap.
struct PageReader {
    let octets: UnsafeRawBufferPointer
    var position: Int

    var isAtEnd: Bool { position >= octets.count }

    @inline(__always)
    mutating func octet() -> UInt8 {
        guard position < octets.count else { return 0 }
        defer { position += 1 }
        return octets[position]
    }

    @inline(__always)
    mutating func varint() -> UInt32 {
        var value: UInt32 = 0
        var shift: UInt32 = 0
        while shift < 35 {
            let octet = octet()
            value |= UInt32(octet & 0x7F) << shift
            if octet < 0x80 { break }
            shift += 7
        }
        return value
    }
}
