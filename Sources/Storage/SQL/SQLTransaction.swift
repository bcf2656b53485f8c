/// What a closure may do inside of a transaction; valid until the closure returns, on its thread only.
public final class SQLTransaction {
    let connection: SQLiteConnection
    /// What a rebuild of the database needs to know of this transaction; appended to the message log.
    var notes: [LogNote] = []
    /// Called when the transaction is durable.
    var actionsAfterCommit: [@Sendable () -> Void] = []
    /// Told to listeners when the transaction is durable and can be read.
    var announced: [MailChange] = []

    init(_ connection: SQLiteConnection) {
        self.connection = connection
    }

    /// Runs a statement that returns no rows. Values stand for `?1`, `?2`, …
    ///
    /// - Returns: the number of rows that it changed.
    @discardableResult
    public func run(_ sql: StaticString, _ values: SQLValue...) throws -> Int {
        try connection.run(sql, values) { _ in }
        return connection.changes
    }

    /// Hands each row of a result to the closure, in its order.
    public func query(_ sql: StaticString, _ values: SQLValue..., each: (SQLRow) throws -> Void) throws {
        try connection.run(sql, values, each: each)
    }

    /// Hands rows of a result to the closure, in their order, until it has enough.
    public func scan(_ sql: StaticString, _ values: SQLValue..., each: (SQLRow) throws -> ScanDemand) throws {
        try connection.scan(sql, values, each: each)
    }

    /// The first row of a result, mapped, or nil when there is none.
    public func first<T>(_ sql: StaticString, _ values: SQLValue..., map: (SQLRow) throws -> T) throws -> T? {
        var result: T?
        try connection.run(sql, values) { row in
            if result == nil { result = try map(row) }
        }
        return result
    }

    /// Runs the closure once this transaction is durable, on the writer's thread: it must be quick.
    public func afterCommit(_ action: @escaping @Sendable () -> Void) {
        actionsAfterCommit.append(action)
    }

    /// Tells `Store.changes` once this transaction is durable and can be read; never if it is taken back.
    package func announce(_ change: MailChange) {
        announced.append(change)
    }

    /// Tells the message log what a rebuild of the database needs to know of this transaction.
    public func note(_ note: LogNote) {
        notes.append(note)
    }

    /// Writes the rows of `table` whose `key` is `value`, or that there are none, to the message log, so that a lost
    /// database can be made anew from it. Called after every change of a row that no message's record carries.
    public func salvage(table: StaticString, key: StaticString, _ value: SQLValue) throws {
        try salvage(table: table.description, key: [LogNote.Column(name: key.description, value: value)])
    }

    /// The same for a key of several columns.
    public func salvage(table: StaticString, key: KeyValuePairs<StaticString, SQLValue>) throws {
        try salvage(
            table: table.description, key: key.map { LogNote.Column(name: $0.description, value: $1) })
    }

    func salvage(table: String, key: [LogNote.Column]) throws {
        var rows: [[LogNote.Column]] = []
        try connection.run(
            composed: "SELECT * FROM \(table) WHERE \(key.condition)", key.map(\.value)
        ) { row in
            rows.append((0..<row.count).map { LogNote.Column(name: row.name($0), value: row.value($0)) })
        }
        notes.append(.rows(table: table, key: key, rows: rows))
    }
}

extension [LogNote.Column] {
    /// That a row has this key, its values to be bound in their order.
    var condition: String {
        enumerated().map { "\($1.name) = ?\($0 + 1)" }.joined(separator: " AND ")
    }
}

/// Whether a reader of rows goes on.
public enum ScanDemand: Sendable {
    /// The next one.
    case more
    /// None any more.
    case enough
}
