internal import Glibc
internal import MailCore
internal import Storage

/// Asks the index of an account which documents may have a needle.
struct IndexQuery {
    let account: AccountID
    let transaction: SQLTransaction

    /// The documents in which each pattern fits some term; those that it does not know are not among them.
    ///
    /// - Parameter capacity: above every document's number.
    func documents(_ patterns: [TermPattern], in zones: SearchZones, capacity: Int) throws -> BitSet {
        var found = BitSet(capacity: capacity)
        for segment in try SearchTables.segments(account, in: transaction) {
            guard segment.lastDocument < capacity, segment.firstDocument >= 0 else { continue }
            var all: BitSet?
            for pattern in patterns {
                let some = try documents(pattern, zones, segment)
                if all == nil { all = some } else { all?.formIntersection(some) }
                if all?.isEmpty ?? true { break }
            }
            all?.forEach { found.insert(Int(segment.firstDocument) + $0) }
        }
        return found
    }

    /// Documents of a segment, counted from its first.
    private func documents(
        _ pattern: TermPattern, _ zones: SearchZones, _ segment: SearchTables.Segment
    ) throws -> BitSet {
        let span = Int(segment.lastDocument - segment.firstDocument) + 1
        var found = BitSet(capacity: span)
        for page in 0..<segment.pages {
            let key = segment.pageKey(page)
            let hits = try transaction.first("SELECT octets FROM terms_page WHERE page = ?1", key) { row in
                row.withOctets(0) { Self.hits(of: pattern, in: $0) }
            }
            guard let hits, !hits.isEmpty else { continue }
            _ = try transaction.first("SELECT octets FROM postings_page WHERE page = ?1", key) { row in
                row.withOctets(0) { Self.insert(hits, in: $0, zones, into: &found) }
            }
            // A string as frequent as "e" is in all documents long before the last term.
            if hits.count > 64, found.count == Int(segment.documents) { break }
        }
        return found
    }

    /// A term that fits: where its block's postings begin, and which of the block's terms it is.
    struct Hit {
        let block: Int
        let term: Int
    }

    static func hits(of pattern: TermPattern, in page: UnsafeRawBufferPointer) -> [Hit] {
        guard let base = page.baseAddress else { return [] }
        let finder = OctetFinder(pattern.octets)
        var hits: [Hit] = []
        var position = 0
        while let found = finder.first(in: page, from: position) {
            let place = found + pattern.offset
            guard let hit = hit(at: place, in: page), let end = memchr(base + place, 0, page.count - place) else {
                return hits
            }
            hits.append(hit)
            // The NUL behind a term is also the one before the next.
            position = UnsafeRawPointer(end) - base
            if pattern.offset == 0 { position += 1 }
        }
        return hits
    }

    /// The term that a place is in.
    private static func hit(at place: Int, in page: UnsafeRawBufferPointer) -> Hit? {
        var block = place - 1
        var term = 0
        while block >= 0, page[block] != PageWriter.mark {
            if page[block] == 0 { term += 1 }
            block -= 1
        }
        // The first NUL belongs to the mark.
        guard block >= 0, term > 0 else { return nil }
        var postings = 0
        for octet in page[(block + 1)..<(block + 5)] { postings = postings << 6 | Int(octet & 0x3F) }
        return Hit(block: postings, term: term - 1)
    }

    /// Adds the documents of the terms that fit; hits of one block stand in their order.
    private static func insert(
        _ hits: [Hit], in page: UnsafeRawBufferPointer, _ zones: SearchZones, into found: inout BitSet
    ) {
        var reader = PageReader(octets: page, position: 0)
        var (block, term) = (-1, 0)
        for hit in hits {
            if hit.block != block || hit.term < term {
                (block, term) = (hit.block, 0)
                reader.position = hit.block
            }
            while term < hit.term, !reader.isAtEnd {
                let count = Int(reader.varint())
                reader.position += count
                term += 1
            }
            let count = Int(reader.varint())
            let end = min(reader.position + count, page.count)
            guard reader.position <= end else { return }
            let limit = found.words.count * 64
            Postings.forEach(in: UnsafeRawBufferPointer(rebasing: page[reader.position..<end])) { document, places in
                if !places.isDisjoint(with: zones), Int(document) < limit { found.insert(Int(document)) }
            }
            reader.position = end
            term += 1
        }
    }
}
