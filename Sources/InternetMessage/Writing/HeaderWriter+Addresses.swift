internal import MailCore

extension HeaderWriter {
    /// An address list (RFC 5322 §3.4); none is no field.
    mutating func writeAddresses(_ name: String, _ list: [MessageBuilder.Address]) throws(MessageWriteError) {
        try Self.checkFieldName(name)
        guard !list.isEmpty else { return }
        begin(name)
        for (index, address) in list.enumerated() {
            let suffix = index + 1 < list.count ? "," : ""
            switch address {
            case .person(let person):
                try putAddress(person, suffix: suffix)
            case .group(let name, let members):
                try putGroup(name, members, suffix: suffix)
            }
        }
        end()
    }

    private mutating func putGroup(
        _ name: String, _ members: [MessageBuilder.NamedAddress], suffix: String
    ) throws(MessageWriteError) {
        // A group has a name (RFC 5322 §3.4).
        let isNamed = HeaderWords.oneLine(name).contains { $0 != 0x20 }
        putPhrase(isNamed ? name : "group", suffix: members.isEmpty ? ":;\(suffix)" : ":")
        for (index, member) in members.enumerated() {
            try putAddress(member, suffix: index + 1 < members.count ? "," : ";\(suffix)")
        }
    }

    private mutating func putAddress(
        _ person: MessageBuilder.NamedAddress, suffix: String
    ) throws(MessageWriteError) {
        let address = Array(person.address.written.utf8)
        if form == .ascii, address.contains(where: { $0 >= 0x80 }) {
            throw MessageWriteError.addressNeedsUTF8(person.address)
        }
        // A quoted local part may hold any printable octet, and nothing else.
        if address.contains(where: \.isControl) || address.count > Self.wordLengthMax {
            throw MessageWriteError.identifier(person.address.written)
        }
        let name = person.name.map { HeaderWords.oneLine($0) } ?? []
        guard name.contains(where: { !$0.isBlank }) else {
            put(address + Array(suffix.utf8))
            return
        }
        putPhrase(String(decoding: name, as: UTF8.self), suffix: "")
        put(Array("<".utf8) + address + Array(">\(suffix)".utf8))
    }

    /// A display name: words as they are, a quoted string, or encoded words.
    mutating func putPhrase(_ name: String, suffix: String) {
        let line = HeaderText.trim(HeaderWords.oneLine(name)[...])
        let suffixOctets = Array(suffix.utf8)
        let isPlain = !HeaderWords.needsEncoding(line.filter { $0 != 0x20 }[...], form: form)
        guard isPlain, !HeaderWords.needsEncoding(line, form: form) else {
            putEncoded(Array(line))
            if !suffix.isEmpty { put(suffixOctets) }
            return
        }
        let words = line.split(separator: 0x20, omittingEmptySubsequences: false)
        let isAtoms = words.allSatisfy { !$0.isEmpty && $0.allSatisfy { $0.isAtomOctet || $0 >= 0x80 } }
        if isAtoms {
            for (index, word) in words.enumerated() {
                put(Array(word) + (index + 1 < words.count ? [] : suffixOctets))
            }
        } else if line.count <= Self.quotedLengthMax {
            put(Self.quoted(line) + suffixOctets)
        } else {
            putEncoded(Array(line))
            if !suffix.isEmpty { put(suffixOctets) }
        }
    }

    /// A longer name is encoded, so that it can be folded without a change.
    private static let quotedLengthMax = 60

    /// A quoted string (RFC 5322 §3.2.4).
    static func quoted(_ octets: some Sequence<UInt8>) -> [UInt8] {
        var output: [UInt8] = [UInt8(ascii: "\"")]
        for octet in octets {
            if octet == UInt8(ascii: "\"") || octet == UInt8(ascii: "\\") { output.append(UInt8(ascii: "\\")) }
            output.append(octet)
        }
        output.append(UInt8(ascii: "\""))
        return output
    }
}

extension HeaderWriter {
    /// `<id>` (RFC 5322 §3.6.4, RFC 2045 §7).
    mutating func writeIdentifier(_ name: String, _ identifier: String) throws(MessageWriteError) {
        guard let written = writtenIdentifier(identifier) else { throw MessageWriteError.identifier(identifier) }
        begin(name)
        put(written)
        end()
    }

    /// The identifiers that can be written; none is no field.
    mutating func writeIdentifiers(_ name: String, _ identifiers: [String]) {
        let written = identifiers.compactMap { writtenIdentifier($0) }
        guard !written.isEmpty else { return }
        begin(name)
        for identifier in written { put(identifier) }
        end()
    }

    func writtenIdentifier(_ identifier: String) -> [UInt8]? {
        var octets = Array(identifier.utf8)[...]
        if octets.first == UInt8(ascii: "<"), octets.last == UInt8(ascii: ">"), octets.count > 1 {
            octets = octets.dropFirst().dropLast()
        }
        let isRight = octets.allSatisfy {
            $0 > 0x20 && $0 != 0x7F && $0 != UInt8(ascii: "<") && $0 != UInt8(ascii: ">")
                && ($0 < 0x80 || form == .utf8)
        }
        guard isRight, !octets.isEmpty, octets.count <= Self.wordLengthMax else { return nil }
        return [UInt8(ascii: "<")] + octets + [UInt8(ascii: ">")]
    }
}
