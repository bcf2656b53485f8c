public import MailCore
internal import NIOCore

/// Finds what is not as it was written, and mends it as far as the octets allow.
extension Store {
    /// Whether a check only looks.
    public enum CheckMode: Sendable {
        /// Report.
        case look
        /// Report and mend.
        case repair
    }

    /// Something that is not as it should be.
    public struct CheckFinding: Sendable, Equatable {
        /// What it is.
        public enum Kind: String, Sendable {
            /// The database file itself; `--rebuild` makes a new one.
            case database
            /// A message's octets differ from what was written.
            case damagedMessage
            /// A message's octets are not there at all.
            case lostMessage
            /// A message can be read, but a rebuild of the database would not find it.
            case unreadableLog
            /// A count that is kept beside what it counts.
            case count
        }

        /// What it is.
        public var kind: Kind
        /// The message, where it is one.
        public var email: EmailID?
        /// Where that message is filed.
        public var copies: [FiledCopy] = []
        /// What was found, in plain words.
        public var text: String
        /// Whether it has been mended.
        public var isMended = false
    }

    /// Reads the whole store and compares it with its checksums and counts.
    ///
    /// - Parameter progress: called with the octets read and those to read.
    public func check(
        _ mode: CheckMode, progress: @escaping @Sendable (Int64, Int64) -> Void = { _, _ in }
    ) async throws -> [CheckFinding] {
        guard await maintenance.acquire() else {
            throw StorageError(.inUse, "another compaction, check or backup is running; try again when it has ended")
        }
        do {
            var findings = try await checkDatabase()
            if findings.isEmpty {
                findings += try await checkMessages(mode, progress)
                findings += try await checkCounts(mode)
            }
            await maintenance.release()
            return findings
        } catch {
            await maintenance.release()
            throw error
        }
    }

    private func checkDatabase() async throws -> [CheckFinding] {
        do {
            return try await read { transaction in
                var findings: [CheckFinding] = []
                try transaction.query("PRAGMA integrity_check(20)") { row in
                    guard row.text(0) != "ok" else { return }
                    findings.append(
                        CheckFinding(
                            kind: .database,
                            text:
                                "the database is damaged: \(row.text(0)); stop the server and run: paloma check --rebuild"
                        ))
                }
                return findings
            }
        } catch let error as StorageError where error.code == .corrupt {
            return [
                CheckFinding(
                    kind: .database,
                    text: "the database cannot be read: \(error); stop the server and run: paloma check --rebuild")
            ]
        }
    }

    private func checkMessages(
        _ mode: CheckMode, _ progress: @escaping @Sendable (Int64, Int64) -> Void
    ) async throws -> [CheckFinding] {
        let segments = segments
        let numbers = try await read { transaction in
            var numbers = Set(try segments.list())
            try transaction.query("SELECT DISTINCT segment FROM content") { numbers.insert($0.integer(0)) }
            return numbers.sorted()
        }
        let total = try numbers.reduce(Int64(0)) { $0 + (try segments.sizeIfThere($1)) }
        var findings: [CheckFinding] = []
        var done: Int64 = 0
        for number in numbers {
            let before = done
            // Before the look: a segment that grows meanwhile is longer than its row said, never shorter.
            let known = try await knownOctets(of: number)
            let survey = try await work { try SegmentSurvey(segments, number) { progress(before + $0, total) } }
            done += survey.size
            let found = findings.count
            for (email, content) in try await contents(of: number) {
                if let finding = try await check(email, content, survey, mode) { findings.append(finding) }
            }
            if let finding = try await checkRest(of: number, survey, known, hasFindings: findings.count > found, mode) {
                findings.append(finding)
            }
        }
        return findings
    }

    /// What a segment's row says of it.
    private struct KnownOctets: Sendable {
        var total: Int64
        var unreadable: Int64
    }

    private func knownOctets(of segment: Int64) async throws -> KnownOctets? {
        try await read { transaction in
            try transaction.first(
                "SELECT total, unreadable FROM segment WHERE segment = ?1", .integer(segment)
            ) { KnownOctets(total: $0.integer(0), unreadable: $0.integer(1)) }
        }
    }

    /// Records of no message that is still there can be damaged as well: those a rebuild makes accounts and mailboxes from.
    private func checkRest(
        of segment: Int64, _ survey: SegmentSurvey, _ known: KnownOctets?, hasFindings: Bool, _ mode: CheckMode
    ) async throws -> CheckFinding? {
        guard let known else { return nil }
        let missing = max(0, known.total - survey.size)
        guard missing > 0 || survey.unreadable > known.unreadable else { return nil }
        if mode == .repair {
            // What was mended may stand in this very segment, behind the damage.
            let (parts, segments) = (parts, segments)
            let mended = try await work { try SegmentSurvey(segments, segment) { _ in } }
            let (unreadable, size) = (mended.unreadable, mended.size)
            try await enqueue(.database, message: nil, isMaintenance: true) { transaction in
                try transaction.salvageAll(parts)
                try transaction.run(
                    "UPDATE segment SET unreadable = ?2, total = min(total, ?3) WHERE segment = ?1", .integer(segment),
                    .integer(unreadable), .integer(size))
                return (nil, ())
            }
        }
        guard !hasFindings else { return nil }
        return CheckFinding(
            kind: .unreadableLog,
            text: """
                \(missing + survey.unreadable - known.unreadable) octets of \(segments.path(segment)) are not what was \
                written; no message that is still there is hurt
                """, isMended: mode == .repair)
    }

    func contents(of segment: Int64) async throws -> [(EmailID, StoredOctets)] {
        try await read { transaction in
            var list: [(EmailID, StoredOctets)] = []
            try transaction.query(
                """
                SELECT email, body_offset, body_length, body_checksum FROM content WHERE segment = ?1 ORDER BY email
                """, .integer(segment)
            ) { row in
                let content = StoredOctets(
                    position: LogPosition(segment: segment, offset: row.integer(1)), count: row.integer(2),
                    checksum: UInt32(truncatingIfNeeded: row.integer(3)))
                list.append((EmailID(rawValue: row.integer(0)), content))
            }
            return list
        }
    }

    private func check(
        _ email: EmailID, _ content: StoredOctets, _ survey: SegmentSurvey, _ mode: CheckMode
    ) async throws -> CheckFinding? {
        if survey.wholeBodies[content.position.offset] == content.checksum { return nil }
        // It may have come after the survey, or have been expunged or moved since.
        guard try await read({ try $0.content(of: email) }) == content else { return nil }
        let segments = segments
        let path = segments.path(content.position.segment)
        let octets = try await work { try segments.octetsAsFarAsThere(content) }
        var checksum = Checksum()
        octets.withUnsafeReadableBytes { checksum.update($0) }
        let isWhole = Int64(octets.readableBytes) == content.count
        if isWhole, checksum.value == content.checksum, content.position.offset >= survey.size { return nil }
        var finding = CheckFinding(
            kind: .damagedMessage, email: email, copies: try await copies(of: email),
            text: "its octets at \(content.position.offset) of \(path) are not what was written")
        if !isWhole {
            finding.kind = .lostMessage
            finding.text =
                "\(content.count - Int64(octets.readableBytes)) of its \(content.count) octets are gone from \(path)"
        } else if checksum.value == content.checksum {
            finding.kind = .unreadableLog
            finding.text =
                "its octets are right, but the record around them at \(content.position.offset) of \(path) is not"
        }
        if mode == .repair {
            if octets.readableBytes > 0 {
                finding.isMended = try await rewrite(email, MessageBody(octets), ifStillAt: content)
                finding.text += finding.isMended ? "; what is there was kept" : ""
            } else {
                let discard = describing.discard
                try await change { try discard(email, $0) }
                finding.isMended = true
                finding.text += "; nothing is left of it, and its entry was removed"
            }
        }
        return finding
    }

    private func copies(of email: EmailID) async throws -> [FiledCopy] {
        let describe = describing.describe
        return try await read { try describe(email, $0).copies }
    }

    private func checkCounts(_ mode: CheckMode) async throws -> [CheckFinding] {
        let parts = parts
        let recount = describing.recount
        let wrong = try await read { try $0.wrongReferences(parts) }.map { email, counted, kept in
            CheckFinding(
                kind: .count, email: email,
                text:
                    "\(kept) references are noted for message \(QueueID(rawValue: email.rawValue)), there are \(counted)"
            )
        }
        let missing = try await read { try $0.missingContent(parts) }.map { email in
            CheckFinding(
                kind: .lostMessage, email: email,
                text: "message \(QueueID(rawValue: email.rawValue)) is filed, but its octets are not known")
        }
        var findings = wrong + missing
        if mode == .repair, !findings.isEmpty {
            let segments = segments
            try await change { transaction in
                try recount(transaction, .repair)
                try transaction.recountReferences(parts)
                try transaction.recountSegments(segments)
            }
            for index in findings.indices { findings[index].isMended = findings[index].kind == .count }
        }
        return findings
    }
}

extension SegmentFiles {
    func sizeIfThere(_ segment: Int64) throws(StorageError) -> Int64 {
        try fileIfThere(segment)?.size() ?? 0
    }

    /// Octets that are beyond the end of the file, or whose file is gone, are left out.
    func octetsAsFarAsThere(_ content: StoredOctets) throws -> ByteBuffer {
        guard let file = try fileIfThere(content.position.segment) else { return ByteBuffer() }
        let count = min(content.count, max(0, try file.size() - content.position.offset))
        return try file.read(count: Int(count), at: content.position.offset)
    }
}
