/// A text record: one or more strings of at most 255 octets (RFC 1035 §3.3.14).
package struct TXTRecord: Hashable, Sendable {
    /// As they stand in the record.
    package let strings: [[UInt8]]

    /// One after the other with nothing between them, as SPF and DKIM read them (RFC 7208 §3.3, RFC 6376 §3.6.2.2).
    package var joined: [UInt8] { Array(strings.joined()) }

    /// `joined` as UTF-8; what is none becomes U+FFFD.
    package var text: String { String(decoding: joined, as: UTF8.self) }

    /// Puts the strings together.
    package init(strings: [[UInt8]]) {
        self.strings = strings
    }

    /// - Returns: nil when it is malformed.
    init?(data: [UInt8]) {
        var reader = RecordDataReader(data)
        var strings: [[UInt8]] = []
        repeat {
            guard let length = reader.uint8(), let octets = reader.octets(Int(length)) else { return nil }
            strings.append(octets)
        } while !reader.isAtEnd
        self.init(strings: strings)
    }
}
