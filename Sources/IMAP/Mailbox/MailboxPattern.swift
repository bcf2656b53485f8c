/// LIST's and LSUB's pattern with its reference before it (RFC 9051 §6.3.9): `*` stands for any octets, `%` for those of
/// one level.
package struct MailboxPattern: Hashable, Sendable {
    /// In UTF-8, decoded from the connection's spelling.
    package let text: String

    /// The reference and the pattern, both decoded. The canonical form is simply the one behind the other: a client
    /// that means a level says its separator.
    package init(reference: String, pattern: String) {
        let joined = reference + pattern
        let firstLevel = joined.utf8.prefix { $0 != MailboxName.separator }
        let isInbox = firstLevel.elementsEqual("INBOX".utf8) { $0 & 0xDF == $1 }
        text = isInbox ? "INBOX" + String(Substring(joined.utf8.dropFirst(5))) : joined
    }

    /// Whether it can name but one mailbox.
    package var isLiteral: Bool { !text.utf8.contains { $0 == UInt8(ascii: "*") || $0 == UInt8(ascii: "%") } }

    /// Whether the name fits. INBOX alone is compared without case (`Inb%` fits it), other names octet by octet.
    ///
    /// It takes time in the product of both lengths at most, whatever the number of wildcards.
    package func matches(_ name: MailboxName) -> Bool {
        if matches(Array(name.text.utf8), .exactly) { return true }
        return name.isInbox && matches(Array(name.text.utf8), .withoutCase)
    }

    private enum Comparison {
        case exactly
        case withoutCase
    }

    private func matches(_ name: [UInt8], _ comparison: Comparison) -> Bool {
        let pattern = Array(text.utf8)
        // reached[i]: the pattern's octets so far fit the first i octets of the name.
        var reached = Array(repeating: false, count: name.count + 1)
        reached[0] = true
        for octet in pattern {
            var next = Array(repeating: false, count: name.count + 1)
            switch octet {
            case UInt8(ascii: "*"):
                var isReached = false
                for position in 0...name.count {
                    isReached = isReached || reached[position]
                    next[position] = isReached
                }
            case UInt8(ascii: "%"):
                var isReached = false
                for position in 0...name.count {
                    if position > 0, name[position - 1] == MailboxName.separator { isReached = false }
                    isReached = isReached || reached[position]
                    next[position] = isReached
                }
            default:
                for position in 0..<name.count where reached[position] {
                    let isSame =
                        name[position] == octet
                        || comparison == .withoutCase && name[position].capital == octet.capital
                    next[position + 1] = isSame
                }
            }
            reached = next
        }
        return reached[name.count]
    }
}
