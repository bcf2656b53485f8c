internal import MailCore
internal import NIOCore

/// Space of expunged messages comes back: what is alive in a poor segment is copied to the end of the log, and the
/// segment is unlinked.
extension Store {
    /// What a compaction did.
    public struct CompactionReport: Sendable, Equatable {
        /// Segments that were unlinked.
        public var segments = 0
        /// Octets given back, less those of the copies.
        public var octetsFreed: Int64 = 0
    }

    /// Compacts the closed segments of which less than `limits.compactBelowLiveShare` is alive. Runs beside deliveries.
    public func compact() async throws -> CompactionReport {
        guard await maintenance.acquire() else {
            throw StorageError(.inUse, "another compaction, check or backup is running; try again when it has ended")
        }
        do {
            var report = CompactionReport()
            for segment in try await poorSegments() { try await compact(segment, &report) }
            await maintenance.release()
            return report
        } catch {
            await maintenance.release()
            throw error
        }
    }

    private func poorSegments() async throws -> [Int64] {
        let share = limits.compactBelowLiveShare
        return try await read { transaction in
            var poor: [Int64] = []
            try transaction.query(
                """
                SELECT segment, total, live FROM segment
                WHERE segment < (SELECT applied_segment FROM log_state) ORDER BY segment
                """
            ) { row in
                if Double(row.integer(2)) < Double(row.integer(1)) * share { poor.append(row.integer(0)) }
            }
            return poor
        }
    }

    private func compact(_ segment: Int64, _ report: inout CompactionReport) async throws {
        let file = try segments.file(segment)
        let size = try file.size()
        var scanner = try LogScanner(file: file, segment: segment, from: 0)
        var rowKeys: Set<LogNote> = []
        var copied: Int64 = 0
        while let finding = try await next(&scanner) {
            switch finding {
            case .record(let header, let redo, let position):
                switch header.kind {
                case .delivery:
                    if try await move(DeliveryRecord(octets: redo).email, from: position, header, file) {
                        copied += header.recordLength
                    }
                case .note: try await renew(LogNote(octets: redo), seen: &rowKeys)
                }
            case .damaged(let header, let redo, let position, _):
                // As it is: the row's checksum still tells that it is damaged, and `check` reports it.
                if header.kind == .delivery, let redo, let record = try? DeliveryRecord(octets: redo),
                    try await isCurrent(record.email, at: position, header)
                {
                    return
                }
            case .gap: break
            }
        }
        try await change { transaction in
            let left = try transaction.first(
                "SELECT count(*) FROM content WHERE segment = ?1", .integer(segment)
            ) { $0.integer(0) }
            guard left == 0 else {
                throw StorageError(.corrupt, "segment \(segment) cannot be read whole; run: paloma check")
            }
            try transaction.run("DELETE FROM segment WHERE segment = ?1", .integer(segment))
        }
        try segments.remove(segment)
        report.segments += 1
        report.octetsFreed += size - copied
    }

    private func next(_ scanner: inout LogScanner) async throws -> LogScanner.Finding? {
        let handed = Handed(scanner)
        let (finding, scanner_) = try await work {
            var scanner = handed.value
            let finding = try scanner.next()
            return (Handed(finding), Handed(scanner))
        }
        scanner = scanner_.value
        return finding.value
    }

    /// A value that one task hands to a thread and gets back.
    private struct Handed<T>: @unchecked Sendable {
        let value: T
        init(_ value: T) { self.value = value }
    }

    private func isCurrent(_ email: EmailID, at position: LogPosition, _ header: RecordHeader) async throws -> Bool {
        let content = try await read { try $0.content(of: email) }
        return content?.position
            == LogPosition(
                segment: position.segment, offset: position.offset + header.bodyOffset)
    }

    /// Writes a message that is still referred to behind the end of the log.
    private func move(
        _ email: EmailID, from position: LogPosition, _ header: RecordHeader, _ file: File
    ) async throws -> Bool {
        guard try await isCurrent(email, at: position, header) else { return false }
        let octets = try await work {
            try file.read(count: Int(header.bodyLength), at: position.offset + header.bodyOffset)
        }
        return try await rewrite(email, MessageBody(octets))
    }

    /// Gives a message's octets a new record with what is known of it now; whether it still is there.
    func rewrite(_ email: EmailID, _ body: MessageBody) async throws -> Bool {
        let describe = describing.describe
        let message = CommitJob.Message(purpose: .move, email: email, body: body)
        return try await enqueue(.database, message: message) { transaction in
            guard try transaction.content(of: email) != nil else { return (nil, false) }
            return (try describe(email, transaction), true)
        }
    }

    private func renew(_ note: LogNote, seen: inout Set<LogNote>) async throws {
        let renewed = describing.renew
        if case .rows(let table, let key, _) = note {
            guard seen.insert(.rows(table: table, key: key, rows: [])).inserted else { return }
        }
        try await change { transaction in
            if case .rows(let table, let key, _) = note {
                try transaction.salvage(table: table, key: key.name, key.value)
            } else if let note = try renewed(note, transaction) {
                transaction.note(note)
            }
        }
    }
}
