public import MailCore
internal import Storage

/// What a new account begins with.
public struct NewAccount: Sendable, Hashable {
    /// Its address and login name.
    public var address: EmailAddress
    /// The person's name.
    public var name = ""
    /// The most its messages may take; 0 for no limit.
    public var quotaBytes: Int64 = 0
    /// A language tag, or empty.
    public var language = ""
    /// What it may do.
    public var role = AccountRole.user

    /// An account of a user, without a quota.
    public init(address: EmailAddress) {
        self.address = address
    }
}

extension Directory {
    /// Makes an account with its mailboxes.
    ///
    /// - Throws: `DirectoryError`, `StorageError`, and what the hook throws.
    @discardableResult
    public func addAccount(_ account: NewAccount, password: Password) async throws -> AccountSummary {
        guard account.quotaBytes >= 0 else { throw DirectoryError.badQuota(account.quotaBytes) }
        try checkText(account.name)
        try checkText(account.language)
        // Before the password is hashed: that takes its time.
        try await store.read { transaction in
            _ = try transaction.requireDomain(account.address.domain)
            if let there = try transaction.address(account.address.lookupKey) {
                throw DirectoryError.addressExists(account.address, there.kind)
            }
        }
        let secrets = try await secrets(of: password, for: account.address)
        let now = clock.wallSeconds()
        let hooks = hooks
        return try await change { transaction in
            let domain = try transaction.requireDomain(account.address.domain)
            let number = try transaction.allocate(.account)
            try transaction.enter(account.address, in: domain, kind: .account, object: number)
            let id = SQLValue.integer(number)
            try transaction.run(
                """
                INSERT INTO account
                    (id, address, name, password_hash, scram, quota_bytes, state, role, language, created)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0, ?7, ?8, ?9)
                """, id, .text(account.address.written), .text(account.name), .text(secrets.argon2),
                .text(secrets.scram.stored), .integer(account.quotaBytes), .integer(account.role.rawValue),
                .text(account.language), .integer(now))
            try transaction.salvage(table: "account", key: "id", id)
            try hooks.accountCreated(AccountID(rawValue: number), transaction)
            return try transaction.summary(of: try transaction.requireAccount(account.address))
        }
    }

    /// Removes an account with its mail, and takes its address out of all aliases and lists.
    ///
    /// - Throws: `DirectoryError`, `StorageError`, and what the hook throws.
    @discardableResult
    public func removeAccount(_ address: EmailAddress) async throws -> Removal {
        let remover = remover
        return try await change { transaction in
            _ = try transaction.requireAccount(address)
            var removed = Removal()
            try remover.remove(address.lookupKey, in: transaction, noting: &removed)
            return removed
        }
    }

    /// Gives an account another address; its mail and its number stay, and aliases and lists follow.
    ///
    /// - Throws: `DirectoryError`, `StorageError`.
    @discardableResult
    public func renameAccount(_ address: EmailAddress, to newAddress: EmailAddress) async throws -> AccountSummary {
        try await changeAccount(address) { transaction, account in
            let domain = try transaction.requireDomain(newAddress.domain)
            try transaction.strike(address)
            try transaction.enter(newAddress, in: domain, kind: .account, object: account.rawValue)
            try transaction.run(
                "UPDATE account SET address = ?2 WHERE id = ?1", .integer(account.rawValue), .text(newAddress.written))
            if newAddress.lookupKey != address.lookupKey {
                try transaction.rewriteTargets(address.lookupKey, to: newAddress)
                try transaction.rewriteSettings(address.lookupKey, to: newAddress)
            }
        }
    }

    /// Gives an account another password, which logs out all browsers; app passwords stay.
    ///
    /// - Parameter session: the browser that stays logged in, if any.
    /// - Throws: `DirectoryError`, `StorageError`.
    @discardableResult
    public func setPassword(
        _ address: EmailAddress, to password: Password, keeping session: Int64? = nil
    ) async throws -> AccountSummary {
        _ = try await store.read { try $0.requireAccount(address) }
        let secrets = try await secrets(of: password, for: address)
        return try await changeAccount(address) { transaction, account in
            try transaction.closeWebSessions(of: account, except: session)
            try transaction.run(
                "UPDATE account SET password_hash = ?2, scram = ?3 WHERE id = ?1", .integer(account.rawValue),
                .text(secrets.argon2), .text(secrets.scram.stored))
        }
    }

    /// Enables or disables an account: a disabled one gets no mail and cannot log in; what it has stays.
    ///
    /// - Throws: `DirectoryError`, `StorageError`.
    @discardableResult
    public func setState(_ address: EmailAddress, to state: AccountState) async throws -> AccountSummary {
        try await changeAccount(address) { transaction, account in
            try transaction.run(
                "UPDATE account SET state = ?2 WHERE id = ?1", .integer(account.rawValue), .integer(state.rawValue))
        }
    }

    /// Says how much the messages of an account may take; 0 for no limit.
    ///
    /// - Throws: `DirectoryError`, `StorageError`.
    @discardableResult
    public func setQuota(_ address: EmailAddress, toBytes bytes: Int64) async throws -> AccountSummary {
        guard bytes >= 0 else { throw DirectoryError.badQuota(bytes) }
        return try await changeAccount(address) { transaction, account in
            try transaction.run(
                "UPDATE account SET quota_bytes = ?2 WHERE id = ?1", .integer(account.rawValue), .integer(bytes))
        }
    }

    /// Says what an account may do.
    ///
    /// - Throws: `DirectoryError`, `StorageError`.
    @discardableResult
    public func setRole(_ address: EmailAddress, to role: AccountRole) async throws -> AccountSummary {
        try await changeAccount(address) { transaction, account in
            try transaction.run(
                "UPDATE account SET role = ?2 WHERE id = ?1", .integer(account.rawValue), .integer(role.rawValue))
        }
    }

    /// Sets the person's name and language.
    ///
    /// - Throws: `DirectoryError`, `StorageError`.
    @discardableResult
    public func setProfile(_ address: EmailAddress, name: String, language: String) async throws -> AccountSummary {
        try checkText(name)
        try checkText(language)
        return try await changeAccount(address) { transaction, account in
            try transaction.run(
                "UPDATE account SET name = ?2, language = ?3 WHERE id = ?1", .integer(account.rawValue), .text(name),
                .text(language))
        }
    }

    private func changeAccount(
        _ address: EmailAddress, _ body: @escaping @Sendable (SQLTransaction, AccountID) throws -> Void
    ) async throws -> AccountSummary {
        let logins = logins
        return try await change { transaction in
            let account = try transaction.requireAccount(address)
            try body(transaction, account)
            try transaction.salvage(table: "account", key: "id", .integer(account.rawValue))
            transaction.afterCommit { logins.forget(account) }
            return try transaction.summary(of: account)
        }
    }

    private func secrets(of password: Password, for address: EmailAddress) async throws -> PasswordSecrets {
        let prepared = try PasswordPolicy.check(password, for: address, limits: limits)
        do {
            return try await hasher.secrets(of: prepared)
        } catch {
            switch error {
            case .busy: throw DirectoryError.busy
            case .noMemory: throw DirectoryError.noMemoryForHash
            }
        }
    }
}
