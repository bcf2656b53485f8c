extension FlowedText {
    /// The text as flowed lines with CRLF, no longer than `width` where words allow (RFC 3676 §4.2: 78 at most, 66
    /// preferred), never longer than 998 octets.
    package func write(width: Int = 72) -> String {
        var output: [UInt8] = []
        for paragraph in paragraphs {
            let marks = [UInt8](repeating: UInt8(ascii: ">"), count: max(0, min(paragraph.quoteDepth, 100)))
            for line in FlowedText.lines(of: paragraph.text.isEmpty ? "\n" : paragraph.text) {
                Self.write(line, marks: marks, width: max(10, min(width, 990)), into: &output)
            }
        }
        return String(decoding: output, as: UTF8.self)
    }

    private static func write(_ line: ArraySlice<UInt8>, marks: [UInt8], width: Int, into output: inout [UInt8]) {
        let isSignature = line.elementsEqual([0x2D, 0x2D, 0x20])
        var rest = line
        // Blanks at the end of a fixed line would make it flow (RFC 3676 §4.2).
        if !isSignature { while rest.last == 0x20 { rest = rest.dropLast() } }
        repeat {
            let piece = isSignature ? rest : firstPiece(of: rest, width: width - marks.count - 1)
            output.append(contentsOf: marks)
            if needsStuffing(piece, isQuoted: !marks.isEmpty) { output.append(0x20) }
            output.append(contentsOf: piece)
            output.append(contentsOf: [0x0D, 0x0A])
            rest = rest[piece.endIndex...]
        } while !rest.isEmpty
    }

    /// Up to and with the last space that fits; a longer word stays whole up to the limit of RFC 5322 §2.1.1.
    private static func firstPiece(of line: ArraySlice<UInt8>, width: Int) -> ArraySlice<UInt8> {
        guard line.count > width else { return line }
        let window = line.prefix(max(1, width))
        if let space = window.lastIndex(of: 0x20), hasText(line[...space]) { return line[...space] }
        let long = line.prefix(longLineMax)
        if let space = long[window.endIndex...].firstIndex(of: 0x20) { return line[...space] }
        if long.count == line.count { return line }
        // Only a break inside a word is left, between characters.
        var end = long.endIndex
        while end > long.startIndex + 1, line[end] & 0xC0 == 0x80 { end -= 1 }
        return line[..<end]
    }

    private static let longLineMax = 880

    /// A flowed line of blanks alone would be lost when it is joined to the next.
    private static func hasText(_ piece: ArraySlice<UInt8>) -> Bool {
        piece.contains { $0 != 0x20 }
    }

    /// RFC 3676 §4.4. Quoted lines get a space for looks, which readers drop.
    private static func needsStuffing(_ piece: ArraySlice<UInt8>, isQuoted: Bool) -> Bool {
        isQuoted || piece.first == 0x20 || piece.first == UInt8(ascii: ">") || piece.starts(with: Array("From ".utf8))
    }
}
