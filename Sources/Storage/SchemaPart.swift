/// The tables of one module, in each version that there ever was.
public struct SchemaPart: Sendable {
    /// The module's name, as `schema` keeps it.
    public let name: String
    /// The statements that lead from each version to the next; the first entry makes the tables.
    public let versions: [[String]]
    /// Queries whose rows are the numbers of messages, once for each reference to one.
    let references: [String]
    /// Tables whose rows go into the log, each with the column under which they do.
    let salvaged: [(table: String, key: String)]

    /// Statements in plain SQL, each without a final semicolon.
    ///
    /// - Parameter references: queries whose rows are the e-mail ids that the module's tables refer to, once for each
    ///   reference, so that a check can count them.
    /// - Parameter salvaged: tables whose rows are noted by `SQLTransaction.salvage`, each with its key.
    public init(
        name: String, versions: [[String]], references: [String] = [], salvaged: [(table: String, key: String)] = []
    ) {
        self.name = name
        self.versions = versions
        self.references = references
        self.salvaged = salvaged
    }

    /// Storage's own tables.
    static let storage = SchemaPart(
        name: "storage",
        versions: [
            [
                // One row: how far the log is applied, and the next message's number.
                """
                CREATE TABLE log_state (
                    id INTEGER PRIMARY KEY,
                    applied_segment BIGINT NOT NULL,
                    applied_offset BIGINT NOT NULL,
                    next_email BIGINT NOT NULL
                )
                """,
                "INSERT INTO log_state VALUES (1, 1, 0, 1)",
                // Octets of records in a segment, those of records that something refers to, and those that are known to
                // be no records: writes that were cut off, and damage that was mended.
                """
                CREATE TABLE segment (
                    segment INTEGER PRIMARY KEY,
                    total BIGINT NOT NULL,
                    live BIGINT NOT NULL,
                    unreadable BIGINT NOT NULL DEFAULT 0
                )
                """,
                // Where a message's octets stand, and how many copies and queue entries refer to them.
                """
                CREATE TABLE content (
                    email INTEGER PRIMARY KEY,
                    segment BIGINT NOT NULL,
                    body_offset BIGINT NOT NULL,
                    body_length BIGINT NOT NULL,
                    body_checksum BIGINT NOT NULL,
                    record_length BIGINT NOT NULL,
                    references_count BIGINT NOT NULL
                )
                """,
                "CREATE INDEX content_by_segment ON content (segment, email)",
            ]
        ])
}
