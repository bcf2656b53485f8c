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
        return .transfer(try await importer.finish())
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
        return .transfer(try await importer.finish())
    }

    func accountID(_ address: String) async throws -> AccountID {
        try await directory.account(try self.address(address)).accountID
    }
}

/// Files messages in the order of their file, with the flags and dates that they had.
///
/// It waits for a message only when many are on their way: what the writer finds waiting it makes durable with one flush.
private struct MailImporter {
    let service: AdminService
    let account: AccountID
    private var report = TransferReport()
    /// The oldest first.
    private var underWay: [(task: Task<Result<Int64, DeliveryError>, Never>, octets: Int64)] = []
    private var octetsUnderWay: Int64 = 0

    private static let underWayMax = 64
    private static let octetsUnderWayMax: Int64 = 16 << 20

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
        spool = service.store.spool()
        let delivery = service.delivery
        let message: Delivery.PreparedMessage
        do {
            message = try await delivery.prepare(body)
        } catch {
            throw AdminFailure("\(error)")
        }
        while underWay.count >= Self.underWayMax || octetsUnderWay + body.count > Self.octetsUnderWayMax,
            !underWay.isEmpty
        {
            try await settleOldest()
        }
        let octets = body.count
        // Immediate: the message has its place in the writer's order before the next one is read.
        let task = Task.immediate { () async -> Result<Int64, DeliveryError> in
            do throws(DeliveryError) {
                _ = try await delivery.append(message, copy)
                return .success(octets)
            } catch {
                return .failure(error)
            }
        }
        underWay.append((task, octets))
        octetsUnderWay += octets
    }

    /// Waits for the rest.
    mutating func finish() async throws -> TransferReport {
        while !underWay.isEmpty { try await settleOldest() }
        return report
    }

    private mutating func settleOldest() async throws {
        let (task, octets) = underWay.removeFirst()
        octetsUnderWay -= octets
        guard case .failure(let error) = await task.value else {
            count(octets)
            return
        }
        // Those behind it are filed or not by now; what is told has to be true of them all.
        for (task, octets) in underWay { if case .success = await task.value { count(octets) } }
        underWay = []
        guard error == .diskFull else { throw AdminFailure("\(error)") }
        throw AdminFailure(
            "the disk is full; \(report.messages) messages are imported", advice: "make room, then import the rest")
    }

    private mutating func count(_ octets: Int64) {
        report.messages += 1
        report.bytes += octets
    }

    /// The mailbox; made when it is not there.
    private mutating func mailbox(named name: String) async throws -> MailboxID {
        if let known = mailboxes[name] { return known }
        // Elsewhere people may have a folder of a name that is another namespace's here.
        let ownName = MailboxNamespace(of: name) == .personal ? name : "_" + name
        let account = account
        let validity = UIDValidity(rawValue: UInt32(truncatingIfNeeded: DirectoryClock.system.wallSeconds()))
        let mailbox = try await service.store.change { transaction in
            if let found = try MailStore.mailbox(named: ownName, account, in: transaction) { return found }
            return try MailStore.createMailbox(ownName, account, specialUse: nil, validity, in: transaction)
        }
        mailboxes[name] = mailbox
        return mailbox
    }
}
