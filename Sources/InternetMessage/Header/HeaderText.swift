/// The text that people read in a header field: unfolded, encoded words decoded (RFC 2047), 8-bit octets understood.
///
/// Nothing that is decoded can look like the structure of a header: controls that an encoded word hides come out as
/// spaces.
///
/// Deviation from RFC 2047 §6.1, with all readers in use: a word counts also when it touches other text (`Re:=?…?=`)
/// and inside a quoted string. Only a word that touches a parenthesis in unstructured text stays as it is (§8).
package enum HeaderText {
    /// An unstructured field's value, such as Subject's (RFC 5322 §2.2.1); blanks around it do not count.
    package static func decode(unstructured value: ArraySlice<UInt8>) -> String {
        let trimmed = trim(value)
        if isPlain(trimmed) { return String(decoding: trimmed, as: UTF8.self) }
        var text = TextAssembly()
        let unfolded = unfold(trimmed)
        text.append(unfolded[...], in: .unstructured)
        return text.finish()
    }

    /// Whether the octets are the text: printable ASCII without the beginning of an encoded word.
    private static func isPlain(_ value: ArraySlice<UInt8>) -> Bool {
        value.withUnsafeBufferPointer { source in
            var previous: UInt8 = 0
            for octet in source {
                if octet < 0x20 || octet > 0x7E { return false }
                if octet == UInt8(ascii: "?"), previous == UInt8(ascii: "=") { return false }
                previous = octet
            }
            return true
        }
    }

    /// The inside of a comment (RFC 5322 §3.2.2), without its outer parentheses; backslashes are undone.
    package static func decode(comment value: ArraySlice<UInt8>) -> String {
        var text = TextAssembly()
        let unfolded = unquote(unfold(value)[...])
        text.append(trim(unfolded[...]), in: .phrase)
        return text.finish()
    }

    /// A display name (`phrase` of RFC 5322 §3.2.5, dots of obs-phrase too): quotes undone, comments dropped.
    ///
    /// Words are parted by one space, and by none when both are encoded.
    package static func decode(phrase value: ArraySlice<UInt8>) -> String {
        var text = TextAssembly()
        let bytes = unfold(value)
        var index = 0
        while index < bytes.count {
            switch bytes[index] {
            case 0x20, 0x09:
                text.appendBlank()
                index += 1
            case UInt8(ascii: "("):
                index = endOfComment(bytes[...], at: index)
                text.appendBlank()
            case UInt8(ascii: "\""):
                let end = endOfQuotedString(bytes[...], at: index)
                text.append(unquote(bytes[(index + 1)..<end.content])[...], in: .quoted)
                index = end.whole
            default:
                let start = index
                while index < bytes.count, !isPhraseDelimiter(bytes[index]) { index += 1 }
                text.append(bytes[start..<index], in: .phrase)
            }
        }
        return text.finish()
    }

    /// The value without the ends of lines of its folding (RFC 5322 §2.2.3). One that folds nothing becomes a space.
    package static func unfold(_ value: ArraySlice<UInt8>) -> [UInt8] {
        guard value.contains(where: { $0 == 0x0D || $0 == 0x0A || $0 == 0 }) else { return Array(value) }
        var output: [UInt8] = []
        output.reserveCapacity(value.count)
        var index = value.startIndex
        while index < value.endIndex {
            let octet = value[index]
            index += 1
            switch octet {
            case 0x0D, 0x0A:
                while index < value.endIndex, value[index] == 0x0D || value[index] == 0x0A { index += 1 }
                if index < value.endIndex, !value[index].isBlank { output.append(0x20) }
            case 0:
                continue
            default:
                output.append(octet)
            }
        }
        return output
    }

    /// The index behind the comment that starts at `start`, nested ones included; the end when it is not closed.
    static func endOfComment(_ bytes: ArraySlice<UInt8>, at start: Int) -> Int {
        var depth = 0
        var index = start
        while index < bytes.endIndex {
            switch bytes[index] {
            case UInt8(ascii: "("): depth += 1
            case UInt8(ascii: ")"): depth -= 1
            case UInt8(ascii: "\\"): index += 1
            default: break
            }
            index += 1
            if depth == 0 { break }
        }
        return min(index, bytes.endIndex)
    }

    /// Where a quoted string's content ends, and the index behind its closing quote; the end when it has none.
    static func endOfQuotedString(_ bytes: ArraySlice<UInt8>, at start: Int) -> (content: Int, whole: Int) {
        var index = start + 1
        while index < bytes.endIndex {
            if bytes[index] == UInt8(ascii: "\"") { return (index, index + 1) }
            index += bytes[index] == UInt8(ascii: "\\") ? 2 : 1
        }
        return (bytes.endIndex, bytes.endIndex)
    }

    /// Backslashes undone (RFC 5322 §3.2.1). One at the end stays.
    static func unquote(_ content: ArraySlice<UInt8>) -> [UInt8] {
        guard content.contains(UInt8(ascii: "\\")) else { return Array(content) }
        var output: [UInt8] = []
        output.reserveCapacity(content.count)
        var index = content.startIndex
        while index < content.endIndex {
            if content[index] == UInt8(ascii: "\\"), index + 1 < content.endIndex { index += 1 }
            output.append(content[index])
            index += 1
        }
        return output
    }

    static func trim(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var bytes = bytes
        while let first = bytes.first, first.isFoldingSpace { bytes = bytes.dropFirst() }
        while let last = bytes.last, last.isFoldingSpace { bytes = bytes.dropLast() }
        return bytes
    }

    private static func isPhraseDelimiter(_ octet: UInt8) -> Bool {
        octet.isBlank || octet == UInt8(ascii: "(") || octet == UInt8(ascii: "\"")
    }
}
