/// IMAP's ENVELOPE of a message, the one at hand or one within it (RFC 9051 §7.5.2). Encoded words stay encoded, as
/// IMAP clients expect.
///
/// Several To fields (or From, …) are read as one list: nobody can then check one and show the other. Of several
/// Subject fields (or Date, …) the first counts.
struct EnvelopeWriter {
    let message: ParsedMessage
    let octets: Octets

    /// Appends the envelope of the message that `part` is.
    func write(_ part: Int, to text: inout IMAPText) {
        text.raw("(")
        text.nstring(line(.date, part))
        text.raw(" ")
        text.nstring(line(.subject, part))
        text.raw(" ")
        let start = text.count
        addresses(.from, part, to: &text)
        let from = start..<text.count
        text.raw(" ")
        addresses(.sender, part, else: from, to: &text)
        text.raw(" ")
        addresses(.replyTo, part, else: from, to: &text)
        for kind in [HeaderField.Kind.to, .cc, .bcc] {
            text.raw(" ")
            addresses(kind, part, to: &text)
        }
        text.raw(" ")
        text.nstring(line(.inReplyTo, part))
        text.raw(" ")
        text.nstring(line(.messageID, part))
        text.raw(")")
    }

    private func line(_ kind: HeaderField.Kind, _ part: Int) -> [UInt8]? {
        message.field(kind, of: part).map { octets[$0.value].unfolded() }
    }

    /// Appends the list of a kind of field, or what was written as `other` when it has no address.
    private func addresses(
        _ kind: HeaderField.Kind, _ part: Int, else other: Range<Int>? = nil, to text: inout IMAPText
    ) {
        let items = message.addresses(kind, of: part, in: octets)
        guard !items.isEmpty else {
            if let other { text.repeatWritten(other) } else { text.raw("NIL") }
            return
        }
        text.raw("(")
        for item in items {
            switch item {
            case .address(let address): write(address, to: &text)
            case .groupStart(let name):
                text.raw("(NIL NIL ")
                text.string(name)
                text.raw(" NIL)")
            case .groupEnd: text.raw("(NIL NIL NIL NIL)")
            }
        }
        text.raw(")")
    }

    /// A missing local part or domain is an empty string: NIL would make it a group.
    private func write(_ address: HeaderAddress, to text: inout IMAPText) {
        text.raw("(")
        text.nstring(address.displayName)
        text.raw(" ")
        text.nstring(address.route)
        text.raw(" ")
        text.string(address.localPart)
        text.raw(" ")
        text.string(address.domain)
        text.raw(")")
    }
}

extension ParsedMessage {
    /// The addresses of all fields of a kind in a part's header, in order.
    func addresses(_ kind: HeaderField.Kind, of part: Int, in octets: Octets) -> [AddressListItem] {
        var items: [AddressListItem] = []
        for field in fields[parts[part].fields] where field.kind == kind {
            let room = limits.addressesMax - items.count
            guard room > 0 else { break }
            let more = AddressListParser.parse(octets[field.value], limit: room)
            if items.isEmpty { items = more } else { items.append(contentsOf: more) }
        }
        return items
    }
}
