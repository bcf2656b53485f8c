/// A part with everything decided before its first octet is written: transfer encoding and boundary.
struct MessagePlan {
    private enum Content {
        /// Text in UTF-8 with CRLF.
        case text([UInt8])
        case source(ByteSource)
        case parts([MessagePlan], boundary: String)
    }

    private let encoding: ContentTransferEncoding
    private let content: Content

    /// The Content- fields, without the empty line.
    let fields: [UInt8]

    /// Draws boundaries until one occurs nowhere in the content.
    init(
        _ part: MessagePart, options: MessageWriteOptions, using generator: inout some RandomNumberGenerator
    ) throws {
        for _ in 0..<Self.drawsMax {
            let high = UInt64.random(in: 0...UInt64.max, using: &generator)
            let low = UInt64.random(in: 0...UInt64.max, using: &generator)
            // `=_` occurs in no base64 and no quoted-printable (RFC 2045 §6.7, note 5).
            var numbering = Numbering(prefix: "=_\(String(high, radix: 36))\(String(low, radix: 36))_")
            if let plan = try MessagePlan(part, options: options, depth: 0, &numbering) {
                self = plan
                return
            }
        }
        throw MessageWriteError.noBoundary
    }

    private struct Numbering {
        let prefix: String
        var next = 0

        mutating func boundary() -> String {
            next += 1
            // Of one length, so that none is the beginning of another.
            let digits = String(next)
            return prefix + String(repeating: "0", count: max(0, 6 - digits.utf8.count)) + digits
        }
    }

    /// Nil when a boundary would occur in the content.
    private init?(
        _ part: MessagePart, options: MessageWriteOptions, depth: Int, _ numbering: inout Numbering
    ) throws {
        guard depth < Self.depthMax else { throw MessageWriteError.nestingTooDeep }
        try Self.checkType(part)
        var census = ContentCensus(boundaryPrefix: numbering.prefix)
        switch part.body {
        case .text(let text):
            let bytes = Self.canonical(text)
            census.look(at: bytes.span)
            census.finish()
            content = .text(bytes)
            encoding = Self.textEncoding(census, options)
        case .octets(let source):
            // Types that may not be encoded are written as they are whatever the caller called them. Of those of messages
            // the ones with UTF-8 may (RFC 6532 §3.7, RFC 6533 §4.4).
            let type = part.mediaType.lowercased()
            let isMessage = type.hasPrefix("message/") && !type.hasPrefix("message/global")
            if isMessage { try Self.look(at: source, &census) }
            content = .source(source)
            encoding = isMessage ? census.identityEncoding : .base64
        case .message(let source):
            try Self.look(at: source, &census)
            content = .source(source)
            encoding = census.identityEncoding
        case .multipart(let parts):
            let boundary = numbering.boundary()
            var plans: [MessagePlan] = []
            for part in parts.isEmpty ? [.text("")] : parts {
                guard let plan = try MessagePlan(part, options: options, depth: depth + 1, &numbering) else {
                    return nil
                }
                plans.append(plan)
            }
            content = .parts(plans, boundary: boundary)
            encoding = Self.widest(plans.map(\.encoding))
        }
        fields = try Self.fields(of: part, content, encoding, isASCII: census.eightBitCount == 0, options)
        if census.hasDelimiter, encoding.isIdentity { return nil }
    }

    /// A composite type is written as such, and nothing else is.
    private static func checkType(_ part: MessagePart) throws {
        let type = part.mediaType.lowercased().prefix { $0 != "/" }
        let isRight =
            switch part.body {
            case .text: type == "text"
            case .octets: type != "multipart"
            case .message: type == "message"
            case .multipart: type == "multipart"
            }
        if !isRight { throw MessageWriteError.mediaType(part.mediaType) }
    }

    private static func fields(
        of part: MessagePart, _ content: Content, _ encoding: ContentTransferEncoding, isASCII: Bool,
        _ options: MessageWriteOptions
    ) throws -> [UInt8] {
        var header = HeaderWriter(form: options.headers)
        var parameters = part.parameters
        let own: Set<String> = if case .text = content { ["boundary", "charset"] } else { ["boundary"] }
        for parameter in parameters where own.contains(parameter.name.lowercased()) {
            throw MessageWriteError.parameterName(parameter.name)
        }
        var sizeBytes: Int?
        switch content {
        case .text:
            parameters.append(MessagePart.Parameter("charset", isASCII ? "us-ascii" : "utf-8"))
        case .parts(_, let boundary):
            parameters.append(MessagePart.Parameter("boundary", boundary))
        case .source(let source):
            sizeBytes = source.sizeBytes
        }
        try header.writeMediaType(part.mediaType, parameters: parameters)
        if encoding != .sevenBit { header.writeToken("Content-Transfer-Encoding", encoding.rawValue) }
        if let disposition = part.disposition ?? (part.fileName == nil ? nil : .attachment) {
            header.writeDisposition(disposition, fileName: part.fileName, sizeBytes: sizeBytes)
        }
        if let contentID = part.contentID { try header.writeIdentifier("Content-ID", contentID) }
        if let text = part.contentDescription { try header.writeUnstructured("Content-Description", text) }
        header.writeLanguages(part.languages)
        for field in part.extraFields { try header.write(field) }
        return header.output
    }

    private static let drawsMax = 16
    private static let depthMax = 100

    private static func look(at source: ByteSource, _ census: inout ContentCensus) throws {
        var seen = census
        try source.forEachChunk { seen.look(at: $0) }
        seen.finish()
        census = seen
    }

    private static func textEncoding(
        _ census: ContentCensus, _ options: MessageWriteOptions
    ) -> ContentTransferEncoding {
        switch census.identityEncoding {
        case .sevenBit where !census.hasDelimiter: .sevenBit
        case .eightBit where options.bodies == .eightBit && !census.hasDelimiter: .eightBit
        default: census.shorterEncoding
        }
    }

    /// A multipart has the widest of its parts' encodings and no other (RFC 2045 §6.4).
    private static func widest(_ encodings: [ContentTransferEncoding]) -> ContentTransferEncoding {
        if encodings.contains(.binary) { return .binary }
        return encodings.contains(.eightBit) ? .eightBit : .sevenBit
    }

    /// CRLF for every end of line, one at the end.
    private static func canonical(_ text: String) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(text.utf8.count + text.utf8.count / 32 + 2)
        var previous: UInt8 = 0
        for octet in text.utf8 {
            switch octet {
            case 0x0A where previous == 0x0D: break
            case 0x0A, 0x0D: output.append(contentsOf: [0x0D, 0x0A])
            default: output.append(octet)
            }
            previous = octet
        }
        if let last = output.last, last != 0x0A { output.append(contentsOf: [0x0D, 0x0A]) }
        return output
    }
}

extension MessagePlan {
    func writeBody(into output: inout MessageOutput, to sink: (Span<UInt8>) throws -> Void) throws {
        switch content {
        case .text(let bytes):
            try write(ByteSource(bytes), into: &output, to: sink)
        case .source(let source):
            try write(source, into: &output, to: sink)
        case .parts(let plans, let boundary):
            for plan in plans {
                output.append("--\(boundary)\r\n")
                output.buffer.append(contentsOf: plan.fields)
                output.append("\r\n")
                try plan.writeBody(into: &output, to: sink)
                // This end of line belongs to the delimiter (RFC 2046 §5.1.1).
                output.append("\r\n")
                try output.flushIfFull(to: sink)
            }
            output.append("--\(boundary)--\r\n")
        }
    }

    private func write(
        _ source: ByteSource, into output: inout MessageOutput, to sink: (Span<UInt8>) throws -> Void
    ) throws {
        switch encoding {
        case .base64:
            var encoder = Base64Encoder()
            try source.forEachChunk { chunk in
                encoder.encode(chunk, into: &output.buffer)
                try output.flushIfFull(to: sink)
            }
            encoder.finish(into: &output.buffer)
        case .quotedPrintable:
            var encoder = QuotedPrintableEncoder()
            try source.forEachChunk { chunk in
                encoder.encode(chunk, into: &output.buffer)
                try output.flushIfFull(to: sink)
            }
            encoder.finish(into: &output.buffer)
        default:
            try source.forEachChunk { chunk in
                chunk.withUnsafeBufferPointer { output.buffer.append(contentsOf: $0) }
                try output.flushIfFull(to: sink)
            }
        }
    }
}
