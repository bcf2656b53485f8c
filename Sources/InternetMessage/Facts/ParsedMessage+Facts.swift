extension ParsedMessage {
    /// The first field of a kind in one line, cut off behind `octetsMax` octets.
    func line(_ kind: HeaderField.Kind, of part: Int, in octets: Octets, octetsMax: Int = Int.max) -> [UInt8]? {
        field(kind, of: part).map { octets[$0.value.partial(offset: 0, length: octetsMax)].unfolded() }
    }

    /// Message-ID; a value without angle brackets is taken as it stands.
    func messageID(in octets: Octets) -> InternetMessageID? {
        guard let field = field(.messageID, of: 0) else { return nil }
        if let id = InternetMessageID.list(octets[field.value], limit: 1).first { return id }
        let words = octets[field.value].unfolded().split(whereSeparator: \.isBlank)
        return words.first.map { InternetMessageID(String(decoding: $0, as: UTF8.self)) }
    }

    /// The ids of the first References or In-Reply-To.
    func messageIDs(_ kind: HeaderField.Kind, in octets: Octets) -> [InternetMessageID] {
        guard let field = field(kind, of: 0) else { return [] }
        return InternetMessageID.list(octets[field.value], limit: limits.messageIDsMax)
    }

    /// The first address, not a group, of a kind of field in the message's header.
    func firstAddress(_ kind: HeaderField.Kind, in octets: Octets) -> HeaderAddress? {
        guard let field = field(kind, of: 0) else { return nil }
        for item in AddressListParser.parse(octets[field.value], limit: 8) {
            if case .address(let address) = item { return address }
        }
        return nil
    }

    /// True when a part is there for its own sake: it says so, or it is neither text nor a picture shown in the text,
    /// nor what comes with a signature, encryption or report.
    ///
    /// A message within is one thing; what is in it does not count again.
    func hasAttachment(_ details: [PartDetails]) -> Bool {
        var isWithinMessage = [Bool](repeating: false, count: parts.count)
        for part in parts.indices {
            if let parent = parts[part].parent {
                isWithinMessage[part] = isWithinMessage[parent] || parts[parent].kind == .message
            }
            guard parts[part].kind != .multipart, !isWithinMessage[part] else { continue }
            if isAttachment(part, details) { return true }
        }
        return false
    }

    private func isAttachment(_ part: Int, _ all: [PartDetails]) -> Bool {
        let details = all[part]
        if details.isDeclaredAttachment { return true }
        if let parent = parts[part].parent, Self.isWholeOfMachinery(all[parent].type) { return false }
        let type = details.type
        if type.isText {
            guard !type.isPlainText, !type.isHTML, !type.isSubtype("calendar") else { return false }
            return details.fileName != nil
        }
        if type.isType("application") { return !Self.isMachinery(type) }
        if type.isType("message") { return type.isSubtype("rfc822") || type.isSubtype("global") }
        if type.isType("image") {
            // A picture in the text is referred to by its id (RFC 2387); one without is looked at by itself.
            return field(.contentID, of: part) == nil
        }
        return true
    }

    /// Multiparts all of whose parts a program reads, not a person (RFC 6522, RFC 1847).
    private static func isWholeOfMachinery(_ type: ContentType) -> Bool {
        type.isSubtype("report") || type.isSubtype("encrypted")
    }

    /// Parts of a signed or encrypted message that no one opens (RFC 3156, RFC 8551, RFC 1847).
    private static func isMachinery(_ type: ContentType) -> Bool {
        let names: [StaticString] = [
            "pgp-signature", "pgp-encrypted", "pgp-keys", "pkcs7-signature", "x-pkcs7-signature", "pkcs7-mime",
            "x-pkcs7-mime",
        ]
        return names.contains { type.isSubtype($0) }
    }
}
