internal import IMAP
internal import InternetMessage
internal import NIOCore

/// Where the octets of a section stand. A copy's own header lines and the stored message are one message to clients.
struct LocatedSection: Sendable {
    /// Those of the copy's own header lines that belong to it: all or none.
    let prefix: ByteBuffer
    /// Octets of the stored message.
    let stored: Range<Int64>

    /// Before anything is done to them.
    var octetCount: Int64 { Int64(prefix.readableBytes) + stored.upperBound - stored.lowerBound }
}

/// Finds the sections of one copy of a message.
struct SectionLocator: Sendable {
    /// The copy's own header lines.
    let prefix: ByteBuffer
    /// Octets of the stored message.
    let octetCount: Int64

    /// `BODY[]`
    var whole: LocatedSection { LocatedSection(prefix: prefix, stored: 0..<octetCount) }

    /// `BODY[HEADER]` and the like, before fields are chosen; `entry` is the message's own.
    func locate(_ text: SectionSpecification.Text, ofMessage entry: PartIndex.Entry) -> LocatedSection? {
        switch text {
        case .all: whole
        case .header, .headerFields, .headerFieldsNot: located(entry.header, prefix)
        case .text: located(entry.body, ByteBuffer())
        case .mime: nil
        }
    }

    /// `BODY[1.2.…]`, before fields are chosen; nil when the message has no such section.
    func locate(_ section: SectionSpecification, in index: PartIndex) -> LocatedSection? {
        let specifier: BodySection.Specifier =
            switch section.text {
            case .all: .contents
            case .header, .headerFields, .headerFieldsNot: .header
            case .text: .text
            case .mime: .mime
            }
        let wanted = BodySection(section.part.numbers.map { Int($0) }, specifier)
        guard let range = index.range(of: wanted) else { return nil }
        // The only part of a message without parts is that message: they have one header.
        let isMessageHeader = specifier == .mime && index.part(wanted.numbers) == 0
        return located(range, isMessageHeader ? prefix : ByteBuffer())
    }

    /// `BINARY[1.2]` before it is decoded, and how it is encoded; nil when the message has no such part.
    func locateContent(_ part: PartPath, in index: PartIndex) -> (LocatedSection, ContentTransferEncoding)? {
        guard let position = index.part(part.numbers.map { Int($0) }) else { return nil }
        let entry = index.entries[position]
        // A multipart or a message within has no encoding of its own (RFC 2045 §6.4).
        return (located(entry.body, ByteBuffer()), entry.kind == .leaf ? entry.encoding : .binary)
    }

    /// An index that says more than there is cannot lead out of the message.
    private func located(_ range: ByteRange, _ prefix: ByteBuffer) -> LocatedSection {
        let upper = min(Int64(range.upperBound), octetCount)
        return LocatedSection(prefix: prefix, stored: min(Int64(range.lowerBound), upper)..<upper)
    }
}
