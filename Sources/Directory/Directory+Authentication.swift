internal import MailCore
internal import Storage

extension Directory {
    /// Whether the password is the account's own or one of its app passwords. Takes as long for a name that nobody has as
    /// for a wrong password. Where a second factor is wanted the account's own password alone is refused.
    ///
    /// - Parameter user: the account's address, or its local part in the primary domain.
    public func verify(user: String, password: Password) async -> AuthenticationResult {
        switch await prove(user: user, password: password) {
        case .accepted(let login): .accepted(login.account)
        case .codeNeeded, .refused: .refused
        case .unavailable: .unavailable
        }
    }

    /// The same, telling by which means; `codeNeeded` is not a login.
    package func prove(user: String, password: Password) async -> LoginProof {
        guard user.utf8.count <= 1024, password.text.utf8.count <= limits.passwordOctetsMax else { return .refused }
        guard let prepared = PasswordPreparation.query(password.text) else { return .refused }
        let key = logins.key(name: user, password: prepared)
        if let known = logins.login(key, nowSeconds: clock.monotonicSeconds()) { return .accepted(known) }
        let generation = logins.generation
        do {
            let code = GeneratedCode(prepared)
            let found = try await store.read { try $0.login(user, appPassword: code) }
            if let found, let id = found.appPassword, found.state == .enabled {
                await noteUse(of: id)
                let login = ProvenLogin(account: found.account, means: .appPassword(id))
                logins.keep(login, for: key, of: generation, nowSeconds: clock.monotonicSeconds())
                return .accepted(login)
            }
            let right = try await hasher.verify(prepared, hash: found?.passwordHash ?? PasswordHasher.decoy)
            guard right, let found, found.state == .enabled else { return .refused }
            let login = ProvenLogin(account: found.account, means: .password)
            if found.secondFactor == .on { return .codeNeeded(login) }
            logins.keep(login, for: key, of: generation, nowSeconds: clock.monotonicSeconds())
            return .accepted(login)
        } catch {
            return .unavailable
        }
    }

    /// One spelling of a login name, for those who count what was tried with it: without case, domains in A-labels.
    public static func loginKey(_ user: String) -> String {
        EmailAddress(user)?.lookupKey ?? user.lowercased()
    }

    /// Whom a login name means, without a password: for proxies and administrators.
    ///
    /// - Throws: `StorageError` when the store cannot be read.
    public func account(user: String) async throws -> AuthenticatedAccount? {
        try await store.read { try $0.login(user)?.account }
    }
}

/// What the store knows of a login name.
struct LoginRow {
    var account: AuthenticatedAccount
    var state: AccountState
    var passwordHash: String
    var scram: String
    var secondFactor: SecondFactorState
    /// The app password that was given with the name, when it is one of the account's.
    var appPassword: Int64?
}

extension SQLTransaction {
    /// The account that a login name means, and whether a code is one of its app passwords.
    func login(_ user: String, appPassword code: GeneratedCode?) throws -> LoginRow? {
        guard var row = try login(user) else { return nil }
        if let code { row.appPassword = try appPassword(code, of: row.account.id) }
        return row
    }

    /// The account that a login name means.
    func login(_ user: String) throws -> LoginRow? {
        guard user.utf8.count <= 1024, let prepared = PasswordPreparation.query(user) else { return nil }
        guard let address = try loginAddress(prepared) else { return nil }
        return try first(
            """
            SELECT c.id, c.address, c.state, c.password_hash, c.scram, coalesce(f.state, 0) FROM address a
            JOIN account c ON c.id = a.object_id LEFT JOIN second_factor f ON f.account = c.id WHERE a.kind = 1 AND a.lookup_key = ?1
            """, .text(address.lookupKey)
        ) { row in
            guard let address = EmailAddress(row.text(1)) else { return nil }
            return LoginRow(
                account: AuthenticatedAccount(id: AccountID(rawValue: row.integer(0)), address: address),
                state: AccountState(rawValue: row.integer(2)) ?? .disabled, passwordHash: row.text(3),
                scram: row.text(4), secondFactor: SecondFactorState(rawValue: row.integer(5)) ?? .off)
        } ?? nil
    }

    private func loginAddress(_ user: String) throws -> EmailAddress? {
        if let address = EmailAddress(user) { return address }
        guard let localPart = LocalPart(user), let primary = try primaryDomain() else { return nil }
        return EmailAddress(localPart: localPart, domain: primary.name)
    }
}
