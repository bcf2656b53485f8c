internal import MailCore

/// URLs of CATENATE (RFC 5092 §11), relative ones most of all.
extension IMAPParser {
    /// `url = "URL" SP astring` (RFC 4469 §5), its astring
    ///
    ///     imailbox-ref   = enc-mailbox [";UIDVALIDITY=" nz-number]
    ///     iuid           = "/;UID=" nz-number
    ///     isection       = "/;SECTION=" enc-section
    ///     ipartial       = "/;PARTIAL=" partial-range          ; number ["." nz-number]
    ///
    /// What cannot be read is refused by BADURL.
    mutating func messageURL() throws(IMAPSyntaxError) -> IMAPURL {
        let text = try text()
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { throw .bad("Not a URL") }
        guard let url = IMAPURL(text, limits: limits) else { throw .no("No such message", code: .badURL(text)) }
        return url
    }
}

extension IMAPURL {
    fileprivate init?(_ text: String, limits: IMAPLimits) {
        var rest = Substring(text)
        authority = IMAPURL.takeAuthority(&rest)
        var parts = rest.split(separator: "/;", omittingEmptySubsequences: false).map(Substring.init)
        guard let first = parts.first else { return nil }
        // A URL of the selected mailbox begins with `;UID=` or `/;UID=`.
        if first.hasPrefix(";") {
            parts[0] = first.dropFirst()
            (mailbox, uidValidity) = (nil, nil)
        } else if first.isEmpty {
            parts.removeFirst()
            (mailbox, uidValidity) = (nil, nil)
        } else {
            guard let reference = IMAPURL.mailboxReference(first) else { return nil }
            (mailbox, uidValidity) = reference
            parts.removeFirst()
        }
        var uid: UInt32?
        var section: SectionSpecification?
        var range: OctetRange?
        for part in parts {
            if let value = part.value(of: "UID="), uid == nil {
                uid = UInt32(value).flatMap { $0 > 0 ? $0 : nil }
                guard uid != nil else { return nil }
            } else if let value = part.value(of: "SECTION="), section == nil, uid != nil {
                section = IMAPURL.section(value, limits: limits)
                guard section != nil else { return nil }
            } else if let value = part.value(of: "PARTIAL="), range == nil, uid != nil {
                range = IMAPURL.octetRange(value)
                guard range != nil else { return nil }
            } else {
                return nil
            }
        }
        guard let uid else { return nil }
        self.text = text
        self.uid = UID(rawValue: uid)
        self.section = section ?? SectionSpecification()
        self.range = range
    }

    /// `imap://user@host`, taken off; nil for a relative URL
    private static func takeAuthority(_ rest: inout Substring) -> String? {
        guard let afterScheme = rest.value(of: "imap://") else { return nil }
        let host = afterScheme.prefix { $0 != "/" }
        rest = afterScheme.dropFirst(host.count)
        return String(host)
    }

    private static func mailboxReference(_ text: Substring) -> (MailboxName, UIDValidity?)? {
        var name = text
        if name.hasPrefix("/") { name = name.dropFirst() }
        var uidValidity: UIDValidity?
        if let mark = name.firstIndex(of: ";") {
            guard let value = name[mark...].value(of: ";UIDVALIDITY="), let number = UInt32(value), number > 0 else {
                return nil
            }
            uidValidity = UIDValidity(rawValue: number)
            name = name[..<mark]
        }
        guard let decoded = unescaped(name).flatMap({ MailboxName($0) }) else { return nil }
        return (decoded, uidValidity)
    }

    private static func section(_ text: Substring, limits: IMAPLimits) -> SectionSpecification? {
        guard let decoded = unescaped(text) else { return nil }
        var parser = IMAPParser(Array(decoded.utf8), grammar: IMAPGrammar(limits: limits))
        guard let section = try? parser.sectionSpecification(), parser.isAtEnd else { return nil }
        return section
    }

    private static func octetRange(_ text: Substring) -> OctetRange? {
        let numbers = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard let offset = UInt64(numbers[0]), offset <= Int64.max else { return nil }
        guard numbers.count == 2 else { return OctetRange(offset: offset, octetsMax: UInt64(Int64.max)) }
        guard let octetsMax = UInt64(numbers[1]), octetsMax > 0, octetsMax <= Int64.max else { return nil }
        return OctetRange(offset: offset, octetsMax: octetsMax)
    }

    /// `%XX` undone; nil for what is then no UTF-8.
    private static func unescaped(_ text: Substring) -> String? {
        var octets: [UInt8] = []
        var rest = text.utf8[...]
        while let octet = rest.popFirst() {
            guard octet == UInt8(ascii: "%") else {
                octets.append(octet)
                continue
            }
            let digits = rest.prefix(2)
            guard digits.count == 2, let digitText = String(digits), let value = UInt8(digitText, radix: 16),
                digits.first != UInt8(ascii: "+")
            else { return nil }
            rest = rest.dropFirst(2)
            octets.append(value)
        }
        return String(validating: octets, as: UTF8.self)
    }
}

extension Substring {
    /// What is behind the word, which is compared without case; nil where it does not begin with it.
    fileprivate func value(of word: StaticString) -> Substring? {
        let count = word.utf8CodeUnitCount
        guard utf8.count >= count, utf8.prefix(count).isKeyword(word) else { return nil }
        return Substring(utf8.dropFirst(count))
    }
}
