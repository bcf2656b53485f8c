/// Text for a header field, cut into words that stand as they are and runs that have to be encoded.
///
/// Neighbours that need encoding are one run, blanks between them included: a reader drops blanks between encoded
/// words (RFC 2047 §6.2).
struct HeaderWords {
    enum Run: Equatable {
        case plain(ArraySlice<UInt8>, gap: Int)
        case encoded([UInt8])
    }

    private struct Word {
        var gap: Int
        var octets: ArraySlice<UInt8>
        var isEncoded: Bool
    }

    private(set) var runs: [Run] = []

    /// More spaces than this in a row are kept by encoding them.
    private static let gapMax = 10

    init(_ text: String, form: MessageWriteOptions.HeaderForm) {
        var words = Self.words(Self.oneLine(text), form: form)
        Self.spreadEncoding(&words)
        for word in words {
            guard word.isEncoded else {
                runs.append(.plain(word.octets, gap: max(1, word.gap)))
                continue
            }
            if case .encoded(var octets)? = runs.last {
                runs.removeLast()
                octets.append(contentsOf: repeatElement(0x20, count: word.gap))
                octets.append(contentsOf: word.octets)
                runs.append(.encoded(octets))
            } else {
                // The first blank behind plain text or the colon is the one that the reader sees or drops.
                let kept = runs.isEmpty ? word.gap : 0
                runs.append(.encoded([UInt8](repeating: 0x20, count: kept) + word.octets))
            }
        }
    }

    /// The text without what could end a line or hide in one: ends of lines are spaces, other controls but the tab go.
    static func oneLine(_ text: String) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(text.utf8.count)
        var previous: UInt8 = 0
        for octet in text.utf8 {
            if octet == 0x0A || octet == 0x0D {
                if !(octet == 0x0A && previous == 0x0D) { output.append(0x20) }
            } else if !octet.isControl || octet == 0x09 {
                output.append(octet)
            }
            previous = octet
        }
        return output
    }

    static func needsEncoding(_ word: ArraySlice<UInt8>, form: MessageWriteOptions.HeaderForm) -> Bool {
        if word.count > HeaderWriter.wordLengthMax { return true }
        var previous: UInt8 = 0
        for octet in word {
            if octet.isControl || (octet >= 0x80 && form == .ascii) { return true }
            // What looks like an encoded word would be read as one.
            if previous == UInt8(ascii: "="), octet == UInt8(ascii: "?") { return true }
            previous = octet
        }
        return hasUnicodeLineEnd(word)
    }

    /// U+0080–U+009F, U+2028 and U+2029: programs that split text at Unicode's ends of lines would see one here.
    static func hasUnicodeLineEnd(_ octets: some Sequence<UInt8>) -> Bool {
        var last: UInt32 = 0
        for octet in octets {
            last = (last << 8 | UInt32(octet)) & 0xFF_FFFF
            if last == 0xE2_80A8 || last == 0xE2_80A9 { return true }
            if last & 0xFF00 == 0xC200, octet < 0xA0, octet >= 0x80 { return true }
        }
        return false
    }

    private static func words(_ line: [UInt8], form: MessageWriteOptions.HeaderForm) -> [Word] {
        var words: [Word] = []
        var index = 0
        while index < line.count {
            let start = index
            while index < line.count, line[index] == 0x20 { index += 1 }
            let gap = index - start
            let wordStart = index
            while index < line.count, line[index] != 0x20 { index += 1 }
            let octets = line[wordStart..<index]
            if octets.isEmpty {
                // Spaces at the very end would be lost.
                if words.isEmpty {
                    words.append(Word(gap: 0, octets: line[start..<index], isEncoded: true))
                } else {
                    let last = words.removeLast()
                    words.append(Word(gap: last.gap, octets: line[last.octets.startIndex..<index], isEncoded: true))
                }
            } else {
                let isFirst = words.isEmpty && gap > 0
                let isEncoded = isFirst || needsEncoding(octets, form: form)
                words.append(Word(gap: gap, octets: octets, isEncoded: isEncoded))
            }
        }
        return words
    }

    /// Long gaps, and gaps beside encoded words, are inside a run.
    private static func spreadEncoding(_ words: inout [Word]) {
        guard words.count > 1 else { return }
        for index in 1..<words.count where words[index].gap > 1 {
            if words[index].gap > gapMax {
                words[index - 1].isEncoded = true
                words[index].isEncoded = true
            } else if words[index - 1].isEncoded {
                words[index].isEncoded = true
            }
        }
        for index in (1..<words.count).reversed() where words[index].gap > 1 && words[index].isEncoded {
            words[index - 1].isEncoded = true
        }
    }
}
