/// What the index knows of a text: its terms, each a piece of the text as it stands.
///
/// Between spaces a text is a run. A run in a script that has spaces is one term, so that a search string without a space
/// lies within one term wherever it occurs. In scripts without spaces (Chinese, Japanese, Thai, …) each two neighbouring
/// characters are a term. A very long run (base64 in a text, a URL) is cut into windows that overlap.
enum Terms {
    /// Octets of a term, at most.
    static let octetsMax = 256
    /// Octets by which windows on a long run overlap: a string as long as this lies within one of them.
    static let overlapOctets = 64

    /// Calls `body` with the place of each term.
    static func forEach(in folded: UnsafeBufferPointer<UInt8>, _ body: (Range<Int>) -> Void) {
        var start = 0
        while start < folded.count {
            guard folded[start] != FoldedText.space else {
                start += 1
                continue
            }
            var end = start
            var hasHigh = false
            while end < folded.count, folded[end] != FoldedText.space {
                hasHigh = hasHigh || folded[end] >= 0xE0
                end += 1
            }
            if hasHigh { mixed(start..<end, in: folded, body) } else { word(start..<end, in: folded, body) }
            start = end
        }
    }

    /// A run that may have characters of scripts without spaces.
    private static func mixed(
        _ run: Range<Int>, in folded: UnsafeBufferPointer<UInt8>, _ body: (Range<Int>) -> Void
    ) {
        var position = run.lowerBound
        var wordStart = run.lowerBound
        var previous: (start: Int, isDense: Bool)?
        while position < run.upperBound {
            let (scalar, count) = FoldedText.scalar(in: folded, at: position)
            let end = min(position + count, run.upperBound)
            let isDense = Self.isDense(scalar)
            if isDense, wordStart < position { word(wordStart..<position, in: folded, body) }
            if let previous {
                if isDense || previous.isDense { body(previous.start..<end) }
            } else if isDense, end == run.upperBound {
                body(position..<end)
            }
            if isDense { wordStart = end }
            previous = (position, isDense)
            position = end
        }
        if wordStart < run.upperBound { word(wordStart..<run.upperBound, in: folded, body) }
    }

    private static func word(_ word: Range<Int>, in folded: UnsafeBufferPointer<UInt8>, _ body: (Range<Int>) -> Void) {
        var start = word.lowerBound
        while word.upperBound - start > octetsMax {
            let end = characterStart(atOrBefore: start + octetsMax, in: folded)
            body(start..<end)
            start = characterStart(atOrBefore: end - overlapOctets, in: folded)
        }
        body(start..<word.upperBound)
    }

    private static func characterStart(atOrBefore position: Int, in folded: UnsafeBufferPointer<UInt8>) -> Int {
        var position = position
        while position > 0, folded[position] & 0xC0 == 0x80 { position -= 1 }
        return position
    }

    /// Whether the character is of a script whose words no spaces part.
    static func isDense(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        // Thai and Lao; Myanmar; Khmer; radicals, kana, CJK and their compatibility forms.
        case 0x0E00...0x0EFF, 0x1000...0x109F, 0x1780...0x17FF, 0x2E80...0x30FF, 0x3400...0x9FFF, 0xF900...0xFAFF,
            0x20000...0x3FFFF:
            true
        default: false
        }
    }
}
