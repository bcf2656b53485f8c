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
        name: "test",
        versions: [
            [
                """
                CREATE TABLE filing (
                    email BIGINT NOT NULL, account BIGINT NOT NULL, PRIMARY KEY (email, account))
                """,
                "CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT)",
            ]
        ], references: ["SELECT email FROM filing"], salvaged: [("setting", "name")])

    static let describing = LogDescribing(
        replay: { record, _, _, transaction in
            for copy in record.copies {
                try transaction.run(
                    "INSERT INTO filing VALUES (?1, ?2) ON CONFLICT DO NOTHING", .integer(record.email.rawValue),
                    .integer(copy.account.rawValue))
            }
        },
        describe: { email, transaction in
            var copies: [FiledCopy] = []
            try transaction.query("SELECT account FROM filing WHERE email = ?1", .integer(email.rawValue)) {
                copies.append(FiledCopy(forTestOf: $0.integer(0)))
            }
            return DeliveryRecord(email: email, copies: copies, queued: nil)
        },
        restate: { note, _ in [note] },
        salvageMailboxes: { _, _ in },
        numbers: { _, _ in },
        reserve: { _, _ in },
        isTaken: { copy, transaction in
            try transaction.first(
                "SELECT 1 FROM filing WHERE account = ?1", .integer(copy.account.rawValue)
            ) { _ in true } ?? false
        },
        apply: { note, transaction in
            guard case .expunged(let account, _, let uids, _) = note else { return }
            for uid in uids {
                try transaction.run(
                    "DELETE FROM filing WHERE email = ?1 AND account = ?2", .integer(Int64(uid.rawValue)),
                    .integer(account.rawValue))
            }
        },
        discard: { email, transaction in
            let gone = try transaction.run("DELETE FROM filing WHERE email = ?1", .integer(email.rawValue))
            for _ in 0..<gone { try transaction.release(email) }
        },
        reread: { _, _, _ in },
        recount: { _, _ in })

    func open(
        schema: SchemaPart = TestFolder.schema, limits: StorageLimits = StorageLimits()
    ) throws -> (store: Store, report: Store.OpeningReport) {
        try Store.open(folder: path, parts: [schema], describing: Self.describing, limits: limits)
    }

    /// A store whose deliveries are filed again by the closure.
    func open(
        limits: StorageLimits, replaying: @escaping @Sendable (DeliveryRecord, SQLTransaction) throws -> Void
    ) throws -> Store {
        let describing = Self.describing
        let replaced = LogDescribing(
            replay: { record, _, _, transaction in try replaying(record, transaction) }, describe: describing.describe,
            restate: describing.restate, salvageMailboxes: describing.salvageMailboxes, numbers: describing.numbers,
            reserve: describing.reserve, isTaken: describing.isTaken, apply: describing.apply,
            discard: describing.discard, reread: describing.reread, recount: describing.recount)
        return try Store.open(folder: path, parts: [Self.schema], describing: replaced, limits: limits).store
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

    /// What a kill of the process leaves: the files as they are now, and no lock.
    func copyOfFiles() throws -> TestFolder {
        let copy = try TestFolder()
        try FileManager.default.copyItem(atPath: path, toPath: copy.path)
        try? FileManager.default.removeItem(atPath: "\(copy.path)/paloma.db-shm")
        return copy
    }

    func removeDatabase() throws {
        for suffix in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: "\(path)/paloma.db\(suffix)") }
    }

    /// Octets behind the end of a file, as of a write that is not done.
    func append(_ octets: [UInt8], to file: String) throws {
        let handle = try FileHandle(forUpdating: URL(fileURLWithPath: "\(path)/\(file)"))
        try handle.seekToEnd()
        try handle.write(contentsOf: Data(octets))
        try handle.close()
    }

    func move(_ file: String, to target: String) throws {
        try FileManager.default.moveItem(atPath: "\(path)/\(file)", toPath: "\(path)/\(target)")
    }

    func octets(of file: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(fileURLWithPath: "\(path)/\(file)")))
    }

    func size(_ file: String) throws -> Int {
        try Data(contentsOf: URL(fileURLWithPath: "\(path)/\(file)")).count
    }

    /// In place: the store keeps its files open.
    func truncate(_ file: String, to size: Int) throws {
        let handle = try FileHandle(forUpdating: URL(fileURLWithPath: "\(path)/\(file)"))
        try handle.truncate(atOffset: UInt64(size))
        try handle.close()
    }

    func change(_ file: String, at offset: Int, by mask: UInt8 = 0xff) throws {
        let handle = try FileHandle(forUpdating: URL(fileURLWithPath: "\(path)/\(file)"))
        try handle.seek(toOffset: UInt64(offset))
        let octet = (try handle.read(upToCount: 1)?.first ?? 0) ^ mask
        try handle.seek(toOffset: UInt64(offset))
        try handle.write(contentsOf: Data([octet]))
        try handle.close()
    }
}

extension Store {
    func deliverForTest(_ text: String, to accounts: [Int64]) async throws -> EmailID {
        try await deliverForTest(MessageBody(ByteBuffer(string: text)), to: accounts)
    }

    func deliverForTest(_ body: MessageBody, to accounts: [Int64]) async throws -> EmailID {
        let email = reserveEmailID()
        return try await deliver(email, body) { transaction in
            let copies = accounts.map(FiledCopy.init(forTestOf:))
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
        for copy in copies {
            try transaction.run(
                "INSERT INTO filing VALUES (?1, ?2)", .integer(email.rawValue), .integer(copy.account.rawValue))
        }
    }
}

extension FiledCopy {
    init(forTestOf account: Int64) {
        self.init(
            account: AccountID(rawValue: account), mailbox: MailboxID(rawValue: 1), uid: UID(rawValue: 1),
            modSeq: ModSeq(rawValue: 1), thread: ThreadID(rawValue: 1), flags: [.seen], keywords: ["$Test"],
            internalDate: -5, saveDate: 7, prefix: Array("X: y\r\n".utf8))
    }
}

extension Store {
    /// Takes a copy away as an expunge does: the row, the reference, and a note for a rebuild.
    func expungeForTest(_ email: EmailID, of account: Int64) async throws {
        try await change { transaction in
            try transaction.run(
                "DELETE FROM filing WHERE email = ?1 AND account = ?2", .integer(email.rawValue), .integer(account))
            try transaction.release(email)
            let uid = UID(rawValue: UInt32(email.rawValue))
            transaction.note(
                .expunged(AccountID(rawValue: account), MailboxID(rawValue: 1), [uid], ModSeq(rawValue: 1)))
        }
    }
}
