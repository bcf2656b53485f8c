internal import MailCore

/// The third part of a report: the message that could not be delivered, or its header (RFC 3461 §6.2, RFC 6533 §4).
struct ReturnedContent {
    /// How much comes back.
    enum Extent {
        case message
        case header
    }

    let options: MessageWriteOptions
    let limits: DeliveryReportLimits

    /// The whole message where the sender may have it, it is not too large, and its form can be made what `options`
    /// allow; else its header. `mayBeWhole`: some recipient failed (RFC 3461 §4.3).
    func part(
        _ original: DeliveryReport.Original, header: [UInt8], mayBeWhole: Bool
    ) throws -> (part: MessagePart, extent: Extent) {
        if mayBeWhole, original.dsnReturn != .headers, original.sizeBytes <= limits.returnedMessageOctetsMax {
            let octets = try Self.octets(of: original, max: limits.returnedMessageOctetsMax) { _ in false }
            if let part = messagePart(octets) { return (part, .message) }
        }
        return (headerPart(header), .header)
    }

    /// The header with its empty line, as much as is allowed.
    static func header(of original: DeliveryReport.Original, limits: DeliveryReportLimits) throws -> [UInt8] {
        var lineStart = 0
        let octets = try octets(of: original, max: limits.returnedHeaderOctetsMax) { octets in
            while let newline = octets[lineStart...].firstIndex(of: ASCII.lf) {
                let line = octets[lineStart..<newline]
                lineStart = newline + 1
                if line.allSatisfy({ $0 == ASCII.cr }) { return true }
            }
            return false
        }
        // Behind the empty line; where none was reached, behind the last whole one.
        return Array(octets.prefix(lineStart > 0 ? lineStart : octets.count))
    }

    private func messagePart(_ octets: [UInt8]) -> MessagePart? {
        let widest: EnvelopeParameters.BodyType = options.bodies == .sevenBit ? .sevenBit : .eightBitMIME
        let message = ParsedMessage(parsing: octets)
        let hasUTF8Header = message.parts.contains { part in octets[part.header.range].contains { $0 >= 0x80 } }
        if hasUTF8Header {
            // Encoded where the report has to be ASCII, which this type alone may be (RFC 6533 §4.5).
            guard let edits = try? BodyConversion(widest: .eightBitMIME).edits(of: octets) else { return nil }
            let source = ByteSource(edits.applied(to: octets))
            let isRaw = options.headers == .utf8 && options.bodies == .eightBit
            return MessagePart(mediaType: "message/global", body: isRaw ? .message(source) : .octets(source))
        }
        guard let edits = try? BodyConversion(widest: widest).edits(of: octets) else { return nil }
        return MessagePart(mediaType: "message/rfc822", body: .message(ByteSource(edits.applied(to: octets))))
    }

    private func headerPart(_ header: [UInt8]) -> MessagePart {
        let isASCII = header.allSatisfy { $0 < 0x80 && $0 != 0 }
        guard !isASCII, String(validating: header, as: UTF8.self) != nil else {
            return .text(Charset.guess(header[...]), subtype: "rfc822-headers")
        }
        let isRaw = options.headers == .utf8 && options.bodies == .eightBit
        return MessagePart(
            mediaType: "message/global-headers",
            body: isRaw ? .message(ByteSource(header)) : .octets(ByteSource(header)))
    }

    private struct Enough: Error {}

    /// The first octets of a source, until there are enough of them.
    private static func octets(
        of original: DeliveryReport.Original, max: Int, until isEnough: ([UInt8]) -> Bool
    ) throws -> [UInt8] {
        var octets: [UInt8] = []
        do {
            try original.source.forEachChunk { chunk in
                chunk.withUnsafeBufferPointer { octets.append(contentsOf: $0.prefix(max - octets.count)) }
                if octets.count >= max || isEnough(octets) { throw Enough() }
            }
        } catch is Enough {}
        return octets
    }
}
