/// The parameters behind a path, one at a time (RFC 5321 §4.1.2).
struct ParameterParser {
    /// One parameter as written.
    struct Parameter {
        /// In capitals.
        let keyword: String
        /// What stands after the `=`; nil without one.
        let value: ArraySlice<UInt8>?

        /// The value, for a parameter that cannot do without.
        func required() throws(SMTPCommandError) -> ArraySlice<UInt8> {
            guard let value else { throw .syntax("\(keyword) needs a value") }
            return value
        }

        /// For a parameter that has no value.
        func forbidden() throws(SMTPCommandError) {
            guard value == nil else { throw .syntax("\(keyword) takes no value") }
        }

        /// The value's text in capitals.
        func capitals() throws(SMTPCommandError) -> String {
            String(decoding: try required().map(OctetCursor.capital), as: UTF8.self)
        }
    }

    private var cursor: OctetCursor
    private var seen: [String] = []

    /// For what follows a path.
    init(_ cursor: OctetCursor) {
        self.cursor = cursor
    }

    /// The next one; nil when there are no more.
    ///
    /// ```
    /// esmtp-param = esmtp-keyword ["=" esmtp-value]
    /// esmtp-keyword = (ALPHA / DIGIT) *(ALPHA / DIGIT / "-")
    /// esmtp-value = 1*(%d33-60 / %d62-126 / UTF8-non-ascii)
    /// ```
    mutating func next() throws(SMTPCommandError) -> Parameter? {
        cursor.skipSpaces()
        if cursor.isAtEnd { return nil }
        let word = cursor.take { octet in
            switch octet {
            case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x2d: true
            default: false
            }
        }
        guard !word.isEmpty else { throw .syntax("This is no parameter of the form KEYWORD=value") }
        let keyword = String(decoding: cursor.octets[word].map(OctetCursor.capital), as: UTF8.self)
        var value: ArraySlice<UInt8>?
        if cursor.take(0x3d) {
            let range = cursor.take { $0 > 0x20 && $0 != 0x3d && $0 != 0x7f }
            guard !range.isEmpty else { throw .syntax("\(keyword) needs a value") }
            value = cursor.octets[range]
        }
        guard cursor.isAtEnd || cursor.peek == 0x20 || cursor.peek == 0x09 else {
            throw .syntax("The value of \(keyword) has an octet that it cannot have")
        }
        guard !seen.contains(keyword) else { throw .syntax("\(keyword) is given twice") }
        seen.append(keyword)
        return Parameter(keyword: keyword, value: value)
    }
}
