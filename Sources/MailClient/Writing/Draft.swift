package import InternetMessage
internal import MailCore

/// A message while its author writes it.
package struct Draft: Sendable {
    /// What is attached.
    package enum Attachment: Sendable, Hashable {
        /// A file, by its path.
        case file(String)
        /// Octets that are held: a message that is forwarded, or one of its files.
        case octets([UInt8], name: String, mediaType: String)
    }

    package var from: MessageBuilder.NamedAddress
    package var to: [MailPerson] = []
    package var cc: [MailPerson] = []
    package var bcc: [MailPerson] = []
    package var subject = ""
    /// Without angle brackets.
    package var inReplyTo: [String] = []
    package var references: [String] = []
    /// With `> ` before what is quoted; a line may be long, readers wrap it.
    package var text = ""
    package var attachments: [Attachment] = []

    /// An empty one, with the account's signature.
    package init(_ account: MailAccount) {
        from = account.author
        text = Self.signed("", account)
    }

    /// The text with the account's signature below (RFC 3676 §4.3).
    static func signed(_ text: String, _ account: MailAccount) -> String {
        guard !account.signature.isEmpty else { return text }
        var signature = account.signature
        while signature.last?.isNewline == true { signature.removeLast() }
        return "\(text)\n\n-- \n\(signature)\n"
    }

    /// Everybody who gets it.
    package var recipients: [MailPerson] { to + cc + bcc }

    /// Why it cannot be sent; nil when it can.
    package var obstacle: MailFailure? {
        guard !recipients.isEmpty else {
            return MailFailure(.here, "nobody is to get the message", advice: "name somebody in To:")
        }
        for person in recipients where person.named == nil {
            return MailFailure(
                .here, "“\(person.text)” is no address", advice: "write it like ana@example.org, commas between several"
            )
        }
        return nil
    }

    /// Whether its author has written anything.
    package func isEmpty(_ account: MailAccount) -> Bool {
        let body = text.trimmingBlanks
        return subject.isEmpty && recipients.isEmpty && attachments.isEmpty
            && (body.isEmpty || body == Self.signed("", account).trimmingBlanks)
    }
}

extension String {
    /// Without blanks and ends of lines around it.
    var trimmingBlanks: String {
        var rest = self[...]
        while rest.first?.isWhitespace == true { rest.removeFirst() }
        while rest.last?.isWhitespace == true { rest.removeLast() }
        return String(rest)
    }
}
