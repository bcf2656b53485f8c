/// What ENVELOPE tells of a message (RFC 9051 §7.5.2): the header's values as they stand there, encoded words and all.
package struct IMAPEnvelope: Hashable, Sendable {
    /// The field Date.
    package var date: [UInt8]?
    package var subject: [UInt8]?
    package var from: [IMAPEnvelopeAddress] = []
    package var sender: [IMAPEnvelopeAddress] = []
    package var replyTo: [IMAPEnvelopeAddress] = []
    package var to: [IMAPEnvelopeAddress] = []
    package var cc: [IMAPEnvelopeAddress] = []
    package var bcc: [IMAPEnvelopeAddress] = []
    package var inReplyTo: [UInt8]?
    package var messageID: [UInt8]?

    /// Nothing known.
    package init() {}

    /// ```
    /// envelope = "(" env-date SP env-subject SP env-from SP env-sender SP env-reply-to SP env-to SP env-cc SP env-bcc SP
    ///            env-in-reply-to SP env-message-id ")"
    /// ```
    init?(_ value: IMAPClientValue) {
        guard case .list(let fields) = value, fields.count >= 10 else { return nil }
        date = fields[0].octets
        subject = fields[1].octets
        from = IMAPEnvelopeAddress.list(fields[2])
        sender = IMAPEnvelopeAddress.list(fields[3])
        replyTo = IMAPEnvelopeAddress.list(fields[4])
        to = IMAPEnvelopeAddress.list(fields[5])
        cc = IMAPEnvelopeAddress.list(fields[6])
        bcc = IMAPEnvelopeAddress.list(fields[7])
        inReplyTo = fields[8].octets
        messageID = fields[9].octets
    }
}

/// `address = "(" addr-name SP addr-adl SP addr-mailbox SP addr-host ")"`; the marks of groups are left out.
package struct IMAPEnvelopeAddress: Hashable, Sendable {
    package var name: [UInt8]?
    package var mailbox: [UInt8]
    package var host: [UInt8]

    static func list(_ value: IMAPClientValue) -> [IMAPEnvelopeAddress] {
        guard case .list(let items) = value else { return [] }
        return items.compactMap { item in
            guard case .list(let fields) = item, fields.count >= 4, let mailbox = fields[2].octets,
                let host = fields[3].octets
            else { return nil }
            return IMAPEnvelopeAddress(name: fields[0].octets, mailbox: mailbox, host: host)
        }
    }
}

extension IMAPEnvelope: CustomStringConvertible {
    /// Counts alone: logs carry nothing that people wrote.
    package var description: String { "IMAPEnvelope(\(from.count) from, \(to.count + cc.count + bcc.count) to)" }
}
