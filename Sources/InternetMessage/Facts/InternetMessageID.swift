/// What a Message-ID field names a message by (RFC 5322 §3.6.4), without its angle brackets.
package struct InternetMessageID: Sendable, Hashable {
    /// `left@right`, blanks and comments left out; it is compared octet by octet.
    package let text: String

    package init(_ text: String) { self.text = text }

    /// The ids between angle brackets, in order, at most `limit` of them: the value of References, In-Reply-To or
    /// Message-ID. What stands outside of brackets (phrases, obsolete syntax of §4.5.4) is no id.
    package static func list(_ value: ArraySlice<UInt8>, limit: Int) -> [InternetMessageID] {
        value.withUnsafeBytes { list(Octets($0), limit: limit) }
    }

    static func list(_ value: Octets, limit: Int) -> [InternetMessageID] {
        var ids: [InternetMessageID] = []
        var position = value.start
        while ids.count < limit, let open = value.first(ASCII.less, from: position) {
            guard let close = value.first(ASCII.greater, from: open) else { break }
            // `<a <b>`: the first was never closed.
            var start = open + 1
            while let again = value.first(ASCII.less, from: start), again < close { start = again + 1 }
            let id = value.copy(start..<close).filter { !$0.isFoldingSpace && $0 != 0 }
            if !id.isEmpty { ids.append(InternetMessageID(String(decoding: id, as: UTF8.self))) }
            position = close + 1
        }
        return ids
    }
}
