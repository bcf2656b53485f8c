internal import MailCore

/// Counts that are kept beside what they count, made anew from it.
extension SQLTransaction {
    /// Writes all rows to the log that it should have: after notes in it were damaged.
    func salvageAll(_ parts: [SchemaPart]) throws {
        for (table, key) in parts.flatMap(\.salvaged) {
            var values: [SQLValue] = []
            try connection.run(composed: "SELECT DISTINCT \(key) FROM \(table)", []) { values.append($0.value(0)) }
            for value in values { try salvage(table: table, key: [LogNote.Column(name: key, value: value)]) }
        }
    }

    /// Messages whose count of references is wrong, with what it is and what it should be.
    func wrongReferences(_ parts: [SchemaPart]) throws -> [(email: EmailID, counted: Int64, kept: Int64)] {
        guard parts.contains(where: { !$0.references.isEmpty }) else { return [] }
        var wrong: [(EmailID, Int64, Int64)] = []
        let all = parts.flatMap(\.references).joined(separator: " UNION ALL ")
        try connection.run(
            composed: """
                SELECT c.email, coalesce(r.n, 0), c.references_count FROM content AS c
                LEFT JOIN (SELECT email, count(*) AS n FROM (\(all)) GROUP BY email) AS r ON r.email = c.email
                WHERE coalesce(r.n, 0) <> c.references_count
                """, []
        ) { row in wrong.append((EmailID(rawValue: row.integer(0)), row.integer(1), row.integer(2))) }
        return wrong
    }

    /// Messages that something refers to although their octets are not known.
    func missingContent(_ parts: [SchemaPart]) throws -> [EmailID] {
        guard parts.contains(where: { !$0.references.isEmpty }) else { return [] }
        var missing: [EmailID] = []
        let all = parts.flatMap(\.references).joined(separator: " UNION ALL ")
        try connection.run(
            composed: "SELECT DISTINCT email FROM (\(all)) WHERE email NOT IN (SELECT email FROM content)", []
        ) { row in missing.append(EmailID(rawValue: row.integer(0))) }
        return missing
    }

    /// Sets each count right; messages that nothing refers to go.
    func recountReferences(_ parts: [SchemaPart]) throws {
        for (email, counted, _) in try wrongReferences(parts) {
            try run(
                "UPDATE content SET references_count = ?2 WHERE email = ?1", .integer(email.rawValue), .integer(counted)
            )
        }
        try run("DELETE FROM content WHERE references_count <= 0")
    }

    /// Octets in each segment, and those of them that something refers to.
    ///
    /// - Parameter unreadable: octets of each segment that are no records; nil where that is not known anew.
    func recountSegments(_ segments: SegmentFiles, unreadable: [Int64: Int64]? = nil) throws {
        var known = unreadable ?? [:]
        if unreadable == nil {
            try query("SELECT segment, unreadable FROM segment") { known[$0.integer(0)] = $0.integer(1) }
        }
        try run("DELETE FROM segment")
        for segment in try segments.list() {
            try run(
                """
                INSERT INTO segment SELECT ?1, ?2, coalesce(sum(record_length), 0), ?3 FROM content WHERE segment = ?1
                """, .integer(segment), .integer(try segments.file(segment).size()),
                .integer(known[segment, default: 0]))
        }
    }
}
