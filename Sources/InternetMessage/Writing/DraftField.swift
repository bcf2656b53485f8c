internal import MailCore

/// A header field of a draft, which need not be one that could be sent: an address may be half typed (RFC 8621 §4.6).
///
/// Nothing given here can end the field or begin another.
package struct DraftField: Sendable, Hashable {
    /// Whom an address field names.
    package struct Person: Sendable, Hashable {
        package var name: String?
        /// Written as it is where it is no address.
        package var address: String

        package init(name: String? = nil, address: String) {
            self.name = name
            self.address = address
        }
    }

    /// Persons of a group, or of none where the name is nil.
    package struct Group: Sendable, Hashable {
        package var name: String?
        package var members: [Person]

        package init(name: String? = nil, members: [Person]) {
            self.name = name
            self.members = members
        }
    }

    package enum Value: Sendable, Hashable {
        /// Behind the colon, as it is: folded where there is a line end.
        case raw(String)
        /// Unstructured, encoded where it must be.
        case text(String)
        case addresses([Group])
        /// Without angle brackets.
        case identifiers([String])
        case date(MailDate)
        /// Without angle brackets (RFC 2369).
        case urls([String])
    }

    package var name: String
    package var value: Value

    package init(_ name: String, _ value: Value) {
        self.name = name
        self.value = value
    }

    /// Whether an address in it needs SMTPUTF8 (RFC 6532).
    var needsUTF8: Bool {
        guard case .addresses(let groups) = value else { return false }
        return groups.contains { group in
            group.members.contains { person in
                // A domain has a form in ASCII.
                let written = EmailAddress(person.address)?.written ?? ""
                return written.utf8.contains { $0 >= 0x80 }
            }
        }
    }
}

extension HeaderWriter {
    /// Writes a field. Throws `MessageWriteError` for a name that is none, and for raw octets that would end the field.
    mutating func write(_ field: DraftField) throws(MessageWriteError) {
        try Self.checkFieldName(field.name)
        switch field.value {
        case .raw(let text): try writeRaw(field.name, text)
        case .text(let text): try writeUnstructured(field.name, text)
        case .addresses(let groups): writeDraft(field.name, groups)
        case .identifiers(let identifiers):
            for identifier in identifiers where writtenIdentifier(identifier) == nil {
                throw MessageWriteError.identifier(identifier)
            }
            writeIdentifiers(field.name, identifiers)
        case .date(let date): writeToken(field.name, date.writable.description)
        case .urls(let urls):
            guard !urls.isEmpty else { return }
            for url in urls where !url.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f && $0 != 0x3c && $0 != 0x3e }) {
                throw MessageWriteError.identifier(url)
            }
            begin(field.name)
            for (index, url) in urls.enumerated() {
                put("<\(url)>\(index + 1 < urls.count ? "," : "")".utf8)
            }
            end()
        }
    }

    /// A line end is followed by a blank and some text; there are no other controls.
    private mutating func writeRaw(_ name: String, _ text: String) throws(MessageWriteError) {
        let octets = Array(text.utf8)
        for (index, octet) in octets.enumerated() {
            let next = index + 1 < octets.count ? octets[index + 1] : 0
            let isRight =
                switch octet {
                case 0x0d: next == 0x0a
                case 0x0a: index > 0 && octets[index - 1] == 0x0d && next.isBlank
                case 0x09: true
                default: octet >= 0x20 && octet != 0x7f
                }
            guard isRight else { throw MessageWriteError.fieldName(name) }
        }
        let lines = text.utf8.split(separator: 0x0a)
        let areLines =
            lines.allSatisfy { $0.count <= 998 }
            && lines.dropFirst().allSatisfy { line in
                line.contains { !$0.isBlank && $0 != 0x0d }
            }
        guard areLines else { throw MessageWriteError.fieldName(name) }
        begin(name)
        // The colon may be followed at once by the value; nobody writes it so.
        putVerbatim(octets.first?.isBlank ?? true ? octets : [0x20] + octets)
        end()
    }

    private mutating func writeDraft(_ name: String, _ groups: [DraftField.Group]) {
        let groups = groups.filter { $0.name != nil || !$0.members.isEmpty }
        guard !groups.isEmpty else { return }
        begin(name)
        for (index, group) in groups.enumerated() {
            let end = index + 1 < groups.count ? "," : ""
            if let name = group.name {
                let isNamed = HeaderWords.oneLine(name).contains { $0 != 0x20 }
                putPhrase(isNamed ? name : "group", suffix: group.members.isEmpty ? ":;\(end)" : ":")
            }
            for (position, person) in group.members.enumerated() {
                let isLast = position + 1 == group.members.count
                putDraft(person, suffix: isLast ? (group.name == nil ? end : ";\(end)") : ",")
            }
        }
        end()
    }

    private mutating func putDraft(_ person: DraftField.Person, suffix: String) {
        let parsed = EmailAddress(person.address).map { Array($0.written.utf8) }
        let address = parsed ?? Self.harmless(person.address)
        let name = person.name.map { HeaderWords.oneLine($0) } ?? []
        guard name.contains(where: { !$0.isBlank }) else { return put(address + Array(suffix.utf8)) }
        putPhrase(String(decoding: name, as: UTF8.self), suffix: "")
        put(Array("<".utf8) + address + Array(">\(suffix)".utf8))
    }

    /// What somebody has begun to type, without what would make it several addresses or end the line.
    private static func harmless(_ text: String) -> [UInt8] {
        let specials = Array("<>,;:()\"\\[]".utf8)
        let octets = text.utf8.filter { $0 > 0x20 && $0 < 0x7f && !specials.contains($0) }
        return octets.isEmpty ? Array("?".utf8) : Array(octets.prefix(wordLengthMax))
    }
}
