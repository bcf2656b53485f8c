internal import MailCore
internal import NIOCore

/// Makes a lost or broken database anew from the log: every message back into its mailbox.
public struct StoreRebuild: ~Copyable {
    /// What a rebuild found.
    public struct Report: Sendable, Equatable {
        /// Messages that are in their mailboxes or in the queue again.
        public var messages = 0
        /// Records that could not be read, with what is wrong with each.
        public var problems: [String] = []
        /// Where the old database was put, if there was one.
        public var oldDatabase: String?
    }

    private let folder: String
    private let parts: [SchemaPart]
    private let describing: LogDescribing
    private let lock: File
    private var nextEmail: Int64 = 1
    private var unreadable: [Int64: Int64] = [:]
    private var damaged: [DamagedRecord] = []
    private var numbers = NumbersSeen()

    /// Takes the store's lock: no server may run.
    public init(folder: String, parts: [SchemaPart], describing: LogDescribing) throws {
        self.folder = folder
        self.parts = [.storage] + parts
        self.describing = describing
        lock = try Store.prepareFolder(folder)
    }

    /// Puts the old database aside and makes a new one.
    ///
    /// - Parameter progress: called with the octets read and those to read.
    public mutating func run(progress: (Int64, Int64) -> Void = { _, _ in }) throws -> Report {
        defer { lock.unlock() }
        var report = Report()
        let path = StoreFiles.database(folder)
        let fresh = path + ".new"
        let names = Set(try Folder.names(folder))
        // Only a rebuild that was killed in its last steps leaves both of this.
        let isContinued = names.contains("paloma.db.new") && !names.contains("paloma.db")
        for suffix in ["", "-wal", "-shm"] { try Folder.remove(file: fresh + suffix) }
        let connection = try SQLiteConnection(path: fresh, access: .readWrite)
        try connection.configureForWriting()
        try SchemaMigration(parts: parts, folder: folder).run(connection)
        try fill(connection, &report, progress)
        _ = try connection.checkpoint(.truncate)
        connection.close()
        report.oldDatabase = try putAside(path, isContinued ? .alreadyBegun : .notBegun)
        try Folder.rename(fresh, to: path)
        return report
    }

    /// How far the old database's files have got their other names.
    private enum PuttingAside {
        case notBegun
        /// By a rebuild that was killed meanwhile: the database has, those beside it perhaps not.
        case alreadyBegun
    }

    /// The database first: without it nothing opens the store, while it would be opened without its write-ahead log.
    private func putAside(_ path: String, _ progress: PuttingAside) throws -> String? {
        let names = Set(try Folder.names(folder))
        guard names.contains("paloma.db") || progress == .alreadyBegun else {
            for suffix in ["-wal", "-shm"] { try Folder.remove(file: path + suffix) }
            return nil
        }
        var number = 1
        while names.contains("paloma.db.old\(number)") { number += 1 }
        if progress == .alreadyBegun { number = max(1, number - 1) }
        let old = "\(path).old\(number)"
        for suffix in ["", "-wal", "-shm"] where names.contains("paloma.db" + suffix) {
            try Folder.rename(path + suffix, to: old + suffix)
        }
        return old
    }

    /// Rows first, the last note of each deciding: a compaction may have put the notes behind the messages that need them.
    private mutating func fill(
        _ connection: SQLiteConnection, _ report: inout Report, _ progress: (Int64, Int64) -> Void
    ) throws {
        let segments = SegmentFiles(folder: StoreFiles.log(folder))
        let numbers = try segments.list()
        let total = try numbers.reduce(Int64(0)) { $0 + (try segments.file($1).size()) }
        try connection.execute(script: "BEGIN IMMEDIATE")
        let transaction = SQLTransaction(connection)
        for number in numbers { try applyRows(of: number, segments, transaction, &report) }
        var before: Int64 = 0
        for number in numbers {
            let file = try segments.file(number)
            var scanner = try LogScanner(file: file, segment: number, from: 0)
            var batch = DeliveryBatch()
            while let finding = try scanner.next() {
                apply(finding, file, &batch, transaction, &report)
                switch finding {
                case .record: break
                case .damaged(let header, _, _, _): unreadable[number, default: 0] += header.recordLength
                case .gap(_, let octets): unreadable[number, default: 0] += octets
                }
                progress(before + scanner.offset, total)
            }
            keepInMind(batch.end(), file)
            before += scanner.offset
        }
        try refileDamaged(transaction)
        try finish(transaction, last: numbers.last, segments)
        try connection.run("SELECT count(*) FROM content", []) { report.messages = Int($0.integer(0)) }
        try connection.execute(script: "COMMIT")
    }

    private mutating func applyRows(
        of number: Int64, _ segments: SegmentFiles, _ transaction: SQLTransaction, _ report: inout Report
    ) throws {
        var scanner = try LogScanner(file: segments.file(number), segment: number, from: 0, depth: .redo)
        while let finding = try scanner.next() {
            guard case .record(let header, let redo, let position) = finding, header.kind == .note else { continue }
            do {
                let note = try LogNote(octets: redo)
                try numbers.see(note, describing)
                if case .rows(let table, let key, let rows) = note { try put(rows, table, key, transaction) }
            } catch {
                report.problems.append("record at \(position.segment):\(position.offset): \(error)")
            }
        }
    }

    /// One record; what is wrong with it is told, and the next one goes on.
    private mutating func apply(
        _ finding: LogScanner.Finding, _ file: File, _ batch: inout DeliveryBatch, _ transaction: SQLTransaction,
        _ report: inout Report
    ) {
        switch finding {
        case .record(let header, let redo, let position):
            do {
                switch header.kind {
                case .delivery:
                    let record = try DeliveryRecord(octets: redo)
                    let outcome = batch.add(DeliveryBatch.Member(record: record, header: header, position: position))
                    keepInMind(outcome.torn, file)
                    for member in outcome.complete {
                        try refile(member.record, member.header, file, at: member.position, transaction)
                    }
                case .note:
                    let note = try LogNote(octets: redo)
                    if case .rows = note { return }
                    try describing.apply(note, transaction)
                }
            } catch {
                report.problems.append("record at \(position.segment):\(position.offset): \(error)")
            }
        case .damaged(let header, let redo, let position, let damage):
            report.problems.append("record at \(position.segment):\(position.offset): \(damage.rawValue)")
            if header.kind == .delivery, let redo, let record = try? DeliveryRecord(octets: redo) {
                damaged.append(DamagedRecord(record: record, header: header, file: file, position: position))
            }
        case .gap(let position, let octets):
            // A write that was cut off ends a segment; anywhere else something was there.
            guard (try? file.size()) != position.offset + octets else { return }
            report.problems.append("\(octets) octets at \(position.segment):\(position.offset) are no record")
        }
    }

    /// A part of what came together was not written, or is lost: only in the second case was anybody told.
    private mutating func keepInMind(_ torn: [DeliveryBatch.Member], _ file: File) {
        damaged += torn.map { DamagedRecord(record: $0.record, header: $0.header, file: file, position: $0.position) }
    }

    /// A record whose header and redo part are whole, and whose octets are not what was written or cannot be read.
    private struct DamagedRecord {
        let record: DeliveryRecord
        let header: RecordHeader
        let file: File
        let position: LogPosition
    }

    /// Better a message with a wrong octet in its mailbox than none; `check` names it. But a write that was cut off had not
    /// been confirmed, and its numbers may have been given to another message since.
    private mutating func refileDamaged(_ transaction: SQLTransaction) throws {
        for one in damaged {
            var record = one.record
            guard try transaction.content(of: record.email) == nil else { continue }
            record.copies = try record.copies.filter { copy in
                try !describing.isTaken(copy, transaction)
            }
            guard !record.copies.isEmpty || record.queued != nil else { continue }
            try refile(record, one.header, one.file, at: one.position, transaction)
        }
    }

    private mutating func refile(
        _ record: DeliveryRecord, _ header: RecordHeader, _ file: File, at position: LogPosition,
        _ transaction: SQLTransaction
    ) throws {
        nextEmail = max(nextEmail, record.email.rawValue + 1)
        for copy in record.copies { numbers.see(copy) }
        if try !transaction.insertContent(record, header, at: position) {
            try transaction.moveContent(of: record.email, header, to: position)
        }
        let body = try file.readWhatIsLeft(count: Int(header.bodyLength), at: position.offset + header.bodyOffset)
        try body.withUnsafeReadableBytes { try describing.replay(record, $0, .rebuild, transaction) }
    }

    private func put(
        _ rows: [[LogNote.Column]], _ table: String, _ key: [LogNote.Column], _ transaction: SQLTransaction
    ) throws {
        var columns: Set<String> = []
        try transaction.query("SELECT name FROM pragma_table_info(?1)", .text(table)) { columns.insert($0.text(0)) }
        guard key.allSatisfy({ columns.contains($0.name) }), Self.isIdentifier(table) else {
            throw StorageError(.corrupt, "a note about a table \(table.debugDescription) that there is not")
        }
        let connection = transaction.connection
        try connection.run(composed: "DELETE FROM \(table) WHERE \(key.condition)", key.map(\.value)) { _ in }
        for row in rows {
            // A later version has dropped the others.
            let row = row.filter { columns.contains($0.name) }
            let columns = row.map(\.name).joined(separator: ", ")
            let places = (1...max(1, row.count)).map { "?\($0)" }.joined(separator: ", ")
            try connection.run(
                composed: "INSERT OR REPLACE INTO \(table) (\(columns)) VALUES (\(places))", row.map(\.value)
            ) { _ in }
        }
    }

    private static func isIdentifier(_ name: String) -> Bool {
        !name.isEmpty && name.utf8.allSatisfy { $0 == 0x5f || (0x61...0x7a).contains($0) || (0x30...0x39).contains($0) }
    }

    /// Counts again what is counted, and goes on behind the last segment.
    private func finish(_ transaction: SQLTransaction, last: Int64?, _ segments: SegmentFiles) throws {
        try describing.reserve(numbers, transaction)
        try describing.recount(transaction, .rebuild)
        try transaction.recountReferences(parts)
        try transaction.recountSegments(segments, unreadable: unreadable)
        try transaction.run(
            "UPDATE log_state SET applied_segment = ?1, applied_offset = 0, next_email = ?2 WHERE id = 1",
            .integer((last ?? 0) + 1), .integer(nextEmail + Self.emailStride))
    }

    /// More messages than are likely to have come and gone without a trace in what is left of the log.
    private static let emailStride: Int64 = 1_000_000
}
