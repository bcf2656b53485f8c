import Foundation
import MailCore
import NIOCore

@testable import Storage

/// A message in somebody's only mailbox.
struct Filing: Hashable, Sendable {
    var email: EmailID
    var account: Int64
    init(_ email: EmailID, _ account: Int64) {
        self.email = email
        self.account = account
    }
}

/// A data folder of its own for a test, gone with it.
final class TestFolder: Sendable {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "paloma-storage-" + UUID().uuidString
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    static let schema = SchemaPart(
        name: "test", versions: [["CREATE TABLE filing (email BIGINT NOT NULL, account BIGINT NOT NULL)"]])

    static let replay: DeliveryReplay = { record, _, transaction in
        for copy in record.copies {
            try transaction.run(
                "INSERT INTO filing VALUES (?1, ?2)", .integer(record.email.rawValue), .integer(copy.account.rawValue))
        }
    }

    func open(
        schema: SchemaPart = TestFolder.schema, limits: StorageLimits = StorageLimits()
    ) throws -> (store: Store, report: Store.OpeningReport) {
        try Store.open(folder: path, parts: [schema], limits: limits, replay: Self.replay)
    }

    func names(_ folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: "\(path)/\(folder)").sorted()
    }

    func copyDatabase(to name: String) throws {
        try FileManager.default.copyItem(atPath: "\(path)/paloma.db", toPath: "\(path)/\(name)")
    }

    func replaceDatabase(with name: String) throws {
        for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: "\(path)/paloma.db\(suffix)") }
        try FileManager.default.copyItem(atPath: "\(path)/\(name)", toPath: "\(path)/paloma.db")
    }

    func change(_ file: String, at offset: Int, by mask: UInt8 = 0xff) throws {
        var data = try Data(contentsOf: URL(fileURLWithPath: "\(path)/\(file)"))
        data[offset] ^= mask
        try data.write(to: URL(fileURLWithPath: "\(path)/\(file)"))
    }
}

extension Store {
    func deliverForTest(_ text: String, to accounts: [Int64]) async throws -> EmailID {
        try await deliverForTest(MessageBody(ByteBuffer(string: text)), to: accounts)
    }

    func deliverForTest(_ body: MessageBody, to accounts: [Int64]) async throws -> EmailID {
        let email = reserveEmailID()
        return try await deliver(email, body) { transaction in
            let copies = accounts.map { account in
                FiledCopy(
                    account: AccountID(rawValue: account), mailbox: MailboxID(rawValue: 1), uid: UID(rawValue: 1),
                    modSeq: ModSeq(rawValue: 1), thread: ThreadID(rawValue: 1), flags: [.seen], keywords: ["$Test"],
                    internalDate: -5, saveDate: 7, prefix: Array("X: y\r\n".utf8))
            }
            let record = DeliveryRecord(email: email, copies: copies, queued: nil)
            try record.file(in: transaction)
            return (record, email)
        }
    }

    func filings() async throws -> [Filing] {
        try await read { transaction in
            var filings: [Filing] = []
            try transaction.query("SELECT email, account FROM filing ORDER BY email, account") { row in
                filings.append(Filing(EmailID(rawValue: row.integer(0)), row.integer(1)))
            }
            return filings
        }
    }

    func text(of email: EmailID) async throws -> String {
        guard let content = try await read({ try $0.content(of: email) }) else { throw StorageError(.notFound, "gone") }
        return String(buffer: try await octets(content, 0..<content.count))
    }

    func liveOctets() async throws -> Int64 {
        try await read { try $0.first("SELECT sum(live) FROM segment") { $0.integer(0) } ?? 0 }
    }
}

extension DeliveryRecord {
    func file(in transaction: SQLTransaction) throws {
        try TestFolder.replay(self, UnsafeRawBufferPointer(start: nil, count: 0), transaction)
    }
}
