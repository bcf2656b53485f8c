/// Changes to one message in the order of its octets, none of which touches another.
package struct MessageEdits: Sendable, Equatable {
    /// In the order of the octets; what is put in at a place comes before what is replaced there.
    package let edits: [MessageEdit]

    /// Brings edits into their order. Two that are put in at one place keep theirs.
    ///
    /// - Precondition: no octet is named by two of them.
    init(_ edits: [MessageEdit]) {
        let ordered = edits.enumerated().sorted { left, right in
            let (first, second) = (left.element.range, right.element.range)
            return (first.lowerBound, first.upperBound, left.offset)
                < (second.lowerBound, second.upperBound, right.offset)
        }
        self.edits = ordered.map(\.element)
        for (edit, next) in zip(self.edits, self.edits.dropFirst()) {
            precondition(edit.range.upperBound <= next.range.lowerBound, "two edits of the same octets")
        }
    }

    /// True when the message stays as it is, octet for octet.
    package var isEmpty: Bool { edits.isEmpty }

    /// The whole message with the edits done.
    package func applied(to octets: [UInt8]) -> [UInt8] {
        var editor = MessageEditor(self)
        var output: [UInt8] = []
        output.reserveCapacity(octets.count + octets.count / 8)
        editor.apply(to: octets.span, into: &output)
        editor.finish(into: &output)
        return output
    }

    /// How many octets a message of `octets` has with the edits done: what SIZE announces (RFC 1870 §4).
    package func sizeBytes(of octets: UnsafeRawBufferPointer) -> Int {
        edits.reduce(octets.count) { $0 + $1.sizeBytes(in: octets) - $1.range.count }
    }
}
