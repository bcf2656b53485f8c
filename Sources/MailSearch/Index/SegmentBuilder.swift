internal import Glibc

/// Gathers the terms of some documents in memory, then gives them out in order.
struct SegmentBuilder {
    private struct Term {
        let start: Int
        let count: Int
        let hash: UInt64
    }

    private var arena: [UInt8] = []
    private var terms: [Term] = []
    /// Places of terms by hash, open addressing; -1 for a free one.
    private var table = [Int32](repeating: -1, count: 1 << 12)
    /// Zones in which the document at hand has each term.
    private var zones: [UInt8] = []
    private var touched: [Int32] = []
    /// Term, document, zones: 32, 24 and 8 bits.
    private var entries: [UInt64] = []
    /// Documents so far.
    private(set) var count: UInt32 = 0

    /// Adds the terms of a text of the document at hand.
    mutating func add(_ folded: [UInt8], _ zone: SearchZones) {
        folded.withUnsafeBufferPointer { octets in
            Terms.forEach(in: octets) { range in
                let term = place(of: UnsafeBufferPointer(rebasing: octets[range]))
                if zones[term] == 0 { touched.append(Int32(truncatingIfNeeded: term)) }
                zones[term] |= zone.rawValue
            }
        }
    }

    /// Goes on to the next document.
    mutating func endDocument() {
        for term in touched {
            entries.append(UInt64(term) << 32 | UInt64(count) << 8 | UInt64(zones[Int(term)]))
            zones[Int(term)] = 0
        }
        touched.removeAll(keepingCapacity: true)
        count += 1
    }

    private mutating func place(of octets: UnsafeBufferPointer<UInt8>) -> Int {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for octet in octets { hash = (hash ^ UInt64(octet)) &* 0x0000_0100_0000_01B3 }
        hash ^= hash >> 29
        var slot = Int(hash & UInt64(table.count - 1))
        while table[slot] >= 0 {
            let known = Int(table[slot])
            if terms[known].hash == hash, isTerm(known, octets) { return known }
            slot = (slot + 1) & (table.count - 1)
        }
        table[slot] = Int32(truncatingIfNeeded: terms.count)
        terms.append(Term(start: arena.count, count: octets.count, hash: hash))
        zones.append(0)
        arena.append(contentsOf: octets)
        if terms.count * 2 > table.count { grow() }
        return terms.count - 1
    }

    private func isTerm(_ place: Int, _ octets: UnsafeBufferPointer<UInt8>) -> Bool {
        guard terms[place].count == octets.count else { return false }
        return arena.withUnsafeBufferPointer { arena in
            guard let known = arena.baseAddress, let other = octets.baseAddress else { return true }
            return memcmp(known + terms[place].start, other, octets.count) == 0
        }
    }

    private mutating func grow() {
        table = [Int32](repeating: -1, count: table.count * 2)
        for (place, term) in terms.enumerated() {
            var slot = Int(term.hash & UInt64(table.count - 1))
            while table[slot] >= 0 { slot = (slot + 1) & (table.count - 1) }
            table[slot] = Int32(truncatingIfNeeded: place)
        }
    }

    /// Hands over the pages of all documents.
    func finish(_ page: (PageWriter.Page) throws -> Void) rethrows {
        var starts = [Int](repeating: 0, count: terms.count + 1)
        for entry in entries { starts[Int(entry >> 32) + 1] += 1 }
        for term in terms.indices { starts[term + 1] += starts[term] }
        var next = starts
        var grouped = [UInt32](repeating: 0, count: entries.count)
        for entry in entries {
            let term = Int(entry >> 32)
            grouped[next[term]] = UInt32(truncatingIfNeeded: entry)
            next[term] += 1
        }
        try arena.withUnsafeBufferPointer { arena in
            var writer = PageWriter()
            var postings: [UInt8] = []
            for term in order(arena) {
                postings.removeAll(keepingCapacity: true)
                var previous: UInt32 = 0
                for entry in grouped[starts[term]..<starts[term + 1]] {
                    let document = entry >> 8
                    Postings.append(
                        document - previous, SearchZones(rawValue: UInt8(truncatingIfNeeded: entry)), to: &postings)
                    previous = document
                }
                let place = terms[term]
                let octets = UnsafeBufferPointer(rebasing: arena[place.start..<(place.start + place.count)])
                if let full = postings.withUnsafeBufferPointer({ writer.append(octets, $0) }) { try page(full) }
            }
            if let last = writer.finish() { try page(last) }
        }
    }

    private func order(_ arena: UnsafeBufferPointer<UInt8>) -> [Int] {
        guard let base = arena.baseAddress else { return [] }
        return terms.indices.sorted { left, right in
            let (one, other) = (terms[left], terms[right])
            let order = memcmp(base + one.start, base + other.start, min(one.count, other.count))
            return order != 0 ? order < 0 : one.count < other.count
        }
    }
}
