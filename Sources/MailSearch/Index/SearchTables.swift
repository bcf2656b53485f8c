internal import MailCore
internal import Storage

/// The tables of `search.db` and what is asked of them.
///
/// Each account's messages have an index of their own, so that a search costs what its account has. Its messages are
/// numbered as they are indexed ("documents"); a segment has the terms of a run of documents and is never changed: small
/// ones become larger ones by merging.
enum SearchTables {
    static let form = DerivedDatabase.Form(
        name: "search.db", version: 1,
        tables: [
            // The next document's number; `epoch` changes when numbers go.
            """
            CREATE TABLE account_index (
                account INTEGER PRIMARY KEY,
                next_document BIGINT NOT NULL,
                epoch BIGINT NOT NULL
            )
            """,
            """
            CREATE TABLE document (
                account BIGINT NOT NULL,
                document BIGINT NOT NULL,
                email BIGINT NOT NULL,
                PRIMARY KEY (account, document)
            ) WITHOUT ROWID
            """,
            "CREATE UNIQUE INDEX document_by_email ON document (email, account)",
            // What SORT and THREAD compare, once per message.
            "CREATE TABLE sorting_facts (email INTEGER PRIMARY KEY, facts BLOB NOT NULL)",
            """
            CREATE TABLE segment (
                segment INTEGER PRIMARY KEY,
                account BIGINT NOT NULL,
                first_document BIGINT NOT NULL,
                last_document BIGINT NOT NULL,
                documents BIGINT NOT NULL,
                pages BIGINT NOT NULL
            )
            """,
            "CREATE INDEX segment_by_account ON segment (account, first_document)",
            // Keyed by segment and page: 20 bits for the page.
            "CREATE TABLE terms_page (page INTEGER PRIMARY KEY, octets BLOB NOT NULL)",
            "CREATE TABLE postings_page (page INTEGER PRIMARY KEY, octets BLOB NOT NULL)",
        ])

    /// One segment's row.
    struct Segment {
        let number: Int64
        let firstDocument: Int64
        let lastDocument: Int64
        let documents: Int64
        let pages: Int64

        func pageKey(_ page: Int64) -> SQLValue { .integer(number << 20 | page) }
    }

    static func segments(_ account: AccountID, in transaction: SQLTransaction) throws -> [Segment] {
        var segments: [Segment] = []
        try transaction.query(
            """
            SELECT segment, first_document, last_document, documents, pages FROM segment
            WHERE account = ?1 ORDER BY first_document
            """, .integer(account.rawValue)
        ) { row in
            segments.append(
                Segment(
                    number: row.integer(0), firstDocument: row.integer(1), lastDocument: row.integer(2),
                    documents: row.integer(3), pages: row.integer(4)))
        }
        return segments
    }

    /// The account's next document and epoch; zeros for one that has nothing indexed.
    static func state(_ account: AccountID, in transaction: SQLTransaction) throws -> (next: Int64, epoch: Int64) {
        try transaction.first(
            "SELECT next_document, epoch FROM account_index WHERE account = ?1", .integer(account.rawValue)
        ) { ($0.integer(0), $0.integer(1)) } ?? (0, 0)
    }

    static func setNextDocument(_ next: Int64, _ account: AccountID, in transaction: SQLTransaction) throws {
        try transaction.run(
            """
            INSERT INTO account_index VALUES (?1, ?2, 0)
            ON CONFLICT (account) DO UPDATE SET next_document = excluded.next_document
            """, .integer(account.rawValue), .integer(next))
    }

    static func addSegment(
        _ account: AccountID, documents: ClosedRange<Int64>, count: Int64, in transaction: SQLTransaction,
        pages: ((PageWriter.Page) throws -> Void) throws -> Void
    ) throws {
        let last = try transaction.first("SELECT max(segment) FROM segment") { $0.integer(0) } ?? 0
        let number = last + 1
        var written: Int64 = 0
        try pages { page in
            let key = SQLValue.integer(number << 20 | written)
            try transaction.run("INSERT INTO terms_page VALUES (?1, ?2)", key, .octets(page.terms))
            try transaction.run("INSERT INTO postings_page VALUES (?1, ?2)", key, .octets(page.postings))
            written += 1
        }
        try transaction.run(
            "INSERT INTO segment VALUES (?1, ?2, ?3, ?4, ?5, ?6)", .integer(number), .integer(account.rawValue),
            .integer(documents.lowerBound), .integer(documents.upperBound), .integer(count), .integer(written))
    }

    static func remove(_ segment: Segment, in transaction: SQLTransaction) throws {
        let (first, last) = (segment.pageKey(0), segment.pageKey(segment.pages))
        try transaction.run("DELETE FROM terms_page WHERE page BETWEEN ?1 AND ?2", first, last)
        try transaction.run("DELETE FROM postings_page WHERE page BETWEEN ?1 AND ?2", first, last)
        try transaction.run("DELETE FROM segment WHERE segment = ?1", .integer(segment.number))
    }
}
