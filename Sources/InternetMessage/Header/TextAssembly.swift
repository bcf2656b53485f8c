/// Puts a field's text together from plain pieces and encoded words.
///
/// Words that follow each other are joined before their charset is applied when it is the same: programs cut them in
/// the middle of a character although RFC 2047 §5 forbids it.
struct TextAssembly {
    enum Context {
        case unstructured
        case phrase
        case quoted
    }

    private var output: [UInt8] = []
    /// Octets of encoded words, not yet decoded.
    private var word: (charset: String, octets: [UInt8])?
    /// Blanks behind an encoded word: dropped when another word follows (RFC 2047 §6.2).
    private var blanks: [UInt8] = []

    /// A blank between the words of a phrase, where many count as one.
    mutating func appendBlank() {
        if word != nil {
            blanks = [0x20]
        } else if let last = output.last, last != 0x20 {
            output.append(0x20)
        }
    }

    /// A piece without folding, with whatever encoded words it holds.
    mutating func append(_ piece: ArraySlice<UInt8>, in context: Context) {
        var plain = piece.startIndex
        var index = piece.startIndex
        while let start = Self.nextWordStart(in: piece[index...]) {
            guard let found = EncodedWord(in: piece, at: start), Self.counts(found, at: start, in: piece, context)
            else {
                index = start + 2
                continue
            }
            appendPlain(piece[plain..<start])
            appendWord(found)
            index = found.end
            plain = found.end
        }
        appendPlain(piece[plain...])
    }

    mutating func finish() -> String {
        flushWord()
        while output.last == 0x20 { output.removeLast() }
        return String(decoding: output, as: UTF8.self)
    }

    private mutating func appendPlain(_ piece: ArraySlice<UInt8>) {
        guard !piece.isEmpty else { return }
        if word != nil, piece.allSatisfy({ $0.isFoldingSpace }) {
            blanks.append(contentsOf: piece)
            return
        }
        flushWord()
        if piece.allSatisfy({ $0 < 0x80 }) {
            appendClean(piece)
        } else {
            appendClean(Charset.guess(piece).utf8)
        }
    }

    private mutating func appendWord(_ found: EncodedWord) {
        blanks.removeAll(keepingCapacity: true)
        let charset = found.charset.lowercased()
        if word?.charset == charset {
            word?.octets.append(contentsOf: found.octets)
            return
        }
        flushWord()
        word = (charset, found.octets)
    }

    private mutating func flushWord() {
        if let word {
            appendClean(Charset.decode(word.octets[...], label: word.charset).utf8)
            self.word = nil
        }
        appendClean(blanks)
        blanks.removeAll(keepingCapacity: true)
    }

    /// Controls come out as spaces; a tab was folding or meant as a space.
    private mutating func appendClean(_ octets: some Sequence<UInt8>) {
        for octet in octets { output.append(octet.isControl ? 0x20 : octet) }
    }

    private static func nextWordStart(in piece: ArraySlice<UInt8>) -> Int? {
        var index = piece.startIndex
        while index + 1 < piece.endIndex {
            if piece[index] == UInt8(ascii: "="), piece[index + 1] == UInt8(ascii: "?") { return index }
            index += 1
        }
        return nil
    }

    private static func counts(
        _ found: EncodedWord, at start: Int, in piece: ArraySlice<UInt8>, _ context: Context
    ) -> Bool {
        guard context == .unstructured else { return true }
        if start > piece.startIndex, piece[start - 1] == UInt8(ascii: "(") { return false }
        return found.end >= piece.endIndex || piece[found.end] != UInt8(ascii: ")")
    }
}
