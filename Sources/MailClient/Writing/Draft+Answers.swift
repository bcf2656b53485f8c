internal import InternetMessage

/// Answers and forwarded messages.
extension Draft {
    /// Whom an answer goes to.
    package enum Audience: Sendable, Hashable {
        /// Where the author wants answers.
        case author
        /// Everybody who got it, but ourselves.
        case everybody
    }

    /// How a message is handed on.
    package enum Forwarding: Sendable, Hashable {
        /// Its text is quoted, its files come along.
        case inText
        /// It is attached as it is (RFC 2046 §5.2.1).
        case attached
    }

    /// An answer (RFC 5322 §3.6.2, §3.6.4).
    package static func reply(
        to message: ReadableMessage, _ audience: Audience, _ account: MailAccount, quoting: Quoting = .whole
    ) -> Draft {
        var draft = Draft(account)
        let authors = message.replyTo.isEmpty ? message.from : message.replyTo
        // Who answers a message of one's own goes on with the conversation.
        let isOwn = !authors.isEmpty && authors.allSatisfy { account.isOwn($0.address) }
        draft.to = isOwn ? message.to : authors
        if audience == .everybody {
            var known = Set(draft.to.map { $0.address.lowercased() })
            let others = isOwn ? message.cc : message.to + message.cc
            draft.cc = others.filter { !account.isOwn($0.address) && known.insert($0.address.lowercased()).inserted }
        }
        draft.subject = subject(message.subject, marked: "Re: ")
        draft.inReplyTo = message.messageID.isEmpty ? [] : [message.messageID]
        draft.references = shortened(message.references + draft.inReplyTo)
        if quoting == .whole { draft.text = signed(quoted(message), account) }
        return draft
    }

    /// How much of a message stands in its answer.
    package enum Quoting: Sendable, Hashable {
        case whole
        case nothing
    }

    /// A message handed on.
    ///
    /// - Parameter octets: the message as it came, whole.
    package static func forward(_ octets: [UInt8], _ forwarding: Forwarding, _ account: MailAccount) -> Draft {
        let message = ReadableMessage(octets)
        var draft = Draft(account)
        draft.subject = subject(message.subject, marked: "Fwd: ")
        draft.references = shortened(message.references + (message.messageID.isEmpty ? [] : [message.messageID]))
        switch forwarding {
        case .attached:
            let name = AttachmentFile.safeName(
                ReadableMessage.Attachment(
                    number: 1, fileName: "\(message.subject.isEmpty ? "message" : message.subject).eml",
                    mediaType: "message/rfc822", octets: octets.count, part: 0))
            draft.attachments = [.octets(octets, name: name, mediaType: "message/rfc822")]
        case .inText:
            draft.text = signed("", account) + "\n" + forwarded(message)
            draft.attachments = message.attachments.map { attachment in
                .octets(
                    message.content(of: attachment), name: AttachmentFile.safeName(attachment),
                    mediaType: attachment.mediaType)
            }
        }
        return draft
    }

    /// A draft that was kept, or a message to be sent once more.
    package static func resumed(_ octets: [UInt8], _ account: MailAccount) -> Draft {
        let message = ReadableMessage(octets)
        var draft = Draft(account)
        (draft.to, draft.cc, draft.bcc) = (message.to, message.cc, message.bcc)
        draft.subject = message.subject
        draft.references = message.references
        draft.inReplyTo = Array(message.references.suffix(1))
        draft.text = message.text + "\n"
        draft.attachments = message.attachments.map { attachment in
            .octets(
                message.content(of: attachment), name: AttachmentFile.safeName(attachment),
                mediaType: attachment.mediaType)
        }
        return draft
    }

    /// `Re:` once, however often the subject has it.
    private static func subject(_ subject: String, marked mark: String) -> String {
        let lower = subject.lowercased()
        let marks = mark == "Re: " ? ["re:", "aw:", "sv:"] : ["fwd:", "fw:", "wg:"]
        return marks.contains { lower.hasPrefix($0) } ? subject : mark + subject
    }

    /// RFC 5322 §3.6.4 lets References grow for ever, and some servers do not take long lines: the first stays, and the last.
    private static func shortened(_ references: [String]) -> [String] {
        var seen: Set<String> = []
        let unique = references.filter { seen.insert($0).inserted }
        return unique.count <= referencesMax ? unique : [unique[0]] + unique.suffix(referencesMax - 1)
    }

    private static let referencesMax = 50

    private static func quoted(_ message: ReadableMessage) -> String {
        let author = message.from.first?.label ?? "Somebody"
        let when = message.date.map { "On \($0.spokenDay), " } ?? ""
        var lines = ["\(when)\(author) wrote:"]
        // A signature is not answered.
        let body = message.lines.prefix { $0 != "-- " }
        for line in body { lines.append(line.hasPrefix(">") ? ">\(line)" : line.isEmpty ? ">" : "> \(line)") }
        while lines.last == ">" { lines.removeLast() }
        return lines.joined(separator: "\n") + "\n\n"
    }

    private static func forwarded(_ message: ReadableMessage) -> String {
        var lines = ["---------- Forwarded message ----------"]
        lines.append("From: \(message.from.map(\.text).joined(separator: ", "))")
        if let date = message.date { lines.append("Date: \(date)") }
        lines.append("Subject: \(message.subject)")
        lines.append("To: \(message.to.map(\.text).joined(separator: ", "))")
        if !message.cc.isEmpty { lines.append("Cc: \(message.cc.map(\.text).joined(separator: ", "))") }
        return lines.joined(separator: "\n") + "\n\n" + message.text + "\n"
    }
}

extension MailDate {
    /// `2026-11-21 at 09:55`, by its author's clock.
    fileprivate var spokenDay: String {
        let text = "\(self)"
        // `Fri, 21 Nov 1997 09:55:06 -0600`
        let words = text.split(separator: " ")
        guard words.count >= 5 else { return text }
        return "\(words[0]) \(words[1]) \(words[2]) \(words[3]) at \(words[4].prefix(5))"
    }
}
