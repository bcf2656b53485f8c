/// Collects what is written into pieces of a good size for the sink.
struct MessageOutput {
    var buffer: [UInt8]

    private static let pieceLength = 65_536

    init(_ buffer: [UInt8]) {
        self.buffer = buffer
    }

    mutating func append(_ text: String) {
        buffer.append(contentsOf: text.utf8)
    }

    /// Hands over when enough came together.
    mutating func flushIfFull(to sink: (Span<UInt8>) throws -> Void) throws {
        if buffer.count >= Self.pieceLength { try flush(to: sink) }
    }

    mutating func flush(to sink: (Span<UInt8>) throws -> Void) throws {
        if buffer.isEmpty { return }
        try sink(buffer.span)
        buffer.removeAll(keepingCapacity: true)
    }
}
