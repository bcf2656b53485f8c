internal import IMAP
internal import InternetMessage
package import MailCore

/// What a list shows of a message.
package struct MessageSummary: Sendable, Hashable {
    package var uid: UInt32
    package var flags: SystemFlags
    /// As the server wrote them: `$Forwarded`.
    package var keywords: [String]
    /// When it was written, else when it came; seconds since 1970.
    package var dateSeconds: Int64
    package var sizeOctets: Int64
    package var from: [MailPerson]
    package var to: [MailPerson]
    package var subject: String
    /// Without angle brackets; empty where there is none.
    package var messageID: String
    /// Oldest first.
    package var references: [String]
    package var hasAttachment: Bool
    /// Empty where the server has none.
    package var preview: String

    package var isRead: Bool { flags.contains(.seen) }

    init(_ message: IMAPFetchedMessage) {
        uid = message.uid
        (flags, keywords) = Self.flags(message.flags)
        let envelope = message.envelope ?? IMAPEnvelope()
        let sent = envelope.date.flatMap { MailDate(parsing: $0[...]) }?.secondsSince1970
        dateSeconds = sent ?? message.internalDate ?? 0
        sizeOctets = message.size ?? 0
        from = envelope.from.map { MailPerson($0) }
        to = (envelope.to + envelope.cc).map { MailPerson($0) }
        subject = HeaderText.decode(unstructured: (envelope.subject ?? [])[...])
        messageID = Self.identifiers(envelope.messageID).first ?? ""
        let listed = Self.identifiers(message.headerFields)
        references = listed.isEmpty ? Array(Self.identifiers(envelope.inReplyTo).prefix(1)) : listed
        hasAttachment = message.structure?.hasAttachment ?? false
        preview = String(decoding: message.preview ?? [], as: UTF8.self)
    }

    private static func identifiers(_ value: [UInt8]?) -> [String] {
        InternetMessageID.list((value ?? [])[...], limit: 100).map(\.text)
    }

    /// The flags that IMAP defines, and the others.
    static func flags(_ names: [String]) -> (SystemFlags, [String]) {
        var flags: SystemFlags = []
        var keywords: [String] = []
        for name in names {
            switch name.lowercased() {
            case "\\seen": flags.insert(.seen)
            case "\\answered": flags.insert(.answered)
            case "\\flagged": flags.insert(.flagged)
            case "\\deleted": flags.insert(.deleted)
            case "\\draft": flags.insert(.draft)
            default: if !name.hasPrefix("\\") { keywords.append(name) }
            }
        }
        return (flags, keywords)
    }
}
