public import MailCore
internal import Storage

/// A password for one program, as commands and pages show it.
public struct AppPasswordSummary: Sendable, Hashable, Codable {
    /// Its number.
    public var id: Int64
    /// What its owner calls it.
    public var name: String
    /// Seconds since 1970.
    public var createdSeconds: Int64
    /// When it was used last, give or take `DirectoryLimits.lastUseSeconds`; nil: never.
    public var lastUsedSeconds: Int64?
}

/// Passwords for programs: each for one, so that it can be taken back without the others.
extension Directory {
    /// Those of an account, in the order of their making.
    ///
    /// - Throws: `StorageError`.
    public func appPasswords(of account: AccountID) async throws -> [AppPasswordSummary] {
        try await store.read { try $0.appPasswords(of: account) }
    }

    /// Makes one; the password is to be shown once.
    ///
    /// - Throws: `DirectoryError`, `StorageError`.
    public func addAppPassword(
        named name: String, to account: AccountID
    ) async throws -> (summary: AppPasswordSummary, password: Password) {
        try checkText(name)
        let (code, now, most) = (GeneratedCode(), clock.wallSeconds(), limits.appPasswordsMax)
        let summary = try await store.change { transaction in
            _ = try transaction.summary(of: account)
            guard try transaction.appPasswords(of: account).count < most else {
                throw DirectoryError.tooManyAppPasswords(limit: most)
            }
            let id = try transaction.allocate(.appPassword)
            let hash = code.hash(of: account.rawValue, key: try transaction.ensureCredentialKey())
            try transaction.run(
                "INSERT INTO app_password VALUES (?1, ?2, ?3, ?4, ?5, 0)", .integer(id), .integer(account.rawValue),
                .text(name), .octets(hash), .integer(now))
            try transaction.salvage(table: "app_password", key: "id", .integer(id))
            return AppPasswordSummary(id: id, name: name, createdSeconds: now)
        }
        return (summary, code.password)
    }

    /// Takes one back: it logs in nowhere from here on.
    ///
    /// - Throws: `DirectoryError.unknownAppPassword`, `StorageError`.
    public func removeAppPassword(_ id: Int64, of account: AccountID) async throws {
        let logins = logins
        try await store.change { transaction in
            let removed = try transaction.run(
                "DELETE FROM app_password WHERE id = ?1 AND account = ?2", .integer(id), .integer(account.rawValue))
            guard removed > 0 else { throw DirectoryError.unknownAppPassword("\(id)") }
            try transaction.salvage(table: "app_password", key: "id", .integer(id))
            transaction.afterCommit { logins.forget(account) }
        }
    }

    /// Notes that one was used; losing that harms nobody.
    func noteUse(of id: Int64) async {
        let (now, grain) = (clock.wallSeconds(), limits.lastUseSeconds)
        let isRecent = try? await store.read { transaction in
            try transaction.first("SELECT last_used FROM app_password WHERE id = ?1", .integer(id)) {
                $0.integer(0) > now - grain
            }
        }
        guard isRecent != true else { return }
        try? await store.change(.written) { transaction in
            _ = try transaction.run(
                "UPDATE app_password SET last_used = ?2 WHERE id = ?1", .integer(id), .integer(now))
        }
    }
}

extension SQLTransaction {
    fileprivate func appPasswords(of account: AccountID) throws -> [AppPasswordSummary] {
        var list: [AppPasswordSummary] = []
        try query(
            "SELECT id, name, created, last_used FROM app_password WHERE account = ?1 ORDER BY id",
            .integer(account.rawValue)
        ) { row in
            list.append(
                AppPasswordSummary(
                    id: row.integer(0), name: row.text(1), createdSeconds: row.integer(2),
                    lastUsedSeconds: row.integer(3) == 0 ? nil : row.integer(3)))
        }
        return list
    }

    /// The number of the account's app password that a code is.
    func appPassword(_ code: GeneratedCode, of account: AccountID) throws -> Int64? {
        guard let key = try credentialKey() else { return nil }
        return try first(
            "SELECT id FROM app_password WHERE hash = ?1 AND account = ?2",
            .octets(code.hash(of: account.rawValue, key: key)), .integer(account.rawValue)
        ) { $0.integer(0) }
    }

    /// The key of the hashes of generated codes; nil until the first is made.
    func credentialKey() throws -> [UInt8]? {
        try first("SELECT value FROM directory_setting WHERE name = 'credential_key'") {
            Sodium.octets(base64: $0.text(0))
        } ?? nil
    }

    /// The same, made when it is not there.
    func ensureCredentialKey() throws -> [UInt8] {
        if let key = try credentialKey() { return key }
        let key = Sodium.randomOctets(32)
        try run(
            "INSERT INTO directory_setting (name, value) VALUES ('credential_key', ?1)",
            .text(key.withUnsafeBytes(Sodium.base64)))
        try salvage(table: "directory_setting", key: "name", "credential_key")
        return key
    }

    /// For an account that is removed.
    func forgetCredentials(_ account: AccountID) throws {
        for password in try appPasswords(of: account) {
            try run("DELETE FROM app_password WHERE id = ?1", .integer(password.id))
            try salvage(table: "app_password", key: "id", .integer(password.id))
        }
        try closeWebSessions(of: account, except: nil)
        let removed = try run("DELETE FROM second_factor WHERE account = ?1", .integer(account.rawValue))
        if removed > 0 { try salvage(table: "second_factor", key: "account", .integer(account.rawValue)) }
    }
}
