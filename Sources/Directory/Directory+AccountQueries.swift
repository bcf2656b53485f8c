public import MailCore
internal import Storage

extension Directory {
    /// An account by its address.
    ///
    /// - Throws: `DirectoryError`, `StorageError`.
    public func account(_ address: EmailAddress) async throws -> AccountSummary {
        try await store.read { try $0.summary(of: try $0.requireAccount(address)) }
    }

    /// An account by its number; nil when it was removed.
    ///
    /// - Throws: `StorageError`.
    public func account(_ id: AccountID) async throws -> AccountSummary? {
        try await store.read { transaction in
            do {
                return try transaction.summary(of: id)
            } catch DirectoryError.unknownAccount {
                return nil
            }
        }
    }

    /// All accounts, or those of one domain, in the order of their addresses; `reachedBy` is left empty.
    ///
    /// - Throws: `DirectoryError`, `StorageError`.
    public func accounts(in domain: Domain? = nil) async throws -> [AccountSummary] {
        try await store.read { transaction in
            let id = try domain.map { try transaction.requireDomain($0).id }
            var accounts: [AccountSummary] = []
            try transaction.query(
                """
                SELECT c.id, c.address, c.name, c.state, c.role, c.quota_bytes, c.language, c.created
                FROM address a JOIN account c ON c.id = a.object_id
                WHERE a.kind = 1 AND (?1 IS NULL OR a.domain_id = ?1) ORDER BY a.domain_id, a.lookup_key
                """, .optional(id)
            ) { accounts.append(AccountSummary($0, reachedBy: [])) }
            return accounts
        }
    }
}

extension SQLTransaction {
    /// The account whose address this is.
    func requireAccount(_ address: EmailAddress) throws -> AccountID {
        guard let row = try self.address(address.lookupKey), case .account(let id, _) = row.object else {
            throw DirectoryError.unknownAccount(address.written)
        }
        return id
    }

    /// All that is shown of an account.
    func summary(of id: AccountID) throws -> AccountSummary {
        let found = try first(
            """
            SELECT id, address, name, state, role, quota_bytes, language, created FROM account WHERE id = ?1
            """, .integer(id.rawValue)
        ) { AccountSummary($0, reachedBy: []) }
        guard var summary = found else { throw DirectoryError.unknownAccount("number \(id.rawValue)") }
        if let address = EmailAddress(summary.address) {
            summary.reachedBy = try naming(address.lookupKey).map(\.owner)
        }
        return summary
    }
}

extension AccountSummary {
    fileprivate init(_ row: SQLRow, reachedBy: [String]) {
        self.init(
            id: row.integer(0), address: row.text(1), name: row.text(2),
            state: AccountState(rawValue: row.integer(3)) ?? .disabled,
            role: AccountRole(rawValue: row.integer(4)) ?? .user, quotaBytes: row.integer(5), language: row.text(6),
            createdSeconds: row.integer(7), reachedBy: reachedBy)
    }
}
