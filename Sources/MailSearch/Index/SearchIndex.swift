internal import InternetMessage
internal import MailCore
internal import Storage

/// What is asked of `search.db` and what is done to it. All of it blocks.
struct SearchIndex: Sendable {
    let database: DerivedDatabase

    // MARK: Asking

    /// Documents that may have a text, and whether they do for sure.
    struct Candidates: Sendable {
        let documents: BitSet
        let isDecided: Bool
    }

    func candidates(_ text: SearchText, _ account: AccountID) throws -> Candidates {
        try database.read { transaction in
            let capacity = Int(try SearchTables.state(account, in: transaction).next)
            let query = IndexQuery(account: account, transaction: transaction)
            var found = BitSet(all: capacity)
            if !text.needle.patterns.isEmpty {
                found = try query.documents(text.needle.patterns, in: text.scope.zones, capacity: capacity)
            }
            guard let field = text.scope.fieldTerm, !text.isDecidedByZone else {
                return Candidates(documents: found, isDecided: text.needle.isDecidedByTerms)
            }
            let name = Needle(folded: field)
            found.formIntersection(
                try query.documents(
                    name.isDecidedByTerms ? [TermPattern(field, begins: true, ends: true)] : name.patterns,
                    in: .fieldNames, capacity: capacity))
            return Candidates(documents: found, isDecided: name.isDecidedByTerms && text.needle.octets.isEmpty)
        }
    }

    /// Numbers of an account's documents.
    struct Numbers {
        /// Ascending by message.
        var documents: [(email: Int64, document: Int32)] = []
        /// The next document's.
        var next: Int64
        /// Numbers of another epoch are void.
        var epoch: Int64
    }

    /// The numbers from `first` up, or all if the epoch is another; and those of some messages.
    func numbers(of account: AccountID, from first: Int64, in epoch: Int64, and emails: ArraySlice<Int64>) throws
        -> Numbers
    {
        try database.read { transaction in
            let state = try SearchTables.state(account, in: transaction)
            var numbers = Numbers(next: state.next, epoch: state.epoch)
            let isAll = epoch != state.epoch || emails.count > Self.lookupsMax
            try transaction.query(
                "SELECT email, document FROM document WHERE account = ?1 AND document >= ?2",
                .integer(account.rawValue), .integer(isAll ? 0 : first)
            ) { numbers.documents.append(($0.integer(0), Int32(truncatingIfNeeded: $0.integer(1)))) }
            for email in isAll ? [] : emails {
                try transaction.query(
                    "SELECT document FROM document WHERE email = ?1 AND account = ?2", .integer(email),
                    .integer(account.rawValue)
                ) { numbers.documents.append((email, Int32(truncatingIfNeeded: $0.integer(0)))) }
            }
            numbers.documents.sort { $0.email < $1.email }
            return numbers
        }
    }

    /// More messages than these are looked up together, by reading all.
    private static let lookupsMax = 512

    func state(_ account: AccountID) throws -> (next: Int64, epoch: Int64) {
        try database.read { try SearchTables.state(account, in: $0) }
    }

    /// What is compared of messages, as far as it is there, each handed over by its place in `emails`.
    func forEachFacts(_ emails: [EmailID], _ body: (Int, SortingFacts) -> Void) throws {
        try database.read { transaction in
            for (place, email) in emails.enumerated() {
                try transaction.query(
                    "SELECT facts FROM sorting_facts WHERE email = ?1", .integer(email.rawValue)
                ) { row in row.withOctets(0) { body(place, SortingFacts(decoding: $0)) } }
            }
        }
    }

    // MARK: Indexing

    /// A message to be indexed, its octets nil where they cannot be read.
    struct NewDocument {
        let email: EmailID
        let prefix: [UInt8]
        let octets: [UInt8]?
    }

    /// Adds messages of an account that it does not have. Ascending by number they make the best use of space.
    func add(_ new: [NewDocument], to account: AccountID) throws {
        guard !new.isEmpty else { return }
        var builder = SegmentBuilder()
        var facts: [(EmailID, [UInt8])] = []
        for document in new {
            (document.octets ?? []).withUnsafeBytes { octets in
                let message = ParsedMessage(parsing: octets)
                MessageText(prefix: document.prefix, octets: octets).add(to: &builder, message)
                facts.append((document.email, SortingFacts(message, in: octets).encoded()))
            }
            builder.endDocument()
        }
        try database.change { transaction in
            let first = try SearchTables.state(account, in: transaction).next
            for (place, fact) in facts.enumerated() {
                try transaction.run(
                    "INSERT INTO document VALUES (?1, ?2, ?3)", .integer(account.rawValue),
                    .integer(first + Int64(place)), .integer(fact.0.rawValue))
                try transaction.run(
                    "INSERT INTO sorting_facts VALUES (?1, ?2) ON CONFLICT (email) DO NOTHING",
                    .integer(fact.0.rawValue), .octets(fact.1))
            }
            let next = first + Int64(new.count)
            try SearchTables.setNextDocument(next, account, in: transaction)
            try SearchTables.addSegment(
                account, documents: first...(next - 1), count: Int64(new.count), in: transaction, pages: builder.finish)
            while let due = SegmentMerge.due(try SearchTables.segments(account, in: transaction)) {
                try SegmentMerge(account: account, segments: Array(due), transaction: transaction).run()
            }
        }
    }

    /// Which of the messages the account's index does not have.
    func missing(_ emails: [EmailID], _ account: AccountID) throws -> [EmailID] {
        try database.read { transaction in
            try emails.filter { email in
                try transaction.first(
                    "SELECT 1 FROM document WHERE email = ?1 AND account = ?2", .integer(email.rawValue),
                    .integer(account.rawValue)
                ) { _ in true } == nil
            }
        }
    }

    /// A page of what is indexed, ascending by message and account.
    func page(
        behind last: (email: Int64, account: Int64), count: Int64
    ) throws -> [(email: Int64, account: Int64)] {
        try database.read { transaction in
            var page: [(email: Int64, account: Int64)] = []
            try transaction.query(
                """
                SELECT email, account FROM document WHERE (email, account) > (?1, ?2) ORDER BY email, account LIMIT ?3
                """, .integer(last.email), .integer(last.account), .integer(count)
            ) { page.append(($0.integer(0), $0.integer(1))) }
            return page
        }
    }

    /// Forgets messages that their accounts no longer have: what is known of them goes at once, their terms with the next
    /// merge, which is made here where a segment has lost a quarter of its documents.
    func forget(_ gone: [(email: Int64, account: Int64)]) throws {
        try database.change { transaction in
            for row in gone {
                try transaction.run(
                    "DELETE FROM document WHERE email = ?1 AND account = ?2", .integer(row.email),
                    .integer(row.account))
                try transaction.run(
                    """
                    DELETE FROM sorting_facts
                    WHERE email = ?1 AND NOT EXISTS (SELECT 1 FROM document WHERE document.email = ?1)
                    """, .integer(row.email))
            }
            for account in Set(gone.map(\.account)) {
                try transaction.run(
                    "UPDATE account_index SET epoch = epoch + 1 WHERE account = ?1", .integer(account))
                try tidy(AccountID(rawValue: account), transaction)
            }
        }
    }

    private func tidy(_ account: AccountID, _ transaction: SQLTransaction) throws {
        for segment in try SearchTables.segments(account, in: transaction) {
            let live = try transaction.first(
                "SELECT count(*) FROM document WHERE account = ?1 AND document BETWEEN ?2 AND ?3",
                .integer(account.rawValue), .integer(segment.firstDocument), .integer(segment.lastDocument)
            ) { $0.integer(0) }
            guard let live, live * 4 <= segment.documents * 3 else { continue }
            try SegmentMerge(account: account, segments: [segment], transaction: transaction).run()
        }
    }

    /// How much there is.
    struct Size: Sendable, Equatable {
        /// Messages, counted once for each account that has them.
        var documents: Int64
        /// Runs of documents with terms of their own.
        var segments: Int64
    }

    func size() throws -> Size {
        try database.read { transaction in
            try transaction.first("SELECT (SELECT count(*) FROM document), (SELECT count(*) FROM segment)") {
                Size(documents: $0.integer(0), segments: $0.integer(1))
            } ?? Size(documents: 0, segments: 0)
        }
    }
}
