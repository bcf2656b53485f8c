internal import Directory
internal import MailCore
internal import MailStore
internal import MailboxFormats
internal import NIOCore
internal import Storage

extension AdminService {
    /// Octets of a message that are read at once.
    private static let pieceOctets: Int64 = 256 * 1024

    /// Writes one mailbox as an mbox file.
    func exportMbox(
        _ account: String, _ path: String, _ mailbox: String, _ report: @escaping Report
    ) async throws -> AdminResult {
        let id = try await accountID(account)
        let known = try await mailStore.mailboxes(id)
        guard let summary = known.first(where: { $0.name.lowercased() == mailbox.lowercased() }) else {
            throw AdminFailure(
                "\(account) has no mailbox \(mailbox)", advice: "it has: \(known.map(\.name).joined(separator: ", "))")
        }
        var transfer = TransferReport()
        var writer = try MboxWriter(path: path)
        let (_, messages) = try await mailStore.messages(id, summary.mailbox)
        for message in messages {
            guard let source = try await source(id, summary.mailbox, message.uid) else { continue }
            try writer.begin(sender: Self.sender(source.prefix), Self.mark(source))
            try writer.append(source.prefix)
            var offset: Int64 = 0
            while offset < source.content.count {
                let octets = try await store.octets(source.content, offset..<offset + Self.pieceOctets)
                try writer.append(octets.readableBytesView)
                offset += Self.pieceOctets
            }
            try writer.end()
            transfer.messages += 1
            transfer.bytes += message.octets
            report(.progress(done: transfer.messages, total: Int64(messages.count)))
        }
        try writer.finish()
        return .transfer(transfer)
    }

    /// Writes all mailboxes as a Maildir.
    func exportMaildir(_ account: String, _ path: String, _ report: @escaping Report) async throws -> AdminResult {
        let id = try await accountID(account)
        var transfer = TransferReport()
        var writer = try MaildirWriter(path: path)
        let mailboxes = try await mailStore.mailboxes(id)
        let total = mailboxes.reduce(Int64(0)) { $0 + $1.messages }
        for mailbox in mailboxes {
            try writer.makeMailbox(mailbox.name)
            let (_, messages) = try await mailStore.messages(id, mailbox.mailbox)
            for message in messages {
                guard let source = try await source(id, mailbox.mailbox, message.uid) else { continue }
                try writer.begin(mailbox: mailbox.name, Self.mark(source))
                try writer.append(source.prefix)
                var offset: Int64 = 0
                while offset < source.content.count {
                    let octets = try await store.octets(source.content, offset..<offset + Self.pieceOctets)
                    try writer.append(octets.readableBytesView)
                    offset += Self.pieceOctets
                }
                try writer.end()
                transfer.messages += 1
                transfer.bytes += message.octets
                report(.progress(done: transfer.messages, total: total))
            }
        }
        try writer.finish()
        return .transfer(transfer)
    }

    /// nil when the message was expunged meanwhile.
    private func source(
        _ account: AccountID, _ mailbox: MailboxID, _ uid: UID
    ) async throws -> MailStore.MessageSource? {
        do {
            return try await store.read { try MailStore.source(account, mailbox, uid, in: $0) }
        } catch let error as StorageError where error.code == .notFound {
            return nil
        }
    }

    private static func mark(_ source: MailStore.MessageSource) -> MailFileMark {
        MailFileMark(
            flags: source.flags, keywords: source.keywords.compactMap { Keyword($0) }, dateSeconds: source.internalDate)
    }

    /// The address of the Return-Path that delivery has written.
    private static func sender(_ prefix: [UInt8]) -> EmailAddress? {
        let line = prefix.prefix { $0 != 0x0d }
        guard let start = line.firstIndex(of: UInt8(ascii: "<")), let end = line.lastIndex(of: UInt8(ascii: ">")),
            start < end
        else { return nil }
        return EmailAddress(String(decoding: line[(start + 1)..<end], as: UTF8.self))
    }
}
