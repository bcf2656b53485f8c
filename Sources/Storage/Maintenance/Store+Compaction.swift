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
        /// Segments that stay although they are poor, and why: `check` names what is wrong.
        public var problems: [String] = []
    }

    /// Compacts the closed segments of which less than `limits.compactBelowLiveShare` is alive. Runs beside deliveries.
    public func compact() async throws -> CompactionReport {
        guard await maintenance.acquire() else {
            throw StorageError(.inUse, "another compaction, check or backup is running; try again when it has ended")
        }
        segments.forgetRemoved()
        var report = CompactionReport()
        do {
            for segment in try await poorSegments() {
                do {
                    try await compact(segment, &report)
                } catch let error as StorageError where error.code == .corrupt || error.code == .inputOutput {
                    report.problems.append("segment \(segment): \(error)")
                }
            }
        } catch {
            await maintenance.release()
            throw error
        }
        await maintenance.release()
        return report
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
        let segments = segments
        let survey = try await work { try SegmentSurvey(segments, segment, keepsNotes: true) { _ in } }
        let alive = try await contents(of: segment)
        for (email, content) in alive where survey.wholeBodies[content.position.offset] != content.checksum {
            throw StorageError(.corrupt, "message \(QueueID(rawValue: email.rawValue)) is damaged; run: paloma check")
        }
        for batch in stride(from: 0, to: alive.count, by: Self.movedTogether) {
            try await move(Array(alive[batch..<min(batch + Self.movedTogether, alive.count)]))
        }
        try await restate(survey)
        try await change { transaction in
            let left = try transaction.first(
                "SELECT count(*) FROM content WHERE segment = ?1", .integer(segment)
            ) { $0.integer(0) }
            guard left == 0 else {
                throw StorageError(.corrupt, "some of its messages were not found in it; run: paloma check")
            }
            try transaction.run("DELETE FROM segment WHERE segment = ?1", .integer(segment))
        }
        try segments.remove(segment)
        report.segments += 1
        report.octetsFreed += survey.size - alive.reduce(0) { $0 + $1.1.count }
    }

    /// Messages that are written anew in one group.
    private static let movedTogether = 64

    private func move(_ batch: [(EmailID, StoredOctets)]) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (email, content) in batch {
                group.addTask {
                    let octets = try await self.octets(content, 0..<content.count)
                    try await self.rewrite(email, MessageBody(octets), ifStillAt: content)
                }
            }
            try await group.waitForAll()
        }
    }

    /// Gives a message's octets a new record with what is known of it now; whether it still was there.
    @discardableResult
    func rewrite(_ email: EmailID, _ body: MessageBody, ifStillAt content: StoredOctets) async throws -> Bool {
        let describing = describing
        let message = CommitJob.Message(purpose: .move, email: email, body: body)
        return try await enqueue(.database, message: message, isMaintenance: true) { transaction in
            guard try transaction.content(of: email) == content else { return (nil, false) }
            if body.checksum != content.checksum {
                try body.withUnsafeBytes { try describing.reread(email, $0, transaction) }
            }
            return (try describing.describe(email, transaction), true)
        }
    }

    /// What the segment's notes said is said again as it is now; and the numbers that its mailboxes have come to.
    private func restate(_ survey: SegmentSurvey) async throws {
        let describing = describing
        try await enqueue(.database, message: nil, isMaintenance: true) { transaction in
            for note in survey.notes { try transaction.restate(note, describing) }
            for account in survey.accounts { try describing.salvageMailboxes(account, transaction) }
            return (nil, ())
        }
    }
}
