internal import MailCore
internal import NIOCore

/// At start: finds where the log ends and does again what the database lost.
struct LogRecovery {
    /// What opening goes on with.
    struct Result {
        var end: LogPosition
        var nextEmail: Int64
        var report: Store.OpeningReport
        /// Notes behind the mark that are not obeyed. Their transactions were never confirmed and are not in the database, so what they say is to
        /// be taken back by notes of how things are.
        var openNotes: [LogNote] = []
        /// Where the first of them stands: the mark does not pass it before they are taken back.
        var firstOpenNote: LogPosition?
        /// What the records behind the mark have numbers of.
        var numbers = NumbersSeen()
    }

    let segments: SegmentFiles
    let connection: SQLiteConnection
    let describing: LogDescribing
    /// Pages of SQLite's write-ahead log after which it is copied into the database file.
    let checkpointPages: Int

    func run() throws -> Result {
        var applied = LogPosition(segment: 1, offset: 0)
        var nextEmail: Int64 = 1
        try connection.run("SELECT applied_segment, applied_offset, next_email FROM log_state", []) { row in
            applied = LogPosition(segment: row.integer(0), offset: row.integer(1))
            nextEmail = row.integer(2)
        }
        let known = try segments.list()
        try removeLeftBehind(known, before: applied)
        var result = Result(end: applied, nextEmail: nextEmail, report: Store.OpeningReport())
        for segment in known where segment >= applied.segment {
            try replay(segment, from: segment == applied.segment ? applied.offset : 0, &result)
        }
        if let last = known.last { result.end = try end(behind: last, result.end) }
        result.nextEmail += Self.emailStride
        return result
    }

    /// Numbers that were given to messages that never were stored are not given again soon.
    private static let emailStride: Int64 = 10_000

    /// Where the log goes on. No place is written twice: behind a torn record, and when a power cut took cheap notes away so
    /// that the mark is behind the end, a new segment begins.
    private func end(behind last: Int64, _ applied: LogPosition) throws -> LogPosition {
        let size = try segments.file(last).size()
        if applied.segment == last, size == applied.offset { return applied }
        if size == 0, last >= applied.segment { return LogPosition(segment: last, offset: 0) }
        return LogPosition(segment: max(last, applied.segment) + 1, offset: 0)
    }

    /// Segments that a compaction emptied and a kill kept it from unlinking.
    private func removeLeftBehind(_ known: [Int64], before applied: LogPosition) throws {
        var kept: Set<Int64> = []
        try connection.run("SELECT segment FROM segment", []) { kept.insert($0.integer(0)) }
        guard !kept.isEmpty else { return }
        for segment in known where segment < applied.segment && !kept.contains(segment) {
            var isNeeded = false
            let key = SQLValue.integer(segment)
            try connection.run("SELECT 1 FROM content WHERE segment = ?1 LIMIT 1", [key]) { _ in isNeeded = true }
            if !isNeeded { try segments.remove(segment) }
        }
    }

    private func replay(_ segment: Int64, from offset: Int64, _ result: inout Result) throws {
        let file = try segments.file(segment)
        var scanner = try LogScanner(file: file, segment: segment, from: offset)
        var batch = DeliveryBatch()
        // What is replayed may be in the kernel's memory only.
        try file.synchronize()
        try Folder.synchronize(segments.folder)
        let droppedBefore = result.report.droppedOctets
        try connection.execute(script: "BEGIN IMMEDIATE")
        do {
            while let finding = try scanner.next() {
                switch finding {
                case .record(let header, let redo, let position):
                    switch header.kind {
                    case .delivery: try replay(header, redo, at: position, &batch, &result)
                    case .note:
                        try heed(try LogNote(octets: redo), at: position, &result)
                        result.end = LogPosition(segment: segment, offset: scanner.offset)
                    }
                case .damaged(let header, let redo?, let position, .sector) where header.kind == .delivery:
                    // No write that was cut off: the disk has lost what it had.
                    try replay(header, redo, at: position, &batch, &result)
                case .damaged(let header, _, _, _):
                    // Whole records may follow a torn one when the disk reordered writes; nobody was told of it.
                    result.report.droppedOctets += header.recordLength
                case .gap(_, let octets):
                    result.report.droppedOctets += octets
                }
            }
            drop(batch.end(), &result)
            try note(
                result, segment, octets: min(scanner.offset, try file.size()),
                unreadable: result.report.droppedOctets - droppedBefore)
            try describing.reserve(result.numbers, SQLTransaction(connection))
            try connection.execute(script: "COMMIT")
        } catch {
            try? connection.execute(script: "ROLLBACK")
            throw error
        }
        if connection.writeAheadPages >= checkpointPages { _ = try connection.checkpoint(.passive) }
    }

    private func heed(_ note: LogNote, at position: LogPosition, _ result: inout Result) throws {
        try result.numbers.see(note, describing)
        if note.isObeyed {
            try describing.apply(note, SQLTransaction(connection))
            return
        }
        result.openNotes.append(note)
        if result.firstOpenNote == nil { result.firstOpenNote = position }
    }

    private func note(_ result: Result, _ segment: Int64, octets: Int64, unreadable: Int64) throws {
        let mark = result.firstOpenNote ?? result.end
        try connection.run(
            """
            UPDATE log_state SET applied_segment = ?1, applied_offset = ?2, next_email = max(next_email, ?3)
            WHERE id = 1
            """, [.integer(mark.segment), .integer(mark.offset), .integer(result.nextEmail)]
        ) { _ in }
        guard octets > 0 else { return }
        try connection.run(
            """
            INSERT INTO segment (segment, total, live, unreadable) VALUES (?1, ?2, 0, ?3)
            ON CONFLICT (segment) DO UPDATE
            SET total = excluded.total, unreadable = max(unreadable, excluded.unreadable)
            """, [.integer(segment), .integer(octets), .integer(unreadable)]
        ) { _ in }
    }

    private func replay(
        _ header: RecordHeader, _ redo: [UInt8], at position: LogPosition, _ batch: inout DeliveryBatch,
        _ result: inout Result
    ) throws {
        let member = DeliveryBatch.Member(record: try DeliveryRecord(octets: redo), header: header, position: position)
        let outcome = batch.add(member)
        drop(outcome.torn, &result)
        for member in outcome.complete {
            try replay(member.record, member.header, at: member.position, &result)
            result.end = member.end
        }
    }

    private func drop(_ torn: [DeliveryBatch.Member], _ result: inout Result) {
        for member in torn { result.report.droppedOctets += member.header.recordLength }
    }

    private func replay(
        _ record: DeliveryRecord, _ header: RecordHeader, at position: LogPosition, _ result: inout Result
    ) throws {
        result.nextEmail = max(result.nextEmail, record.email.rawValue + 1)
        for copy in record.copies { result.numbers.see(copy) }
        let transaction = SQLTransaction(connection)
        guard try transaction.insertContent(record, header, at: position) else {
            // A compaction moved it, and the database is older than that.
            try transaction.moveContent(of: record.email, header, to: position)
            try transaction.addLive(header.recordLength, in: position.segment)
            return
        }
        try transaction.addLive(header.recordLength, in: position.segment)
        let body = try segments.file(position.segment).readWhatIsLeft(
            count: Int(header.bodyLength), at: position.offset + header.bodyOffset)
        try body.withUnsafeReadableBytes { try describing.replay(record, $0, .recovery, transaction) }
        result.report.replayed += 1
    }
}
