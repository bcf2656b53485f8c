extension ParameterList {
    /// `filename*2*`: the name, the section, and whether the value is percent-encoded (RFC 2231 §3, §4).
    struct Name: Equatable {
        let base: String
        let section: Int?
        let isExtended: Bool

        init(_ name: String) {
            let lower = name.lowercased()
            let fields = lower.split(separator: "*", maxSplits: 2, omittingEmptySubsequences: false)
            guard fields.count > 1, !fields[0].isEmpty else {
                self.init(base: lower, section: nil, isExtended: false)
                return
            }
            if fields[1].isEmpty, fields.count == 2 {
                self.init(base: String(fields[0]), section: nil, isExtended: true)
            } else if let section = Self.section(fields[1]), fields.count == 2 || fields[2].isEmpty {
                self.init(base: String(fields[0]), section: section, isExtended: fields.count == 3)
            } else {
                self.init(base: lower, section: nil, isExtended: false)
            }
        }

        private init(base: String, section: Int?, isExtended: Bool) {
            self.base = base
            self.section = section
            self.isExtended = isExtended
        }

        private static func section(_ digits: Substring) -> Int? {
            guard (1...4).contains(digits.utf8.count), digits.utf8.allSatisfy({ $0.isASCIIDigit }) else { return nil }
            return Int(digits)
        }
    }

    private struct Forms {
        var plain: [UInt8]?
        var extended: [UInt8]?
        var sections: [Int: (value: [UInt8], isExtended: Bool)] = [:]
    }

    /// What the parameters mean: RFC 2231's forms win over a plain one, which is there for older readers.
    static func decode(_ raw: [Raw]) -> [Decoded] {
        var forms: [String: Forms] = [:]
        var order: [String] = []
        for parameter in raw {
            let name = Name(parameter.name)
            if forms[name.base] == nil { order.append(name.base) }
            var form = forms.removeValue(forKey: name.base) ?? Forms()
            if let section = name.section {
                if form.sections[section] == nil { form.sections[section] = (parameter.value, name.isExtended) }
            } else if name.isExtended {
                if form.extended == nil { form.extended = parameter.value }
            } else if form.plain == nil {
                form.plain = parameter.value
            }
            forms[name.base] = form
        }
        return order.compactMap { name in forms[name].flatMap { decode(name, $0) } }
    }

    private static func decode(_ name: String, _ form: Forms) -> Decoded? {
        if let extended = form.extended {
            return decode(name, segments: [(extended, true)])
        }
        if form.sections[0] != nil {
            // Sections count from 0 without a gap (RFC 2231 §3): what lies behind a gap is lost.
            var segments: [(value: [UInt8], isExtended: Bool)] = []
            while let segment = form.sections[segments.count] { segments.append(segment) }
            return decode(name, segments: segments)
        }
        if let plain = form.plain {
            return Decoded(name: name, value: decodePlain(plain, name), language: nil)
        }
        // Counted from 1 or more, as some programs do.
        let segments = form.sections.sorted { $0.key < $1.key }.map(\.value)
        return segments.isEmpty ? nil : decode(name, segments: segments)
    }

    private static func decode(_ name: String, segments: [(value: [UInt8], isExtended: Bool)]) -> Decoded {
        var octets: [UInt8] = []
        var charset: String?
        var language: String?
        for (position, segment) in segments.enumerated() {
            guard segment.isExtended else {
                octets.append(contentsOf: segment.value)
                continue
            }
            var value = segment.value[...]
            if position == 0, let prefix = charsetPrefix(value) {
                charset = prefix.charset
                language = prefix.language
                value = prefix.rest
            }
            appendPercentDecoded(value, to: &octets)
        }
        // Some programs put encoded words into sections.
        if charset == nil, !segments.contains(where: \.isExtended) {
            return Decoded(name: name, value: decodePlain(octets, name), language: nil)
        }
        let text = Charset.decode(octets[...], label: charset ?? "")
        return Decoded(name: name, value: cleaned(text), language: language)
    }

    /// A plain value. In a file's name, encoded words are decoded although RFC 2047 §5 forbids them there.
    private static func decodePlain(_ value: [UInt8], _ name: String) -> String {
        if name == "filename" || name == "name" { return HeaderText.decode(unstructured: value[...]) }
        return cleaned(Charset.guess(value[...]))
    }

    /// `charset'language'`
    private static func charsetPrefix(
        _ value: ArraySlice<UInt8>
    ) -> (charset: String, language: String?, rest: ArraySlice<UInt8>)? {
        let apostrophe = UInt8(ascii: "'")
        guard let first = value.firstIndex(of: apostrophe),
            let second = value[(first + 1)...].firstIndex(of: apostrophe), first - value.startIndex <= 80
        else { return nil }
        let charset = String(decoding: value[value.startIndex..<first], as: UTF8.self)
        let language = String(decoding: value[(first + 1)..<second], as: UTF8.self)
        return (charset, language.isEmpty ? nil : language, value[(second + 1)...])
    }

    private static func appendPercentDecoded(_ value: ArraySlice<UInt8>, to output: inout [UInt8]) {
        var index = value.startIndex
        while index < value.endIndex {
            if value[index] == UInt8(ascii: "%"), index + 2 < value.endIndex,
                let high = value[index + 1].hexadecimalValue, let low = value[index + 2].hexadecimalValue
            {
                output.append(high << 4 | low)
                index += 3
            } else {
                output.append(value[index])
                index += 1
            }
        }
    }

    /// Without controls: no percent-encoding can bring an end of line into a name.
    private static func cleaned(_ text: String) -> String {
        guard text.utf8.contains(where: \.isControl) else { return text }
        return String(decoding: text.utf8.map { $0.isControl ? 0x20 : $0 }, as: UTF8.self)
    }
}
