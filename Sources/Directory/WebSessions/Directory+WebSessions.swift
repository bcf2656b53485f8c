public import MailCore
internal import Storage

/// A browser that is logged in, as commands and pages show it.
public struct WebSessionSummary: Sendable, Hashable, Codable {
    /// Its number.
    public var id: Int64
    /// When it logged in, in seconds since 1970.
    public var madeSeconds: Int64
    /// When it was seen last, give or take `DirectoryLimits.lastUseSeconds`.
    public var seenSeconds: Int64
    /// From where it logged in.
    public var peer: String
    /// What it called itself.
    public var agent: String
}

/// Browsers that are logged in. A session ends by itself when it is not used or has become old, when its owner or the
/// postmaster ends it, and with the account's password.
extension Directory {
    /// How long a session lasts at most.
    package var webSessionSecondsMax: Int64 { limits.webSessionSecondsMax }

    /// Logs a browser in.
    ///
    /// - Throws: `DirectoryError`, `StorageError`.
    package func openWebSession(
        for account: AccountID, peer: String, agent: String
    ) async throws -> (id: Int64, token: SessionToken) {
        let (token, now, limits) = (SessionToken(), clock.wallSeconds(), limits)
        let (peer, agent) = (Self.cut(peer), Self.cut(agent))
        let id = try await store.change { transaction in
            _ = try transaction.summary(of: account)
            try transaction.dropOldWebSessions(of: account, limits, at: now)
            let id = try transaction.allocate(.webSession)
            try transaction.run(
                "INSERT INTO web_session VALUES (?1, ?2, ?3, ?4, ?4, ?5, ?6)", .integer(id),
                .integer(account.rawValue), .octets(token.hash), .integer(now), .text(peer), .text(agent))
            return id
        }
        return (id, token)
    }

    /// Who a browser is; nil when its session has ended.
    ///
    /// - Throws: `StorageError`.
    package func webSession(_ token: SessionToken) async throws -> ProvenLogin? {
        let key = logins.key(name: "web session", password: token.text)
        if let known = logins.login(key, nowSeconds: clock.monotonicSeconds()) { return known }
        let generation = logins.generation
        let (now, limits) = (clock.wallSeconds(), limits)
        guard let found = try await store.read({ try $0.webSession(token, limits, at: now) }) else { return nil }
        if found.seen <= now - limits.lastUseSeconds {
            try? await store.change(.written) { transaction in
                _ = try transaction.run(
                    "UPDATE web_session SET seen = ?2 WHERE id = ?1", .integer(found.id), .integer(now))
            }
        }
        let login = ProvenLogin(account: found.account, means: .session(found.id))
        logins.keep(login, for: key, of: generation, nowSeconds: clock.monotonicSeconds())
        return login
    }

    /// The sessions of an account, the one seen last first.
    ///
    /// - Throws: `StorageError`.
    public func webSessions(of account: AccountID) async throws -> [WebSessionSummary] {
        let (now, limits) = (clock.wallSeconds(), limits)
        return try await store.read { transaction in
            var list: [WebSessionSummary] = []
            try transaction.query(
                """
                SELECT id, made, seen, peer, agent FROM web_session
                WHERE account = ?1 AND seen > ?2 AND made > ?3 ORDER BY seen DESC, id DESC
                """, .integer(account.rawValue), .integer(now - limits.webSessionIdleSeconds),
                .integer(now - limits.webSessionSecondsMax)
            ) { row in
                list.append(
                    WebSessionSummary(
                        id: row.integer(0), madeSeconds: row.integer(1), seenSeconds: row.integer(2),
                        peer: row.text(3), agent: row.text(4)))
            }
            return list
        }
    }

    /// Ends one session.
    ///
    /// - Returns: whether there was one.
    /// - Throws: `StorageError`.
    @discardableResult
    public func closeWebSession(_ id: Int64, of account: AccountID) async throws -> Bool {
        let logins = logins
        return try await store.change { transaction in
            let removed = try transaction.run(
                "DELETE FROM web_session WHERE id = ?1 AND account = ?2", .integer(id), .integer(account.rawValue))
            transaction.afterCommit { logins.forget(account) }
            return removed > 0
        }
    }

    /// Ends all sessions of an account.
    ///
    /// - Returns: how many.
    /// - Throws: `StorageError`.
    @discardableResult
    public func closeWebSessions(of account: AccountID) async throws -> Int {
        let logins = logins
        return try await store.change { transaction in
            transaction.afterCommit { logins.forget(account) }
            return try transaction.closeWebSessions(of: account, except: nil)
        }
    }

    /// What a client says of itself is kept up to a length.
    private static func cut(_ text: String) -> String {
        String(text.unicodeScalars.filter { $0.value >= 0x20 && $0.value != 0x7F }.prefix(200).map(Character.init))
    }
}

/// What the store knows of a session.
private struct WebSessionRow {
    var id: Int64
    var seen: Int64
    var account: AuthenticatedAccount
}

extension SQLTransaction {
    fileprivate func webSession(
        _ token: SessionToken, _ limits: DirectoryLimits, at now: Int64
    ) throws -> WebSessionRow? {
        try first(
            """
            SELECT s.id, s.seen, s.account, c.address FROM web_session s JOIN account c ON c.id = s.account
            WHERE s.token_hash = ?1 AND s.seen > ?2 AND s.made > ?3 AND c.state = 0
            """, .octets(token.hash), .integer(now - limits.webSessionIdleSeconds),
            .integer(now - limits.webSessionSecondsMax)
        ) { row in
            guard let address = EmailAddress(row.text(3)) else { return nil }
            return WebSessionRow(
                id: row.integer(0), seen: row.integer(1),
                account: AuthenticatedAccount(id: AccountID(rawValue: row.integer(2)), address: address))
        } ?? nil
    }

    fileprivate func dropOldWebSessions(of account: AccountID, _ limits: DirectoryLimits, at now: Int64) throws {
        try run(
            """
            DELETE FROM web_session WHERE account = ?1 AND (seen <= ?2 OR made <= ?3 OR id NOT IN (
                SELECT id FROM web_session WHERE account = ?1 ORDER BY seen DESC, id DESC LIMIT ?4))
            """, .integer(account.rawValue), .integer(now - limits.webSessionIdleSeconds),
            .integer(now - limits.webSessionSecondsMax), .integer(Int64(max(0, limits.webSessionsMax - 1))))
    }

    /// Ends the sessions of an account but one.
    @discardableResult
    func closeWebSessions(of account: AccountID, except session: Int64?) throws -> Int {
        try run(
            "DELETE FROM web_session WHERE account = ?1 AND id <> ?2", .integer(account.rawValue),
            .integer(session ?? -1))
    }
}
