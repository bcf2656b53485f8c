/// One header field: where its name and its value are (RFC 5322 §2.2).
package struct HeaderField: Sendable, Hashable {
    /// The field as it stands, from the first octet of the name to behind its last line end.
    package internal(set) var whole: ByteRange
    /// Octets of the name, without the white space that obsolete syntax allows before the colon (RFC 5322 §4.5).
    package let nameCount: Int32
    /// The position behind the colon.
    package let valueStart: Int32
    /// What field it is, if it is one that we ask for.
    package let kind: Kind

    /// The name.
    package var name: ByteRange { ByteRange(whole.lowerBound, whole.lowerBound + Int(nameCount)) }
    /// The value with its folding and its last line end: unfold before use.
    package var value: ByteRange { ByteRange(Int(valueStart), whole.upperBound) }

    /// Fields that facts are made of.
    package enum Kind: UInt8, Sendable, Hashable {
        case other, date, subject, from, sender, replyTo, to, cc, bcc, inReplyTo, messageID, references
        case contentType, contentTransferEncoding, contentDisposition, contentID, contentDescription
        case contentMD5, contentLanguage, contentLocation
    }
}

extension HeaderField.Kind {
    /// The kind of a field by its name, in either case.
    init(name: Range<Int>, in octets: Octets) {
        self =
            switch name.count {
            case 2: Self.named(name, octets, (("to", .to), ("cc", .cc)))
            case 3: octets.equalsIgnoringCase(name, "bcc") ? .bcc : .other
            case 4: Self.named(name, octets, (("from", .from), ("date", .date)))
            case 6: octets.equalsIgnoringCase(name, "sender") ? .sender : .other
            case 7: octets.equalsIgnoringCase(name, "subject") ? .subject : .other
            case 8: octets.equalsIgnoringCase(name, "reply-to") ? .replyTo : .other
            case 10: Self.tenOctets(name, octets)
            case 11: Self.named(name, octets, (("in-reply-to", .inReplyTo), ("content-md5", .contentMD5)))
            case 12: octets.equalsIgnoringCase(name, "content-type") ? .contentType : .other
            case 16:
                Self.named(
                    name, octets, (("content-language", .contentLanguage), ("content-location", .contentLocation)))
            case 19:
                Self.named(
                    name, octets,
                    (("content-disposition", .contentDisposition), ("content-description", .contentDescription)))
            case 25:
                octets.equalsIgnoringCase(name, "content-transfer-encoding") ? .contentTransferEncoding : .other
            default: .other
            }
    }

    private typealias Candidate = (name: StaticString, kind: HeaderField.Kind)

    private static func named(_ name: Range<Int>, _ octets: Octets, _ either: (Candidate, Candidate)) -> Self {
        if octets.equalsIgnoringCase(name, either.0.name) { return either.0.kind }
        return octets.equalsIgnoringCase(name, either.1.name) ? either.1.kind : .other
    }

    private static func tenOctets(_ name: Range<Int>, _ octets: Octets) -> Self {
        if octets.equalsIgnoringCase(name, "message-id") { return .messageID }
        return named(name, octets, (("references", .references), ("content-id", .contentID)))
    }
}
