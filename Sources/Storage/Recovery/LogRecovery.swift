internal import MailCore
internal import NIOCore

/// At start: finds where the log ends and does again what the database lost.
struct LogRecovery {
    /// What opening goes on with.
    struct Result {
        var end: LogPosition
        var nextEmail: Int64
        var report: Store.OpeningReport
    }

    let segments: SegmentFiles
    let connection: SQLiteConnection
    let replay: LogDescribing.Replay

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
            let from = segment == applied.segment ? applied.offset : 0
            try replay(segment, from: from, isLast: segment == known.last, &result)
        }
        if let last = known.last {
            let size = try segments.file(last).size()
            // Cheap notes that a power cut took away: the mark is behind the end. Never write over a place twice.
            let isTorn = result.end.segment == last && size != result.end.offset
            if isTorn || last > result.end.segment || result.end.segment > last {
                result.end = LogPosition(segment: max(last, result.end.segment) + 1, offset: 0)
            }
        }
        result.nextEmail = (result.nextEmail / Self.emailStride + 1) * Self.emailStride
        return result
    }

    /// Numbers that were given to messages that never were stored are not given again soon.
    private static let emailStride: Int64 = 10_000

    /// Segments that a compaction emptied and a kill kept it from unlinking.
    private func removeLeftBehind(_ known: [Int64], before applied: LogPosition) throws {
        var kept: Set<Int64> = []
        try connection.run("SELECT segment FROM segment", []) { row in _ = kept.insert(row.integer(0)) }
        guard !kept.isEmpty else { return }
        for segment in known where segment < applied.segment && !kept.contains(segment) {
            try segments.remove(segment)
        }
    }

    private func replay(_ segment: Int64, from offset: Int64, isLast: Bool, _ result: inout Result) throws {
        var scanner = try LogScanner(file: segments.file(segment), segment: segment, from: offset)
        try connection.execute(script: "BEGIN IMMEDIATE")
        do {
            while let finding = try scanner.next() {
                switch finding {
                case .record(let header, let redo, let position):
                    if header.kind == .delivery { try replay(header, redo, at: position, &result) }
                    result.end = LogPosition(segment: segment, offset: scanner.offset)
                case .damaged(let header, _, _, _):
                    // Whole records may follow a torn one when the disk reordered writes; nobody was told of it.
                    result.report.droppedOctets += header.recordLength
                case .gap(_, let octets):
                    result.report.droppedOctets += octets
                }
            }
            let end = result.end
            try connection.run(
                """
                UPDATE log_state SET applied_segment = ?1, applied_offset = ?2, next_email = max(next_email, ?3)
                WHERE id = 1
                """, [.integer(end.segment), .integer(end.offset), .integer(result.nextEmail)]
            ) { _ in }
            try connection.execute(script: "COMMIT")
        } catch {
            try? connection.execute(script: "ROLLBACK")
            throw error
        }
    }

    private func replay(
        _ header: RecordHeader, _ redo: [UInt8], at position: LogPosition, _ result: inout Result
    ) throws {
        let record = try DeliveryRecord(octets: redo)
        let body = try segments.file(position.segment).read(
            count: Int(header.bodyLength), at: position.offset + header.bodyOffset)
        let transaction = SQLTransaction(connection)
        guard try transaction.insertContent(record, header, at: position) else { return }
        try body.withUnsafeReadableBytes { try replay(record, $0, transaction) }
        try connection.run(
            """
            INSERT INTO segment (segment, total, live) VALUES (?1, ?2, ?2)
            ON CONFLICT (segment) DO UPDATE SET total = total + excluded.total, live = live + excluded.live
            """, [.integer(position.segment), .integer(header.recordLength)]
        ) { _ in }
        result.nextEmail = max(result.nextEmail, record.email.rawValue + 1)
        result.report.replayed += 1
    }
}
