public import MailCore
public import Storage

/// What a person keeps here beside mail: identities, what was submitted and what became of it, people written to, settings
/// of the webmail. Each is an object with a number and a text (JSON), of which only its owner's programs know the inside.
///
/// **States.** Each kind of object of an account has a state, a number that grows with each change; each object knows the
/// state that made it and the one that changed it last. What is gone leaves its number behind, so that a client can be told
/// what changed since a state it knows.
public struct MailSettings: Sendable {
    let store: Store

    /// In a store that was opened with `MailSettings.schema`.
    public init(store: Store) {
        self.store = store
    }

    /// What an object is.
    public enum Kind: String, Sendable, CaseIterable {
        /// As whom one writes (RFC 8621 §6).
        case identity
        /// A message that was handed in (RFC 8621 §7).
        case submission
        /// What is answered while one is away (RFC 8621 §8).
        case vacation
        /// Somebody written to.
        case knownAddress = "known_address"
        /// What the webmail remembers.
        case web
    }

    /// An object as it is kept.
    public struct Object: Sendable, Hashable {
        /// Its id, unique among those of its kind and account.
        public var id: String
        /// JSON.
        public var text: String
        /// The state that made it.
        public var made: Int64
        /// The state that changed it last.
        public var changed: Int64
    }

    /// What is different since a state.
    public struct Changes: Sendable, Hashable {
        /// Objects that were made, and are there.
        public var created: [String] = []
        /// Objects that were there and are different.
        public var updated: [String] = []
        /// Objects that were there and are gone.
        public var destroyed: [String] = []
        /// The state that this leads to.
        public var newState: Int64
        /// Whether there is more.
        public var hasMore = false
    }

    /// Octets of one object's text.
    public static let textOctetsMax = 256 << 10
    /// Objects that are gone and still known to have been, of one kind and account.
    static let goneMax: Int64 = 2000

    /// The tables of the objects, keyed by account first.
    public static let schema = SchemaPart(
        name: "mailsettings",
        versions: [
            [
                // text is null for what is gone.
                """
                CREATE TABLE account_object (
                    account BIGINT NOT NULL,
                    kind TEXT NOT NULL,
                    id TEXT NOT NULL,
                    text TEXT,
                    made BIGINT NOT NULL,
                    changed BIGINT NOT NULL,
                    PRIMARY KEY (account, kind, id)
                ) WITHOUT ROWID
                """,
                "CREATE INDEX account_object_by_change ON account_object (account, kind, changed)",
                // floor: from which state on it is known what went.
                """
                CREATE TABLE account_object_state (
                    account BIGINT NOT NULL,
                    kind TEXT NOT NULL,
                    state BIGINT NOT NULL,
                    floor BIGINT NOT NULL,
                    PRIMARY KEY (account, kind)
                ) WITHOUT ROWID
                """,
            ]
        ], salvaged: [("account_object", "account"), ("account_object_state", "account")])

    // MARK: Reading

    /// All objects of a kind, in the order of their making, with the state.
    public func list(_ kind: Kind, of account: AccountID) async throws -> (objects: [Object], state: Int64) {
        try await store.read { transaction in
            (try Self.list(kind, of: account, in: transaction), try Self.state(kind, of: account, in: transaction))
        }
    }

    /// All objects of a kind, in the order of their making.
    public static func list(
        _ kind: Kind, of account: AccountID, in transaction: SQLTransaction
    ) throws -> [Object] {
        var list: [Object] = []
        try transaction.query(
            """
            SELECT id, text, made, changed FROM account_object
            WHERE account = ?1 AND kind = ?2 AND text IS NOT NULL ORDER BY made
            """, .integer(account.rawValue), .text(kind.rawValue)
        ) { list.append(Object(id: $0.text(0), text: $0.text(1), made: $0.integer(2), changed: $0.integer(3))) }
        return list
    }

    /// One object; nil when it is not there.
    public static func object(
        _ id: String, _ kind: Kind, of account: AccountID, in transaction: SQLTransaction
    ) throws -> Object? {
        try transaction.first(
            """
            SELECT id, text, made, changed FROM account_object
            WHERE account = ?1 AND kind = ?2 AND id = ?3 AND text IS NOT NULL
            """, .integer(account.rawValue), .text(kind.rawValue), .text(id)
        ) { Object(id: $0.text(0), text: $0.text(1), made: $0.integer(2), changed: $0.integer(3)) }
    }

    /// The state of a kind: 0 before anything was made.
    public static func state(
        _ kind: Kind, of account: AccountID, in transaction: SQLTransaction
    ) throws -> Int64 {
        try transaction.first(
            "SELECT state FROM account_object_state WHERE account = ?1 AND kind = ?2", .integer(account.rawValue),
            .text(kind.rawValue)
        ) { $0.integer(0) } ?? 0
    }

    /// What is different since a state; nil when that is not known (any more).
    ///
    /// - Parameter limit: changes that are told at once, at least one.
    public func changes(
        _ kind: Kind, of account: AccountID, since state: Int64, limit: Int
    ) async throws -> Changes? {
        try await store.read { transaction in
            let floor = try transaction.first(
                "SELECT floor FROM account_object_state WHERE account = ?1 AND kind = ?2",
                .integer(account.rawValue), .text(kind.rawValue)
            ) { $0.integer(0) }
            let now = try Self.state(kind, of: account, in: transaction)
            guard state >= floor ?? 0, state <= now else { return nil }
            var changes = Changes(newState: now)
            var count = 0
            try transaction.query(
                """
                SELECT id, text IS NULL, made, changed FROM account_object
                WHERE account = ?1 AND kind = ?2 AND changed > ?3 ORDER BY changed LIMIT ?4
                """, .integer(account.rawValue), .text(kind.rawValue), .integer(state), .integer(Int64(limit) + 1)
            ) { row in
                guard count < limit else {
                    changes.hasMore = true
                    return
                }
                count += 1
                let isNew = row.integer(2) > state
                switch (row.integer(1) == 1, isNew) {
                case (true, true): break
                case (true, false): changes.destroyed.append(row.text(0))
                case (false, true): changes.created.append(row.text(0))
                case (false, false): changes.updated.append(row.text(0))
                }
                changes.newState = row.integer(3)
            }
            if !changes.hasMore { changes.newState = now }
            return changes
        }
    }

    // MARK: Changing

    /// Makes an object; its id is the number of the state.
    @discardableResult
    public static func create(
        _ text: String, _ kind: Kind, of account: AccountID, in transaction: SQLTransaction
    ) throws -> Object {
        let state = try advance(kind, of: account, in: transaction)
        return try insert("\(state)", text, kind, of: account, state, in: transaction)
    }

    /// Puts an object in its place, whether one is there or not.
    @discardableResult
    public static func put(
        _ id: String, _ text: String, _ kind: Kind, of account: AccountID, in transaction: SQLTransaction
    ) throws -> Object {
        let state = try advance(kind, of: account, in: transaction)
        guard let there = try object(id, kind, of: account, in: transaction) else {
            return try insert(id, text, kind, of: account, state, in: transaction)
        }
        try transaction.run(
            "UPDATE account_object SET text = ?4, changed = ?5 WHERE account = ?1 AND kind = ?2 AND id = ?3",
            .integer(account.rawValue), .text(kind.rawValue), .text(id), .text(text), .integer(state))
        try salvage(id, kind, of: account, in: transaction)
        return Object(id: id, text: text, made: there.made, changed: state)
    }

    /// Removes an object.
    ///
    /// - Returns: whether it was there.
    @discardableResult
    public static func remove(
        _ id: String, _ kind: Kind, of account: AccountID, in transaction: SQLTransaction
    ) throws -> Bool {
        guard try object(id, kind, of: account, in: transaction) != nil else { return false }
        let state = try advance(kind, of: account, in: transaction)
        try transaction.run(
            "UPDATE account_object SET text = NULL, changed = ?4 WHERE account = ?1 AND kind = ?2 AND id = ?3",
            .integer(account.rawValue), .text(kind.rawValue), .text(id), .integer(state))
        try salvage(id, kind, of: account, in: transaction)
        try forgetGone(kind, of: account, in: transaction)
        return true
    }

    /// Forgets all of an account that is being removed.
    public static func removeAccount(_ account: AccountID, in transaction: SQLTransaction) throws {
        let key = SQLValue.integer(account.rawValue)
        guard try transaction.run("DELETE FROM account_object_state WHERE account = ?1", key) > 0 else { return }
        try transaction.run("DELETE FROM account_object WHERE account = ?1", key)
        try transaction.salvage(table: "account_object", key: "account", key)
        try transaction.salvage(table: "account_object_state", key: "account", key)
    }

    private static func advance(
        _ kind: Kind, of account: AccountID, in transaction: SQLTransaction
    ) throws -> Int64 {
        let (account, kind) = (SQLValue.integer(account.rawValue), SQLValue.text(kind.rawValue))
        try transaction.run(
            """
            INSERT INTO account_object_state VALUES (?1, ?2, 1, 0)
            ON CONFLICT (account, kind) DO UPDATE SET state = account_object_state.state + 1
            """, account, kind)
        try transaction.salvage(table: "account_object_state", key: ["account": account, "kind": kind])
        return try transaction.first(
            "SELECT state FROM account_object_state WHERE account = ?1 AND kind = ?2", account, kind
        ) { $0.integer(0) } ?? 1
    }

    private static func insert(
        _ id: String, _ text: String, _ kind: Kind, of account: AccountID, _ state: Int64,
        in transaction: SQLTransaction
    ) throws -> Object {
        try transaction.run(
            """
            INSERT INTO account_object VALUES (?1, ?2, ?3, ?4, ?5, ?5) ON CONFLICT (account, kind, id)
            DO UPDATE SET text = excluded.text, made = excluded.made, changed = excluded.changed
            """, .integer(account.rawValue), .text(kind.rawValue), .text(id), .text(text), .integer(state))
        try salvage(id, kind, of: account, in: transaction)
        return Object(id: id, text: text, made: state, changed: state)
    }

    private static func salvage(
        _ id: String, _ kind: Kind, of account: AccountID, in transaction: SQLTransaction
    ) throws {
        try transaction.salvage(
            table: "account_object",
            key: ["account": .integer(account.rawValue), "kind": .text(kind.rawValue), "id": .text(id)])
    }

    /// Forgets those that went longest ago, beyond a limit.
    private static func forgetGone(
        _ kind: Kind, of account: AccountID, in transaction: SQLTransaction
    ) throws {
        let (owner, name) = (SQLValue.integer(account.rawValue), SQLValue.text(kind.rawValue))
        var oldest: [(id: String, changed: Int64)] = []
        try transaction.query(
            """
            SELECT id, changed FROM account_object WHERE account = ?1 AND kind = ?2 AND text IS NULL
            ORDER BY changed DESC LIMIT 100 OFFSET ?3
            """, owner, name, .integer(goneMax)
        ) { oldest.append(($0.text(0), $0.integer(1))) }
        guard let floor = oldest.map(\.changed).max() else { return }
        for gone in oldest {
            try transaction.run(
                "DELETE FROM account_object WHERE account = ?1 AND kind = ?2 AND id = ?3", owner, name,
                .text(gone.id))
            try salvage(gone.id, kind, of: account, in: transaction)
        }
        try transaction.run(
            "UPDATE account_object_state SET floor = ?3 WHERE account = ?1 AND kind = ?2", owner, name,
            .integer(floor))
        try transaction.salvage(table: "account_object_state", key: ["account": owner, "kind": name])
    }
}
