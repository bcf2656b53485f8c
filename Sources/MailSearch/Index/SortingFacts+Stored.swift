internal import InternetMessage

/// How facts are kept: numbers as eight octets, texts with their length before them.
extension SortingFacts {
    private static let hasDate: UInt8 = 1
    private static let isReply: UInt8 = 2

    func encoded() -> [UInt8] {
        var octets: [UInt8] = [(sentSeconds == nil ? 0 : Self.hasDate) | (isReplyOrForward ? Self.isReply : 0)]
        if let sentSeconds, let sentDay {
            for shift in stride(from: 0, to: 64, by: 8) {
                octets.append(UInt8(truncatingIfNeeded: sentSeconds >> Int64(shift)))
            }
            for shift in stride(from: 0, to: 32, by: 8) {
                octets.append(UInt8(truncatingIfNeeded: sentDay >> Int64(shift)))
            }
        }
        for text in [baseSubject, from, to, cc, displayFrom, displayTo, Array(messageID.utf8)] {
            octets.append(varint: UInt32(clamping: text.count))
            octets.append(contentsOf: text)
        }
        octets.append(varint: UInt32(clamping: references.count))
        for reference in references {
            octets.append(varint: UInt32(clamping: reference.utf8.count))
            octets.append(contentsOf: reference.utf8)
        }
        return octets
    }

    /// What is damaged gives other facts, never a trap.
    init(decoding octets: UnsafeRawBufferPointer) {
        self.init()
        var reader = PageReader(octets: octets, position: 0)
        let flags = reader.octet()
        isReplyOrForward = flags & Self.isReply != 0
        if flags & Self.hasDate != 0 {
            var seconds: Int64 = 0
            for shift in stride(from: 0, to: 64, by: 8) { seconds |= Int64(reader.octet()) << Int64(shift) }
            var day: UInt32 = 0
            for shift in stride(from: 0, to: 32, by: 8) { day |= UInt32(reader.octet()) << UInt32(shift) }
            sentSeconds = seconds
            sentDay = Int64(Int32(truncatingIfNeeded: day))
        }
        baseSubject = reader.text()
        from = reader.text()
        to = reader.text()
        cc = reader.text()
        displayFrom = reader.text()
        displayTo = reader.text()
        messageID = String(decoding: reader.text(), as: UTF8.self)
        let count = reader.varint()
        for _ in 0..<count {
            guard !reader.isAtEnd else { break }
            references.append(String(decoding: reader.text(), as: UTF8.self))
        }
    }
}

extension PageReader {
    /// A text with its length before it.
    mutating func text() -> [UInt8] {
        let count = Int(varint())
        let end = min(position + count, octets.count)
        guard position < end else { return [] }
        defer { position = end }
        return [UInt8](UnsafeRawBufferPointer(rebasing: octets[position..<end]))
    }
}
