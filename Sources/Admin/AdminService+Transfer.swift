internal import Delivery
internal import Directory
internal import MailCore
internal import MailStore
internal import MailboxFormats
internal import NIOCore
internal import Storage

extension AdminService {
    /// Files the messages of an mbox file in one mailbox.
    func importMbox(
        _ account: String, _ path: String, _ mailbox: String, _ report: @escaping Report
    ) async throws -> AdminResult {
        var importer = MailImporter(service: self, account: try await accountID(account))
        var reader = try MboxReader(path: path)
        let size = reader.size
        while let event = try reader.next() {
            try await importer.take(event, mailbox: mailbox)
            if case .ends = event { report(.progress(done: reader.offset, total: size)) }
        }
        return .transfer(importer.report)
    }

    /// Files the messages of a Maildir in mailboxes of the same names.
    func importMaildir(_ account: String, _ path: String, _ report: @escaping Report) async throws -> AdminResult {
        var importer = MailImporter(service: self, account: try await accountID(account))
        var reader = try MaildirReader(path: path)
        let count = Int64(reader.count)
        while let event = try reader.next() {
            try await importer.take(event, mailbox: nil)
            if case .ends = event { report(.progress(done: Int64(reader.position), total: count)) }
        }
        return .transfer(importer.report)
    }

    func accountID(_ address: String) async throws -> AccountID {
        try await directory.account(try self.address(address)).accountID
    }
}

/// Files messages one after the other with the flags and dates that they had.
private struct MailImporter {
    let service: AdminService
    let account: AccountID
    var report = TransferReport()

    private var mailboxes: [String: MailboxID] = [:]
    private var mailbox = MailboxID.inbox
    private var spool: MessageSpool

    init(service: AdminService, account: AccountID) {
        self.service = service
        self.account = account
        spool = service.store.spool()
    }

    mutating func take(_ event: MailFileEvent, mailbox name: String?) async throws {
        switch event {
        case .begins(let folder):
            mailbox = try await mailbox(named: name ?? folder)
            spool = service.store.spool()
        case .octets(let octets):
            spool.append(ByteBuffer(bytes: octets))
            if spool.mustFlush { try await spool.flush() }
        case .ends(let mark):
            try await file(mark)
        case .unreadable(let name, let reason):
            report.skipped.append("\(name): \(reason)")
        }
    }

    private mutating func file(_ mark: MailFileMark) async throws {
        let body = try await spool.finish()
        let now = DirectoryClock.system.wallSeconds()
        let copy = NewCopy(
            account: account, mailbox: mailbox, flags: mark.flags, keywords: mark.keywords,
            internalDate: mark.dateSeconds ?? now, saveDate: now)
        do {
            _ = try await service.delivery.append(body, copy)
        } catch {
            guard error == .diskFull else { throw AdminFailure("\(error)") }
            throw AdminFailure(
                "the disk is full; \(report.messages) messages are imported", advice: "make room, then import the rest")
        }
        report.messages += 1
        report.bytes += body.count
        spool = service.store.spool()
    }

    /// The mailbox; made when it is not there.
    private mutating func mailbox(named name: String) async throws -> MailboxID {
        if let known = mailboxes[name] { return known }
        let account = account
        let validity = UIDValidity(rawValue: UInt32(truncatingIfNeeded: DirectoryClock.system.wallSeconds()))
        let mailbox = try await service.store.change { transaction in
            if let found = try MailStore.mailbox(named: name, account, in: transaction) { return found }
            return try MailStore.createMailbox(name, account, specialUse: nil, validity, in: transaction)
        }
        mailboxes[name] = mailbox
        return mailbox
    }
}
