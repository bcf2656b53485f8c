internal import InternetMessage
internal import JMAP
internal import JSON
internal import MailCore
internal import MailStore
internal import NIOCore
internal import Storage

/// Makes the Email objects of an account (RFC 8621 §4.1), from rows where these are enough, else from the message.
struct EmailObjects {
    let account: MailAccount
    let selection: EmailSelection
    let store: Store

    /// Nil when there is no such message, or none that the user may see.
    func object(
        _ email: EmailID, _ visible: Set<MailboxID>?, _ transaction: SQLTransaction
    ) throws -> JSONObject? {
        let source = selection.source
        let stored = try MailStore.email(
            email, of: account.id, within: visible, source == .rows ? .copies : .copiesAndFacts, in: transaction)
        guard let stored else { return nil }
        let envelope = stored.facts.flatMap { EnvelopeReader($0.envelope) }
        var content: MessageContent?
        if source > .facts || source == .facts && envelope == nil {
            content = try self.content(of: stored, source == .header ? .header : .message)
        }
        let body = source == .message ? content.map { EmailBody($0) { JMAPBlobID.part(email, $0).id } } : nil
        var object = JSONObject()
        for (name, property) in selection.properties {
            switch property {
            case .header(let header): object[name] = content?.value(header) ?? .null
            case .named(let named):
                object[name] = value(named, stored, envelope, content, body)
            }
        }
        return object
    }

    private func value(
        _ property: EmailProperty.Named, _ stored: StoredEmail, _ envelope: EnvelopeReader?, _ content: MessageContent?,
        _ body: EmailBody?
    ) -> JSONValue {
        switch property {
        case .id: .string(stored.email.objectID)
        case .blobId: .string(JMAPBlobID.message(stored.email).id.text)
        case .threadId: .string(stored.thread.objectID)
        case .mailboxIds:
            .object(JSONObject(stored.copies.map { (account.id(of: $0.mailbox).text, true) }))
        case .keywords: .object(EmailKeywords(stored.copies).json)
        case .size: .integer(stored.earliest.octets)
        case .receivedAt: .string(JMAPDate.utc(stored.earliest.internalDate))
        case .hasAttachment: .bool(stored.facts?.hasAttachment ?? false)
        case .preview: .string(stored.facts?.preview ?? "")
        default:
            if let content {
                content.value(property, body, selection)
            } else if let envelope {
                envelope.value(property)
            } else {
                .null
            }
        }
    }

    private enum Extent {
        case header
        case message
    }

    /// Reads a message from the log: its header alone where that is enough.
    private func content(of email: StoredEmail, _ extent: Extent) throws -> MessageContent {
        let prefix = email.earliest.prefix
        guard let stored = email.content else {
            throw StorageError(.corrupt, "where the octets of \(email.email.objectID) stand is not known")
        }
        var range = 0..<stored.count
        if extent == .header, let parts = email.facts?.parts {
            let header = parts.withUnsafeBytes { PartIndex.messageEntry(decoding: $0)?.header }
            if let header { range = 0..<min(stored.count, Int64(header.upperBound)) }
        }
        let octets = try store.octetsBlocking(stored, range)
        return MessageContent(prefix + octets.readableBytesView)
    }
}

extension MessageContent {
    /// A property that the octets of a message tell.
    func value(
        _ property: EmailProperty.Named, _ body: EmailBody?, _ selection: EmailSelection
    ) -> JSONValue {
        if let header = property.header { return value(header) }
        return switch property {
        case .headers: headers()
        case .bodyStructure: body?.structure(selection) ?? .null
        case .bodyValues: body?.values(selection) ?? .null
        case .textBody, .htmlBody, .attachments: body?.list(property, selection) ?? .null
        default: .null
        }
    }
}

extension EmailProperty.Named {
    /// The header field that the property is another name for (RFC 8621 §4.1.3).
    var header: HeaderProperty? {
        switch self {
        case .messageId: HeaderProperty("Message-ID", .messageIDs)
        case .inReplyTo: HeaderProperty("In-Reply-To", .messageIDs)
        case .references: HeaderProperty("References", .messageIDs)
        case .sender: HeaderProperty("Sender", .addresses)
        case .from: HeaderProperty("From", .addresses)
        case .to: HeaderProperty("To", .addresses)
        case .cc: HeaderProperty("Cc", .addresses)
        case .bcc: HeaderProperty("Bcc", .addresses)
        case .replyTo: HeaderProperty("Reply-To", .addresses)
        case .subject: HeaderProperty("Subject", .text)
        case .sentAt: HeaderProperty("Date", .date)
        default: nil
        }
    }
}

extension EnvelopeReader {
    /// A property that ENVELOPE tells as the message would.
    fileprivate func value(_ property: EmailProperty.Named) -> JSONValue {
        switch property {
        case .messageId: field(messageID, .messageIDs)
        case .inReplyTo: field(inReplyTo, .messageIDs)
        case .subject: field(subject, .text)
        case .sentAt: field(date, .date)
        case .from: list(from)
        case .to: list(to)
        case .cc: list(cc)
        case .bcc: list(bcc)
        default: .null
        }
    }

    private func field(_ octets: [UInt8]?, _ form: HeaderProperty.Form) -> JSONValue {
        octets.map { HeaderValue($0[...]).json(form) } ?? .null
    }

    private func list(_ items: [AddressListItem]) -> JSONValue {
        items.isEmpty ? .null : HeaderValue.addresses(items)
    }
}

extension EmailKeywords {
    /// `String[Boolean]`, in small letters (RFC 8621 §4.1.1).
    var json: JSONObject {
        var names = Self.systemNames.filter { flags.contains($0.flag) }.map(\.name)
        names += keywords.map { $0.text.lowercased() }
        return JSONObject(names.map { ($0, true) })
    }

    /// JMAP's names of the flags that IMAP defines.
    static let systemNames: [(name: String, flag: SystemFlags)] = [
        ("$seen", .seen), ("$answered", .answered), ("$flagged", .flagged), ("$draft", .draft),
    ]
}
