internal import FoundationEssentials
public import MailCore
package import SASL
public import Storage

/// The users' accounts elsewhere: how they are reached, how it goes with them, and what was fetched from them.
public struct RemoteAccounts: Sendable {
    let store: Store
    let box: SecretBox

    /// Accounts elsewhere that one account may have.
    public static let perAccountMax = 50

    /// In a store that was opened with `RemoteAccounts.schema`.
    public init(store: Store) {
        self.store = store
        box = SecretBox(folder: store.folder)
    }

    // MARK: Adding and removing

    /// Adds an account elsewhere; it is looked at at once.
    ///
    /// - Throws: `RemoteAccountsError`, `StorageError`.
    package func add(
        _ name: String, _ settings: RemoteSettings, secret: SecretBytes, to account: AccountID
    ) async throws -> RemoteAccount {
        // A number that is never given again, like a message's.
        let remote = store.reserveEmailID().rawValue
        let box = box
        let sealed = try await store.work { try box.seal(secret, of: account, remote) }
        let added = RemoteAccount(
            account: account, remote: remote, name: name, settings: settings, sealedSecret: sealed)
        let text = try Self.text(settings)
        try await store.change { transaction in
            let others = try Self.list(account, in: transaction)
            guard !others.contains(where: { $0.name == name }) else { throw RemoteAccountsError.nameTaken(name) }
            guard others.count < Self.perAccountMax else { throw RemoteAccountsError.tooMany(Self.perAccountMax) }
            try transaction.run(
                "INSERT INTO remote_account VALUES (?1, ?2, ?3, ?4, ?5)", .integer(account.rawValue), .integer(remote),
                .text(name), .text(text), .octets(sealed))
            try transaction.run(
                "INSERT INTO remote_state VALUES (?1, ?2, 0, 0, 0, '', 0, 0, 0)", .integer(account.rawValue),
                .integer(remote))
            try transaction.salvage(table: "remote_account", key: "account", .integer(account.rawValue))
        }
        return added
    }

    /// Gives an account elsewhere another password or token; it is looked at at once.
    ///
    /// - Throws: `RemoteAccountsError`, `StorageError`.
    package func setSecret(_ secret: SecretBytes, of remote: RemoteAccount) async throws {
        let box = box
        let sealed = try await store.work { try box.seal(secret, of: remote.account, remote.remote) }
        try await store.change { transaction in
            let account = SQLValue.integer(remote.account.rawValue)
            try transaction.run(
                "UPDATE remote_account SET secret = ?3 WHERE account = ?1 AND remote = ?2", account,
                .integer(remote.remote), .octets(sealed))
            try transaction.run(
                "UPDATE remote_state SET next_run = 0, failures = 0 WHERE account = ?1 AND remote = ?2", account,
                .integer(remote.remote))
            try transaction.run(
                "DELETE FROM remote_token WHERE account = ?1 AND remote = ?2", account, .integer(remote.remote))
            try transaction.salvage(table: "remote_account", key: "account", account)
        }
    }

    /// The password or token.
    ///
    /// - Throws: `RemoteAccountsError`.
    package func secret(of remote: RemoteAccount) async throws -> SecretBytes {
        let box = box
        let opened = try await store.work { try box.open(remote.sealedSecret, of: remote.account, remote.remote) }
        guard let opened else { throw RemoteAccountsError.unreadableSecret(remote.name) }
        return opened
    }

    /// Forgets an account elsewhere; the mail that came from it stays.
    public func remove(_ remote: RemoteAccount) async throws {
        try await store.change { transaction in
            let (account, number) = (SQLValue.integer(remote.account.rawValue), SQLValue.integer(remote.remote))
            try transaction.run("DELETE FROM remote_account WHERE account = ?1 AND remote = ?2", account, number)
            try transaction.run("DELETE FROM remote_state WHERE account = ?1 AND remote = ?2", account, number)
            try transaction.run("DELETE FROM remote_folder WHERE account = ?1 AND remote = ?2", account, number)
            try transaction.run("DELETE FROM remote_message WHERE account = ?1 AND remote = ?2", account, number)
            try transaction.run("DELETE FROM remote_token WHERE account = ?1 AND remote = ?2", account, number)
            try transaction.run("DELETE FROM remote_view WHERE account = ?1 AND remote = ?2", account, number)
            try transaction.salvage(table: "remote_account", key: "account", account)
            try transaction.salvage(table: "remote_folder", key: "account", account)
        }
    }

    /// Forgets all of an account that is being removed.
    public static func removeAccount(_ account: AccountID, in transaction: SQLTransaction) throws {
        let key = SQLValue.integer(account.rawValue)
        let removed = try transaction.run("DELETE FROM remote_account WHERE account = ?1", key)
        guard removed > 0 else { return }
        try transaction.run("DELETE FROM remote_state WHERE account = ?1", key)
        try transaction.run("DELETE FROM remote_folder WHERE account = ?1", key)
        try transaction.run("DELETE FROM remote_message WHERE account = ?1", key)
        try transaction.run("DELETE FROM remote_token WHERE account = ?1", key)
        try transaction.run("DELETE FROM remote_view WHERE account = ?1", key)
        try transaction.salvage(table: "remote_account", key: "account", key)
        try transaction.salvage(table: "remote_folder", key: "account", key)
    }

    // MARK: Looking

    /// Those of one account, or all, in the order of their making.
    public func list(_ account: AccountID?) async throws -> [RemoteAccount] {
        try await store.read { try Self.list(account, in: $0) }
    }

    /// One by its name.
    ///
    /// - Throws: `RemoteAccountsError.unknown`, `StorageError`.
    public func find(_ name: String, of account: AccountID) async throws -> RemoteAccount {
        guard let found = try await list(account).first(where: { $0.name == name }) else {
            throw RemoteAccountsError.unknown(name)
        }
        return found
    }

    private static func list(_ account: AccountID?, in transaction: SQLTransaction) throws -> [RemoteAccount] {
        var list: [RemoteAccount] = []
        try transaction.query(
            """
            SELECT a.account, a.remote, name, settings, secret, coalesce(next_run, 0), coalesce(last_run, 0),
                coalesce(last_success, 0), coalesce(last_error, ''), coalesce(failures, 0), coalesce(messages, 0),
                coalesce(octets, 0)
            FROM remote_account a LEFT JOIN remote_state s ON s.account = a.account AND s.remote = a.remote
            WHERE ?1 IS NULL OR a.account = ?1 ORDER BY a.account, a.remote
            """, .optional(account?.rawValue)
        ) { row in
            guard let settings = settings(row.text(3)) else { return }
            var remote = RemoteAccount(
                account: AccountID(rawValue: row.integer(0)), remote: row.integer(1), name: row.text(2),
                settings: settings, sealedSecret: row.octets(4))
            remote.state.nextRun = row.integer(5)
            remote.state.lastRun = row.integer(6)
            remote.state.lastSuccess = row.integer(7)
            remote.state.lastError = row.text(8)
            remote.state.failures = row.integer(9)
            remote.state.messages = row.integer(10)
            remote.state.octets = row.integer(11)
            list.append(remote)
        }
        return list
    }

    // MARK: How it goes

    /// Writes down how a run went. What is lost with a power cut costs another run.
    public func setState(_ state: RemoteAccount.State, of remote: RemoteAccount) async throws {
        try await store.change(.written) { transaction in
            guard try Self.isThere(remote.account, remote.remote, in: transaction) else { return }
            try transaction.run(
                "INSERT OR REPLACE INTO remote_state VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
                .integer(remote.account.rawValue), .integer(remote.remote), .integer(state.nextRun),
                .integer(state.lastRun), .integer(state.lastSuccess), .text(state.lastError), .integer(state.failures),
                .integer(state.messages), .integer(state.octets))
        }
    }

    static func isThere(_ account: AccountID, _ remote: Int64, in transaction: SQLTransaction) throws -> Bool {
        try transaction.first(
            "SELECT 1 FROM remote_account WHERE account = ?1 AND remote = ?2", .integer(account.rawValue),
            .integer(remote)
        ) { _ in true } ?? false
    }

    private static func text(_ settings: RemoteSettings) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        return String(decoding: try encoder.encode(settings), as: UTF8.self)
    }

    private static func settings(_ text: String) -> RemoteSettings? {
        try? JSONDecoder().decode(RemoteSettings.self, from: Data(text.utf8))
    }
}
