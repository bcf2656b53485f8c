/// An ENVELOPE that ``EnvelopeWriter`` wrote, taken apart again: what lists of messages show, without the message.
package struct EnvelopeReader: Sendable, Hashable {
    /// The Date field's value, unfolded; nil when there is none.
    package let date: [UInt8]?
    /// The Subject field's value, encoded words as they are.
    package let subject: [UInt8]?
    /// Of all From fields; addresses and groups.
    package let from: [AddressListItem]
    /// Of all Sender fields; those of From where there is none.
    package let sender: [AddressListItem]
    /// Of all Reply-To fields; those of From where there is none.
    package let replyTo: [AddressListItem]
    package let to: [AddressListItem]
    package let cc: [AddressListItem]
    package let bcc: [AddressListItem]
    /// The In-Reply-To field's value.
    package let inReplyTo: [UInt8]?
    /// The Message-ID field's value.
    package let messageID: [UInt8]?

    /// Nil when it is none (the disk's fault): read the message again then.
    package init?(_ envelope: [UInt8]) {
        var scanner = EnvelopeScanner(envelope)
        guard scanner.take(ASCII.openParenthesis), let date = scanner.nstring(), scanner.take(ASCII.space),
            let subject = scanner.nstring()
        else { return nil }
        var lists: [[AddressListItem]] = []
        for _ in 0..<6 {
            guard scanner.take(ASCII.space), let list = scanner.addresses() else { return nil }
            lists.append(list)
        }
        guard scanner.take(ASCII.space), let inReplyTo = scanner.nstring(), scanner.take(ASCII.space),
            let messageID = scanner.nstring(), scanner.take(ASCII.closeParenthesis), scanner.isAtEnd
        else { return nil }
        self.date = date.octets
        self.subject = subject.octets
        (from, sender, replyTo) = (lists[0], lists[1], lists[2])
        (to, cc, bcc) = (lists[3], lists[4], lists[5])
        self.inReplyTo = inReplyTo.octets
        self.messageID = messageID.octets
    }
}

extension EnvelopeReader: CustomStringConvertible {
    /// Sizes alone: logs carry nothing that people wrote.
    package var description: String { "EnvelopeReader(\(from.count) from, \(to.count) to)" }
}

private struct EnvelopeScanner {
    /// A string, or NIL.
    struct NString {
        let octets: [UInt8]?
    }

    private let input: [UInt8]
    private var position = 0

    init(_ input: [UInt8]) { self.input = input }

    var isAtEnd: Bool { position == input.count }

    private var next: UInt8 { position < input.count ? input[position] : 0 }

    mutating func take(_ octet: UInt8) -> Bool {
        guard position < input.count, input[position] == octet else { return false }
        position += 1
        return true
    }

    mutating func nstring() -> NString? {
        switch next {
        case ASCII.quote: quoted()
        case ASCII.openBrace: literal()
        default: takeNIL() ? NString(octets: nil) : nil
        }
    }

    private mutating func takeNIL() -> Bool {
        guard input[position...].starts(with: "NIL".utf8) else { return false }
        position += 3
        return true
    }

    private mutating func quoted() -> NString? {
        position += 1
        var octets: [UInt8] = []
        while position < input.count, input[position] != ASCII.quote {
            if input[position] == ASCII.backslash { position += 1 }
            guard position < input.count else { return nil }
            octets.append(input[position])
            position += 1
        }
        return take(ASCII.quote) ? NString(octets: octets) : nil
    }

    private mutating func literal() -> NString? {
        position += 1
        var count = 0
        while next.isASCIIDigit, count <= input.count {
            count = count * 10 + Int(next &- 0x30)
            position += 1
        }
        guard take(UInt8(ascii: "}")), take(ASCII.cr), take(ASCII.lf), count <= input.count - position else {
            return nil
        }
        defer { position += count }
        return NString(octets: Array(input[position..<(position + count)]))
    }

    mutating func addresses() -> [AddressListItem]? {
        if takeNIL() { return [] }
        guard take(ASCII.openParenthesis) else { return nil }
        var items: [AddressListItem] = []
        while !take(ASCII.closeParenthesis) {
            guard let item = address() else { return nil }
            items.append(item)
        }
        return items
    }

    /// `(name route mailbox host)`; a host of NIL is a group's mark (RFC 9051 §7.5.2).
    private mutating func address() -> AddressListItem? {
        guard take(ASCII.openParenthesis), let name = nstring(), take(ASCII.space), let route = nstring(),
            take(ASCII.space), let mailbox = nstring(), take(ASCII.space), let host = nstring(),
            take(ASCII.closeParenthesis)
        else { return nil }
        guard let host = host.octets else { return mailbox.octets.map { .groupStart($0) } ?? .groupEnd }
        return .address(
            HeaderAddress(
                displayName: name.octets, route: route.octets, localPart: mailbox.octets ?? [], domain: host))
    }
}
