import InternetMessage
import MailClient
import MailCore
import TerminalOutput

/// A folder, for programs.
struct MailFolderReport: Encodable {
    let name: String
    let use: String?
    let messages: Int?
    let unread: Int?

    init(_ folder: MailFolder) {
        name = folder.name
        use = folder.useName
        messages = folder.messages
        unread = folder.unread
    }
}

/// Somebody in a header, for programs.
struct MailPersonReport: Encodable {
    let name: String?
    let address: String

    init(_ person: MailPerson) {
        name = person.name
        address = person.address
    }
}

/// A message in a list, for programs.
struct MailSummaryReport: Encodable {
    let uid: UInt32
    let folder: String
    let date: Int64
    let from: [MailPersonReport]
    let to: [MailPersonReport]
    let subject: String
    let size: Int64
    let flags: [String]
    let hasAttachment: Bool
    let messageID: String
    let depth: Int?

    init(_ summary: MessageSummary, in folder: String, depth: Int? = nil) {
        uid = summary.uid
        self.folder = folder
        date = summary.dateSeconds
        from = summary.from.map { MailPersonReport($0) }
        to = summary.to.map { MailPersonReport($0) }
        subject = summary.subject
        size = summary.sizeOctets
        flags = MailText.names(summary.flags) + summary.keywords
        hasAttachment = summary.hasAttachment
        messageID = summary.messageID
        self.depth = depth
    }
}

/// A message that is read, for programs.
struct MailMessageReport: Encodable {
    struct Attachment: Encodable {
        let number: Int
        let name: String
        let type: String
        let size: Int
    }

    struct Field: Encodable {
        let name: String
        let value: String
    }

    let uid: UInt32
    let folder: String
    let date: Int64?
    let from: [MailPersonReport]
    let replyTo: [MailPersonReport]
    let to: [MailPersonReport]
    let cc: [MailPersonReport]
    let subject: String
    let messageID: String
    let references: [String]
    let flags: [String]
    let fields: [Field]
    let text: String
    let links: [String]
    let attachments: [Attachment]

    init(_ mail: FetchedMail, _ message: ReadableMessage, in folder: String) {
        uid = mail.uid
        self.folder = folder
        date = message.date?.secondsSince1970
        from = message.from.map { MailPersonReport($0) }
        replyTo = message.replyTo.map { MailPersonReport($0) }
        to = message.to.map { MailPersonReport($0) }
        cc = message.cc.map { MailPersonReport($0) }
        subject = message.subject
        messageID = message.messageID
        references = message.references
        flags = MailText.names(mail.flags) + mail.keywords
        fields = message.fields.map { Field(name: $0.name, value: $0.value) }
        text = message.text
        links = message.links
        attachments = message.attachments.map {
            Attachment(number: $0.number, name: AttachmentFile.safeName($0), type: $0.mediaType, size: $0.octets)
        }
    }
}

/// What was sent, for programs.
struct MailSentReport: Encodable {
    struct Refusal: Encodable {
        let address: String
        let reason: String
    }

    let accepted: [String]
    let refused: [Refusal]
    let copy: String?
    let remarks: [String]

    init(_ report: MailSender.Report) {
        accepted = report.accepted.map(\.written)
        refused = report.refused.map { Refusal(address: $0.address.written, reason: $0.reason) }
        copy = report.copy
        remarks = report.remarks
    }
}

/// Words for people.
enum MailText {
    /// `seen`, `flagged`: as JMAP names them, without its `$`.
    static func names(_ flags: SystemFlags) -> [String] {
        let all: [(SystemFlags, String)] = [
            (.seen, "seen"), (.answered, "answered"), (.flagged, "flagged"), (.deleted, "deleted"), (.draft, "draft"),
        ]
        return all.filter { flags.contains($0.0) }.map(\.1)
    }

    /// One column: new, answered, flagged, with a file.
    static func marks(_ summary: MessageSummary) -> String {
        (summary.isRead ? " " : "●") + (summary.flags.contains(.flagged) ? "★" : " ")
            + (summary.flags.contains(.answered) ? "↩" : " ") + (summary.hasAttachment ? "+" : " ")
    }

    /// `2026-11-21 06:15`, in the time zone of the user.
    static func date(_ seconds: Int64) -> String {
        String(QuantityText.localTime(secondsSince1970: seconds).dropLast(3))
    }
}
