/// A media type as Content-Type has it: where its two names stand (RFC 2045 §5.1). Its parameters are a
/// ``ParameterList``; the pass over a message looks at those of multiparts alone.
struct MediaTypeScan {
    let type: Range<Int>
    let subtype: Range<Int>
    private let value: Octets

    /// Nil when it has not the shape `type/subtype`: RFC 2045 §5.2 has it read as plain text then.
    init?(_ value: Octets) {
        self.value = value
        var position = value.start
        func skipComments() {
            while position < value.end {
                if value[position].isFoldingSpace {
                    position += 1
                } else if value[position] == ASCII.openParenthesis {
                    position = value.endOfComment(from: position) ?? value.end
                } else {
                    return
                }
            }
        }
        func token() -> Range<Int> {
            skipComments()
            let start = position
            while position < value.end, value[position].isTokenOctet { position += 1 }
            return start..<position
        }
        type = token()
        skipComments()
        guard !type.isEmpty, value[position] == ASCII.slash else { return nil }
        position += 1
        subtype = token()
        guard !subtype.isEmpty else { return nil }
    }

    /// The value of `boundary`, without trailing blanks (RFC 2046 §5.1.1); nil when there is none that can be used.
    func boundary(limits: MessageLimits) -> [UInt8]? {
        guard let text = ParameterList(parsing: value.copy()[...])["boundary"] else { return nil }
        var boundary = Array(text.utf8)
        while let last = boundary.last, last.isFoldingSpace { boundary.removeLast() }
        return boundary.isEmpty || boundary.count > limits.boundaryOctetsMax ? nil : boundary
    }
}
