/// The tables of one module, in each version that there ever was.
public struct SchemaPart: Sendable {
    /// The module's name, as `schema` keeps it.
    public let name: String
    /// The statements that lead from each version to the next; the first entry makes the tables.
    public let versions: [[String]]

    /// Statements in plain SQL, each without a final semicolon.
    public init(name: String, versions: [[String]]) {
        self.name = name
        self.versions = versions
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
                // Octets of records in a segment, and those of records that something refers to.
                """
                CREATE TABLE segment (
                    segment INTEGER PRIMARY KEY,
                    total BIGINT NOT NULL,
                    live BIGINT NOT NULL
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
            ]
        ])
}
