/// Octets of any amount that can be read again and again, in chunks: a file, a stored message, an array.
///
/// The writer reads twice what goes out without encoding, to see what it is and that no boundary occurs in it. The
/// octets must be the same each time.
package struct ByteSource: Sendable {
    /// The amount, when it is known beforehand; told in Content-Disposition (RFC 2183 §2.7).
    package let sizeBytes: Int?

    private let reader: @Sendable (_ body: (Span<UInt8>) throws -> Void) throws -> Void

    /// `reader` calls its argument with one chunk after the other and rethrows what that throws.
    package init(sizeBytes: Int?, reader: @escaping @Sendable (_ body: (Span<UInt8>) throws -> Void) throws -> Void) {
        self.sizeBytes = sizeBytes
        self.reader = reader
    }

    package init(_ bytes: [UInt8]) {
        self.init(sizeBytes: bytes.count) { body in
            var start = 0
            while start < bytes.count {
                let end = min(bytes.count, start + Self.chunkLength)
                try body(bytes[start..<end].span)
                start = end
            }
        }
    }

    package func forEachChunk(_ body: (Span<UInt8>) throws -> Void) throws {
        try reader(body)
    }

    private static let chunkLength = 65_536
}
