/// Does edits while the message goes by in pieces of any size; holds no more than the encoders do.
package struct MessageEditor: Sendable {
    private let edits: [MessageEdit]
    private var upcoming = 0
    /// Octets of the original that went by.
    private var position = 0
    private var recoder: Recoder?

    package init(_ edits: MessageEdits) {
        self.edits = edits.edits
    }

    /// Appends to `output` what becomes of the next octets of the message.
    package mutating func apply(to piece: Span<UInt8>, into output: inout [UInt8]) {
        var start = 0
        while start < piece.count {
            guard upcoming < edits.count else {
                append(piece, start, piece.count, to: &output)
                position += piece.count - start
                return
            }
            let edit = edits[upcoming]
            if position < edit.range.lowerBound {
                let end = min(piece.count, start + edit.range.lowerBound - position)
                append(piece, start, end, to: &output)
                position += end - start
                start = end
                continue
            }
            begin(edit, into: &output)
            let end = min(piece.count, start + edit.range.upperBound - position)
            recoder?.recode(piece.extracting(start..<end), into: &output)
            position += end - start
            start = end
            if position >= edit.range.upperBound { endEdit(into: &output) }
        }
    }

    /// Ends the message: what is put in behind its last octet follows.
    package mutating func finish(into output: inout [UInt8]) {
        while upcoming < edits.count {
            begin(edits[upcoming], into: &output)
            endEdit(into: &output)
        }
    }

    /// Starts an edit whose first octet was reached; does nothing when it has been.
    private mutating func begin(_ edit: MessageEdit, into output: inout [UInt8]) {
        guard position <= edit.range.lowerBound, recoder == nil else { return }
        switch edit.content {
        case .octets(let octets): output.append(contentsOf: octets)
        case .recoded(let recoding): recoder = Recoder(recoding)
        }
    }

    private mutating func endEdit(into output: inout [UInt8]) {
        recoder?.finish(into: &output)
        recoder = nil
        upcoming += 1
    }

    private func append(_ piece: Span<UInt8>, _ start: Int, _ end: Int, to output: inout [UInt8]) {
        piece.extracting(start..<end).withUnsafeBufferPointer { output.append(contentsOf: $0) }
    }
}

extension MessageEdit {
    /// How many octets stand in the place of the range afterwards.
    func sizeBytes(in octets: UnsafeRawBufferPointer) -> Int {
        switch content {
        case .octets(let replacement):
            return replacement.count
        case .recoded(let recoding):
            var recoder = Recoder(recoding)
            var size = 0
            var output: [UInt8] = []
            var start = range.lowerBound
            let end = min(range.upperBound, octets.count)
            while start < end {
                let next = min(end, start + Self.sizingPieceLength)
                let piece = UnsafeRawBufferPointer(rebasing: octets[start..<next])
                recoder.recode(piece.assumingMemoryBound(to: UInt8.self).span, into: &output)
                size += output.count
                output.removeAll(keepingCapacity: true)
                start = next
            }
            recoder.finish(into: &output)
            return size + output.count
        }
    }

    private static let sizingPieceLength = 65_536
}

/// Decodes one transfer encoding and writes another.
private struct Recoder: Sendable {
    private enum Encoder: Sendable {
        case quotedPrintable(QuotedPrintableEncoder)
        case base64(Base64Encoder)
    }

    private var decoder: ContentDecoder?
    private var encoder: Encoder
    private var decoded: [UInt8] = []

    init(_ recoding: MessageEdit.Recoding) {
        decoder = recoding.source.isIdentity ? nil : ContentDecoder(encoding: recoding.source)
        encoder =
            recoding.target == .base64 ? .base64(Base64Encoder()) : .quotedPrintable(QuotedPrintableEncoder())
    }

    mutating func recode(_ piece: Span<UInt8>, into output: inout [UInt8]) {
        guard decoder != nil else { return encode(piece, into: &output) }
        decoder?.decode(piece, into: &decoded)
        encodeDecoded(into: &output)
    }

    mutating func finish(into output: inout [UInt8]) {
        decoder?.finish(into: &decoded)
        encodeDecoded(into: &output)
        switch encoder {
        case .quotedPrintable(var encoder): encoder.finish(into: &output)
        case .base64(var encoder): encoder.finish(into: &output)
        }
    }

    private mutating func encodeDecoded(into output: inout [UInt8]) {
        guard !decoded.isEmpty else { return }
        let content = decoded
        decoded = []
        encode(content.span, into: &output)
    }

    private mutating func encode(_ piece: Span<UInt8>, into output: inout [UInt8]) {
        switch encoder {
        case .quotedPrintable(var encoder):
            // The payload is taken out while it changes: two owners would copy its buffers for each piece.
            self.encoder = .base64(Base64Encoder())
            encoder.encode(piece, into: &output)
            self.encoder = .quotedPrintable(encoder)
        case .base64(var encoder):
            self.encoder = .quotedPrintable(QuotedPrintableEncoder())
            encoder.encode(piece, into: &output)
            self.encoder = .base64(encoder)
        }
    }
}
