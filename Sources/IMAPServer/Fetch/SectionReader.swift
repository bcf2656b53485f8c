internal import Glibc
internal import IMAP
internal import InternetMessage
internal import NIOCore

/// What is done to the octets of a section before they are sent.
enum SectionTransform: Hashable, Sendable {
    /// Nothing.
    case none
    /// HEADER.FIELDS and HEADER.FIELDS.NOT.
    case fields(HeaderFieldFilter.Choice, [String])
    /// BINARY.
    case decoding(ContentTransferEncoding)

    /// What `BODY[…]` asks for.
    init(_ section: SectionSpecification) {
        switch section.text {
        case .headerFields(let names): self = .fields(.only, names)
        case .headerFieldsNot(let names): self = .fields(.allBut, names)
        case .all, .header, .text, .mime: self = .none
        }
    }
}

/// The octets of a section, piece by piece, whatever its size: some of the copy's own header lines, then some of the stored
/// message, then what is done to them, then the range that is asked for.
struct SectionReader: Sendable {
    private enum Filter: Sendable {
        case none
        case fields(HeaderFieldFilter)
        case decoder(ContentDecoder)
    }

    private let prefix: ByteBuffer
    private let stored: Range<Int64>
    private var filter: Filter
    /// Octets of prefix and message that were read.
    private var place: Int64 = 0
    /// Octets of the result that are not wanted before those that are.
    private var skip: UInt64
    /// Octets of the result that are still wanted.
    private var left: UInt64
    private var isFinished = false

    /// Octets read at once.
    static let pieceOctets: Int64 = 256 << 10

    /// The octets of a section.
    ///
    /// - Parameter range: of the result; nil for all of it.
    init(_ section: LocatedSection, _ transform: SectionTransform, _ range: OctetRange?) {
        prefix = section.prefix
        stored = section.stored
        skip = range?.offset ?? 0
        left = range?.octetsMax ?? .max
        switch transform {
        case .none:
            filter = .none
            // No octet before the range needs to be read.
            place = Int64(clamping: min(skip, UInt64(section.octetCount)))
            skip = 0
        case .fields(let choice, let names): filter = .fields(HeaderFieldFilter(choice, names: names))
        case .decoding(let encoding): filter = .decoder(ContentDecoder(encoding: encoding))
        }
    }

    /// The next octets; nil at the end.
    ///
    /// - Parameter read: gives octets of the stored message.
    mutating func next(_ read: (Range<Int64>) throws -> ByteBuffer) rethrows -> ByteBuffer? {
        while left > 0, !isFinished {
            var piece = try nextPiece(read)
            let skipped = Int(clamping: min(skip, UInt64(piece.readableBytes)))
            piece.moveReaderIndex(forwardBy: skipped)
            skip -= UInt64(skipped)
            let taken = Int(clamping: min(left, UInt64(piece.readableBytes)))
            left -= UInt64(taken)
            if taken > 0 { return piece.readSlice(length: taken) }
        }
        return nil
    }

    /// All octets together.
    mutating func all(_ read: (Range<Int64>) throws -> ByteBuffer) rethrows -> ByteBuffer {
        guard var all = try next(read) else { return ByteBuffer() }
        while let piece = try next(read) { all.writeImmutableBuffer(piece) }
        return all
    }

    /// How many octets there are, and whether NUL is among them.
    func measure(_ read: (Range<Int64>) throws -> ByteBuffer) rethrows -> (octets: UInt64, content: LiteralContent) {
        var reader = self
        var octets: UInt64 = 0
        var content = LiteralContent.text
        while let piece = try reader.next(read) {
            octets += UInt64(piece.readableBytes)
            if piece.holdsNUL { content = .binary }
        }
        return (octets, content)
    }

    /// The next octets before the range is applied; perhaps none.
    private mutating func nextPiece(_ read: (Range<Int64>) throws -> ByteBuffer) rethrows -> ByteBuffer {
        guard let raw = try nextRaw(read) else {
            isFinished = true
            return finishFilter()
        }
        switch filter {
        case .none: return raw
        case .fields(var fields):
            // The payload is taken out while it changes, so that its buffers are not copied.
            filter = .none
            var output: [UInt8] = []
            raw.withUnsafeReadableBytes { fields.filter($0, into: &output) }
            filter = .fields(fields)
            return ByteBuffer(bytes: output)
        case .decoder(var decoder):
            filter = .none
            var output: [UInt8] = []
            decoder.decode(raw.readableBytesUInt8Span, into: &output)
            filter = .decoder(decoder)
            return ByteBuffer(bytes: output)
        }
    }

    private mutating func finishFilter() -> ByteBuffer {
        var output: [UInt8] = []
        switch filter {
        case .none: break
        case .fields(var fields): fields.finish(into: &output)
        case .decoder(var decoder): decoder.finish(into: &output)
        }
        return ByteBuffer(bytes: output)
    }

    private mutating func nextRaw(_ read: (Range<Int64>) throws -> ByteBuffer) rethrows -> ByteBuffer? {
        let prefixCount = Int64(prefix.readableBytes)
        if place < prefixCount {
            let start = prefix.readerIndex + Int(place)
            place = prefixCount
            return prefix.getSlice(at: start, length: prefix.writerIndex - start)
        }
        let start = stored.lowerBound + (place - prefixCount)
        guard start < stored.upperBound else { return nil }
        var count = min(Self.pieceOctets, stored.upperBound - start)
        if case .none = filter { count = min(count, Int64(clamping: left)) }
        place += count
        return try read(start..<(start + count))
    }
}

extension ByteBuffer {
    /// Whether NUL is among the readable octets, which a literal must not hold (RFC 9051 §9 `CHAR8`).
    var holdsNUL: Bool {
        withUnsafeReadableBytes { octets in
            guard let start = octets.baseAddress else { return false }
            return memchr(start, 0, octets.count) != nil
        }
    }
}
