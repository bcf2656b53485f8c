/// What IMAP, JMAP and the lists of a webmail ask of a message again and again, made in one pass when it arrives and
/// kept beside it.
///
/// All offsets count from the first octet of what was parsed, the blob. The store puts trace fields of each copy before
/// it, and adds their length to offsets and to RFC822.SIZE by itself.
package struct MessageFacts: Sendable, Hashable {
    /// Octets of the blob.
    package let octetCount: Int
    /// What ``WireSize`` says that sending it line by line adds.
    package let wireOctetsAdded: Int
    /// Line ends in the blob.
    package let lineCount: Int
    /// IMAP's ENVELOPE, ready to send.
    package let envelope: [UInt8]
    /// IMAP's BODYSTRUCTURE, ready to send; ``body(fromStructure:)`` makes BODY of it.
    package let bodyStructure: [UInt8]
    /// The stored form of ``PartIndex``.
    package let partIndex: [UInt8]
    /// Subject as text; empty when there is none.
    package let subject: String
    /// Subject without "Re:" and the like (RFC 5256 §2.1).
    package let baseSubject: String
    /// Message-ID.
    package let messageID: InternetMessageID?
    /// In-Reply-To.
    package let inReplyTo: [InternetMessageID]
    /// References, oldest first.
    package let references: [InternetMessageID]
    /// Date, when it can be read.
    package let sent: MailDate?
    /// The first address of From.
    package let from: HeaderAddress?
    /// JMAP's `hasAttachment` (RFC 8621 §4.1.4): some part is no text of the message and no picture within it.
    package let hasAttachment: Bool
    /// The beginning of the text in one line (RFC 8970); empty when there is none.
    package let preview: String
    /// Parts were left unread because of ``MessageLimits``.
    package let limitReached: Bool

    /// Seconds since 1970 of ``sent``.
    package var sentSecondsSince1970: Int64? { sent?.secondsSince1970 }

    /// The facts of a message that was parsed already from the same `bytes`.
    package init(_ message: ParsedMessage, in bytes: UnsafeRawBufferPointer) {
        let octets = Octets(bytes, limit: MessageLimits.octetsMax)
        let details = message.details(in: octets)
        var text = IMAPText(capacity: 512)
        EnvelopeWriter(message: message, octets: octets).write(0, to: &text)
        envelope = text.octets
        text = IMAPText(capacity: 256)
        BodyStructureWriter(message: message, octets: octets, details: details, form: .bodyStructure)
            .write(0, to: &text)
        bodyStructure = text.octets
        partIndex = PartIndex(message).encoded()
        octetCount = message.octetCount
        wireOctetsAdded = WireSize.addedOctets(to: bytes)
        lineCount = message.lineCount
        limitReached = message.limitReached

        let subjectLine = message.line(.subject, of: 0, in: octets, octetsMax: message.limits.subjectOctetsMax)
        subject = subjectLine.map { HeaderText.decode(unstructured: $0[...]) } ?? ""
        baseSubject = BaseSubject.extract(from: subject)
        messageID = message.messageID(in: octets)
        inReplyTo = message.messageIDs(.inReplyTo, in: octets)
        references = message.messageIDs(.references, in: octets)
        sent = message.field(.date, of: 0).flatMap { MailDate(octets[$0.value]) }
        from = message.firstAddress(.from, in: octets)
        hasAttachment = message.hasAttachment(details)
        preview = PreviewText(message: message, octets: octets, details: details).read()
    }

    /// Parses `bytes`, which need not live longer than this call.
    package init(parsing bytes: UnsafeRawBufferPointer, limits: MessageLimits = MessageLimits()) {
        self.init(ParsedMessage(parsing: bytes, limits: limits), in: bytes)
    }

    /// Parses `bytes`, which need not live longer than this call.
    package init(parsing bytes: Span<UInt8>, limits: MessageLimits = MessageLimits()) {
        self = bytes.withUnsafeBytes { MessageFacts(parsing: $0, limits: limits) }
    }

    /// Parses `bytes`.
    package init(parsing bytes: [UInt8], limits: MessageLimits = MessageLimits()) {
        self = bytes.withUnsafeBytes { MessageFacts(parsing: $0, limits: limits) }
    }
}

extension MessageFacts: CustomStringConvertible {
    /// Sizes alone: logs carry nothing that people wrote.
    package var description: String { "MessageFacts(\(octetCount) octets, \(lineCount) lines)" }
}
