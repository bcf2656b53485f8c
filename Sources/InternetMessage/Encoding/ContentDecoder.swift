/// The decoder for whatever transfer encoding a part has, fed in chunks.
package struct ContentDecoder: Sendable {
    private enum Mechanism: Sendable {
        case identity
        case quotedPrintable(QuotedPrintableDecoder)
        case base64(Base64Decoder)
        case uuencode(UUDecoder)
    }

    private var mechanism: Mechanism

    package init(encoding: ContentTransferEncoding) {
        switch encoding {
        case .sevenBit, .eightBit, .binary, .other: mechanism = .identity
        case .quotedPrintable: mechanism = .quotedPrintable(QuotedPrintableDecoder())
        case .base64: mechanism = .base64(Base64Decoder())
        case .uuencode: mechanism = .uuencode(UUDecoder())
        }
    }

    /// Appends to `output` the content that `chunk` completes.
    package mutating func decode(_ chunk: Span<UInt8>, into output: inout [UInt8]) {
        switch mechanism {
        case .identity:
            chunk.withUnsafeBufferPointer { output.append(contentsOf: $0) }
        case .quotedPrintable(var decoder):
            // The payload is taken out while it changes: two owners would copy its buffers for each chunk.
            mechanism = .identity
            decoder.decode(chunk, into: &output)
            mechanism = .quotedPrintable(decoder)
        case .base64(var decoder):
            decoder.decode(chunk, into: &output)
            mechanism = .base64(decoder)
        case .uuencode(var decoder):
            mechanism = .identity
            decoder.decode(chunk, into: &output)
            mechanism = .uuencode(decoder)
        }
    }

    /// Appends what is still held when the part ends.
    package mutating func finish(into output: inout [UInt8]) {
        switch mechanism {
        case .identity:
            break
        case .quotedPrintable(var decoder):
            decoder.finish(into: &output)
            mechanism = .quotedPrintable(decoder)
        case .base64(var decoder):
            decoder.finish(into: &output)
            mechanism = .base64(decoder)
        case .uuencode(var decoder):
            decoder.finish(into: &output)
            mechanism = .uuencode(decoder)
        }
    }

    /// The content's first octets, at most `limit`; reads no more of `encoded` than that takes.
    package static func decodedPrefix(
        of encoded: ArraySlice<UInt8>, encoding: ContentTransferEncoding, limit: Int
    ) -> [UInt8] {
        guard limit > 0 else { return [] }
        if encoding.isIdentity { return Array(encoded.prefix(limit)) }
        var decoder = ContentDecoder(encoding: encoding)
        var output: [UInt8] = []
        var start = encoded.startIndex
        while start < encoded.endIndex, output.count < limit {
            let end = min(encoded.endIndex, start + chunkLength)
            decoder.decode(encoded[start..<end].span, into: &output)
            start = end
        }
        if start >= encoded.endIndex { decoder.finish(into: &output) }
        if output.count > limit { output.removeLast(output.count - limit) }
        return output
    }

    /// The whole content of a part.
    package static func decoded(_ encoded: ArraySlice<UInt8>, encoding: ContentTransferEncoding) -> [UInt8] {
        decodedPrefix(of: encoded, encoding: encoding, limit: Int.max)
    }

    private static let chunkLength = 32_768
}
