extension HeaderWriter {
    /// Content-Type (RFC 2045 §5.1).
    mutating func writeMediaType(
        _ mediaType: String, parameters: [MessagePart.Parameter]
    ) throws(MessageWriteError) {
        let names = mediaType.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        // RFC 6838 §4.2: a name has at most 127 octets.
        let isRight = names.allSatisfy { (1...127).contains($0.count) && $0.allSatisfy { $0.isTokenOctet } }
        guard names.count == 2, isRight else { throw MessageWriteError.mediaType(mediaType) }
        var words: [[UInt8]] = [Array(mediaType.utf8)]
        for parameter in parameters {
            guard Self.isParameterName(parameter.name) else { throw MessageWriteError.parameterName(parameter.name) }
            words += Self.words(of: parameter.name, parameter.value, fallback: .none)
        }
        writeWords("Content-Type", words)
    }

    /// Content-Disposition (RFC 2183).
    mutating func writeDisposition(_ disposition: MessagePart.Disposition, fileName: String?, sizeBytes: Int?) {
        var words: [[UInt8]] = [Array(disposition.rawValue.utf8)]
        if let fileName, !fileName.isEmpty {
            words += Self.words(of: "filename", fileName, fallback: form == .utf8 ? .utf8 : .ascii)
        }
        if let sizeBytes { words.append(Array("size=\(sizeBytes)".utf8)) }
        writeWords("Content-Disposition", words)
    }

    /// Content-Language (RFC 3282); what is no tag is left out.
    mutating func writeLanguages(_ languages: [String]) {
        let tags = languages.filter {
            (1...35).contains($0.utf8.count)
                && $0.utf8.allSatisfy { $0.isASCIILetter || $0.isASCIIDigit || $0 == UInt8(ascii: "-") }
        }
        guard !tags.isEmpty else { return }
        begin("Content-Language")
        for (index, tag) in tags.enumerated() { put(Array(tag.utf8) + (index + 1 < tags.count ? [0x2C] : [])) }
        end()
    }

    private mutating func writeWords(_ name: String, _ words: [[UInt8]]) {
        begin(name)
        for (index, word) in words.enumerated() {
            put(word + (index + 1 < words.count ? [UInt8(ascii: ";")] : []))
        }
        end()
    }

    private enum Fallback {
        case none
        /// A plain parameter beside RFC 2231's, for readers that do not know that.
        case ascii
        case utf8
    }

    /// Longer values are cut into sections (RFC 2231 §3).
    private static let valueLengthMax = 60
    /// Of longer values, which no file system takes, the beginning.
    private static let totalLengthMax = 4_096

    private static func isParameterName(_ name: String) -> Bool {
        let special: [UInt8] = [UInt8(ascii: "*"), UInt8(ascii: "'"), UInt8(ascii: "%")]
        return (1...40).contains(name.utf8.count) && name.utf8.allSatisfy { $0.isTokenOctet && !special.contains($0) }
    }

    /// `name=value` in the forms that it needs, RFC 2231's first: readers that take the first of a name get it right.
    private static func words(of name: String, _ value: String, fallback: Fallback) -> [[UInt8]] {
        let octets = HeaderWords.oneLine(value).map { $0 == 0x09 ? 0x20 : $0 }
        let looksEncoded = HeaderWords.needsEncoding(octets[...], form: .ascii)
        if !looksEncoded, octets.count <= valueLengthMax {
            return [Array("\(name)=".utf8) + written(octets)]
        }
        var words = sections(of: name, octets.prefix(totalLengthMax))
        switch fallback {
        case .none: break
        case .ascii: words.append(Array("\(name)=".utf8) + quoted(plainForm(octets, form: .ascii)))
        case .utf8: words.append(Array("\(name)=".utf8) + quoted(plainForm(octets, form: .utf8)))
        }
        return words
    }

    private static func written(_ octets: [UInt8]) -> [UInt8] {
        !octets.isEmpty && octets.allSatisfy(\.isTokenOctet) ? octets : quoted(octets)
    }

    private static func sections(of name: String, _ octets: ArraySlice<UInt8>) -> [[UInt8]] {
        var pieces: [[UInt8]] = [Array("utf-8''".utf8)]
        var index = octets.startIndex
        while index < octets.endIndex {
            var next = index + 1
            while next < octets.endIndex, octets[next] & 0xC0 == 0x80 { next += 1 }
            // What was cut off in the middle of a character is dropped with it.
            if next == octets.endIndex, String(validating: octets[index..<next], as: UTF8.self) == nil { break }
            let character = octets[index..<next].flatMap { percentEncoded($0) }
            if pieces[pieces.count - 1].count + character.count > valueLengthMax { pieces.append([]) }
            pieces[pieces.count - 1].append(contentsOf: character)
            index = next
        }
        if pieces.count == 1 { return [Array("\(name)*=".utf8) + pieces[0]] }
        return pieces.enumerated().map { Array("\(name)*\($0.offset)*=".utf8) + $0.element }
    }

    /// `attribute-char` of RFC 2231 §7 as it is.
    private static func percentEncoded(_ octet: UInt8) -> [UInt8] {
        let special: [UInt8] = [UInt8(ascii: "*"), UInt8(ascii: "'"), UInt8(ascii: "%")]
        if octet.isTokenOctet, !special.contains(octet) { return [octet] }
        return [UInt8(ascii: "%"), .hexadecimalDigit(octet >> 4), .hexadecimalDigit(octet & 15)]
    }

    /// A name for older readers: short, `_` for each character that they could not take, the ending kept.
    private static func plainForm(_ octets: [UInt8], form: MessageWriteOptions.HeaderForm) -> [UInt8] {
        let form = HeaderWords.hasUnicodeLineEnd(octets) ? .ascii : form
        var plain: [UInt8] = []
        var previous: UInt8 = 0
        for octet in octets {
            let isMark = octet == UInt8(ascii: "?") && previous == UInt8(ascii: "=")
            if isMark || (octet >= 0xC0 && form == .ascii) {
                plain.append(UInt8(ascii: "_"))
            } else if octet < 0x80 || form == .utf8 {
                plain.append(octet)
            }
            previous = octet
        }
        guard plain.count > valueLengthMax else { return plain }
        let ending = plain.lastIndex(of: UInt8(ascii: ".")).map { plain[$0...] } ?? []
        let kept = ending.count <= 10 ? ending : []
        var end = valueLengthMax - 10
        while end > 0, plain[end] & 0xC0 == 0x80 { end -= 1 }
        return Array(plain[..<end]) + kept
    }
}
