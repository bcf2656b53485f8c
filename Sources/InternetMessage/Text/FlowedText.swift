/// `text/plain; format=flowed` (RFC 3676): paragraphs that the reader wraps, with quote depth.
package struct FlowedText: Sendable, Equatable {
    /// A paragraph, or a line of fixed text, without its quote marks.
    package struct Paragraph: Sendable, Equatable {
        package var quoteDepth: Int
        package var text: String

        package init(quoteDepth: Int = 0, text: String) {
            self.quoteDepth = quoteDepth
            self.text = text
        }
    }

    /// What a flowed line's last space means (RFC 3676 §4.2): part of the text, or only the mark.
    package enum TrailingSpace: Sendable {
        case kept
        /// `DelSp=yes`
        case deleted
    }

    package var paragraphs: [Paragraph]

    package init(paragraphs: [Paragraph]) {
        self.paragraphs = paragraphs
    }

    /// Reads text with CRLF or LF ends of lines.
    package init(parsing text: String, trailingSpace: TrailingSpace) {
        var paragraphs: [Paragraph] = []
        var open: (depth: Int, octets: [UInt8])?
        for line in Self.lines(of: text) {
            let parsed = FlowedLine(line)
            // A change of depth ends a paragraph although its last line flows (RFC 3676 §4.5).
            if let pending = open, pending.depth != parsed.depth || parsed.isSignature {
                paragraphs.append(Self.paragraph(pending))
                open = nil
            }
            var content = parsed.content
            if parsed.isFlowed, trailingSpace == .deleted { content = content.dropLast() }
            if open == nil { open = (parsed.depth, []) }
            open?.octets.append(contentsOf: content)
            if !parsed.isFlowed, let pending = open {
                paragraphs.append(Self.paragraph(pending))
                open = nil
            }
        }
        if let pending = open { paragraphs.append(Self.paragraph(pending)) }
        self.paragraphs = paragraphs
    }

    /// One line for each paragraph, with `> ` marks: for programs that wrap by themselves.
    package var unwrapped: String {
        var output = ""
        for paragraph in paragraphs {
            if paragraph.quoteDepth > 0 { output += String(repeating: ">", count: paragraph.quoteDepth) + " " }
            output += paragraph.text
            output += "\n"
        }
        return output
    }

    private static func paragraph(_ pending: (depth: Int, octets: [UInt8])) -> Paragraph {
        Paragraph(quoteDepth: pending.depth, text: String(decoding: pending.octets, as: UTF8.self))
    }

    /// The lines without their ends. An end at the very end starts no further line.
    static func lines(of text: String) -> [ArraySlice<UInt8>] {
        let bytes = Array(text.utf8)
        var lines: [ArraySlice<UInt8>] = []
        var start = 0
        while start < bytes.count {
            let end = bytes[start...].firstIndex(of: 0x0A) ?? bytes.count
            var line = bytes[start..<end]
            if line.last == 0x0D { line = line.dropLast() }
            lines.append(line)
            start = end + 1
        }
        return lines
    }
}

/// One line of flowed text, taken apart as RFC 3676 §4.1 says.
private struct FlowedLine {
    let depth: Int
    let content: ArraySlice<UInt8>
    let isSignature: Bool
    let isFlowed: Bool

    /// Deeper quotes than this are one depth: nobody reads them, and marks count towards the text's size.
    private static let depthMax = 100

    init(_ line: ArraySlice<UInt8>) {
        let marks = line.prefix { $0 == UInt8(ascii: ">") }
        depth = min(marks.count, Self.depthMax)
        var content = line[marks.endIndex...]
        // Space-stuffing (RFC 3676 §4.4).
        if content.first == 0x20 { content = content.dropFirst() }
        self.content = content
        // The signature separator ends with a space and is fixed (RFC 3676 §4.3).
        isSignature = content.elementsEqual([0x2D, 0x2D, 0x20])
        isFlowed = content.last == 0x20 && !isSignature
    }
}
