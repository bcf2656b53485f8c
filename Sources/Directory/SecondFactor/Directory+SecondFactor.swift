public import MailCore
internal import Storage

/// Whether codes are wanted beside an account's password.
public enum SecondFactorState: Int64, Sendable, Hashable, Codable {
    /// They are not.
    case off = 0
    /// A secret was made; no code has shown yet that a phone has it.
    case pending = 1
    /// They are: the password alone logs in nowhere.
    case on = 2
}

/// The second factor of an account, as commands and pages show it.
public struct SecondFactorSummary: Sendable, Hashable, Codable {
    /// Whether codes are wanted.
    public var state: SecondFactorState
    /// Recovery codes that were not used.
    public var recoveryCodesLeft: Int
}

/// A secret to be put into a phone, shown once.
package struct SecondFactorSetup: Sendable {
    /// For people to type.
    package let secret: Password
    /// For programs: an `otpauth:` address, as a picture to be photographed has it.
    package let uri: Password
}

/// What came of a login in a browser.
package enum WebLogin: Sendable {
    /// It is logged in.
    case opened(ProvenLogin, SessionToken)
    /// The password is right, and a code is wanted.
    case codeNeeded
    /// The password is right, the code is not.
    case wrongCode
    /// No such account, wrong password, or a disabled account.
    case refused
    /// Try later.
    case unavailable
}

/// Codes by time (RFC 6238) beside the password.
extension Directory {
    private static let recoveryCodes = 10

    /// How an account's second factor is.
    ///
    /// - Throws: `StorageError`.
    public func secondFactor(of account: AccountID) async throws -> SecondFactorSummary {
        try await store.read { transaction in
            let row = try transaction.secondFactor(of: account)
            return SecondFactorSummary(
                state: row?.state ?? .off, recoveryCodesLeft: row?.state == .on ? row?.recovery.count ?? 0 : 0)
        }
    }

    /// Makes a secret; nothing is asked for until a code has shown that it arrived.
    ///
    /// - Throws: `DirectoryError.secondFactorIsOn`, `StorageError`.
    package func beginSecondFactor(of account: AuthenticatedAccount) async throws -> SecondFactorSetup {
        let (code, now) = (TimeBasedCode(secret: TimeBasedCode.makeSecret()), clock.wallSeconds())
        try await store.change { transaction in
            if try transaction.secondFactor(of: account.id)?.state == .on { throw DirectoryError.secondFactorIsOn }
            try transaction.keep(
                SecondFactorRow(code: code, state: .pending, lastStep: 0, recovery: []), of: account.id, at: now)
        }
        let label = account.address.written.utf8.map(Self.uriText).joined()
        let uri = "otpauth://totp/\(label)?secret=\(code.base32)&issuer=\(account.address.domain.ascii)"
        return SecondFactorSetup(secret: Password(code.base32), uri: Password(uri))
    }

    /// Turns it on with the first code.
    ///
    /// - Returns: the recovery codes, to be shown once.
    /// - Throws: `DirectoryError.noSecondFactor`, `.wrongCode`, `StorageError`.
    package func confirmSecondFactor(of account: AccountID, code: String) async throws -> [Password] {
        let (now, logins) = (clock.wallSeconds(), logins)
        let codes = (0..<Self.recoveryCodes).map { _ in GeneratedCode() }
        try await store.change { transaction in
            guard var row = try transaction.secondFactor(of: account), row.state == .pending else {
                throw DirectoryError.noSecondFactor
            }
            guard let step = row.code.step(of: code, at: now, after: row.lastStep) else {
                throw DirectoryError.wrongCode
            }
            let key = try transaction.ensureCredentialKey()
            row.state = .on
            row.lastStep = step
            row.recovery = codes.map { $0.hash(of: account.rawValue, key: key) }
            try transaction.keep(row, of: account, at: now)
            transaction.afterCommit { logins.forget(account) }
        }
        return codes.map(\.password)
    }

    /// Turns it off.
    ///
    /// - Returns: whether it was on or being set up.
    /// - Throws: `StorageError`.
    @discardableResult
    public func endSecondFactor(of account: AccountID) async throws -> Bool {
        let logins = logins
        return try await store.change { transaction in
            let removed = try transaction.run(
                "DELETE FROM second_factor WHERE account = ?1", .integer(account.rawValue))
            try transaction.salvage(table: "second_factor", key: "account", .integer(account.rawValue))
            transaction.afterCommit { logins.forget(account) }
            return removed > 0
        }
    }

    /// Takes a code of this moment or a recovery code, each once.
    ///
    /// - Throws: `StorageError`.
    package func takeCode(_ code: String, of account: AccountID) async throws -> Bool {
        let now = clock.wallSeconds()
        guard code.utf8.count <= 64 else { return false }
        return try await store.change { transaction in
            guard var row = try transaction.secondFactor(of: account), row.state == .on else { return false }
            if let step = row.code.step(of: code, at: now, after: row.lastStep) {
                row.lastStep = step
            } else {
                guard let code = GeneratedCode(code), let key = try transaction.credentialKey() else { return false }
                let hash = code.hash(of: account.rawValue, key: key)
                guard let place = row.recovery.firstIndex(where: { Sodium.isEqual($0, hash) }) else { return false }
                row.recovery.remove(at: place)
            }
            try transaction.keep(row, of: account, at: now)
            return true
        }
    }

    /// Logs a browser in, with the account's own password and, where one is wanted, a code. An app password does not: it
    /// is for programs.
    package func logIn(
        user: String, password: Password, code: String?, peer: String, agent: String
    ) async -> WebLogin {
        do {
            let login: ProvenLogin
            switch await prove(user: user, password: password) {
            case .accepted(let proven): login = proven
            case .codeNeeded(let proven):
                guard let code, !code.isEmpty else { return .codeNeeded }
                guard try await takeCode(code, of: proven.account.id) else { return .wrongCode }
                login = proven
            case .refused: return .refused
            case .unavailable: return .unavailable
            }
            guard login.means == .password else { return .refused }
            let (id, token) = try await openWebSession(for: login.account.id, peer: peer, agent: agent)
            return .opened(ProvenLogin(account: login.account, means: .session(id)), token)
        } catch {
            return .unavailable
        }
    }

    /// An octet as it may stand in a URI (RFC 3986 §2.3).
    private static func uriText(_ octet: UInt8) -> String {
        let character = Character(UnicodeScalar(octet))
        if character.isASCII, character.isLetter || character.isNumber || "-._~@".contains(character) {
            return String(character)
        }
        let digits = String(octet, radix: 16, uppercase: true)
        return digits.utf8.count == 1 ? "%0\(digits)" : "%\(digits)"
    }
}

/// What the store knows of a second factor.
private struct SecondFactorRow {
    var code: TimeBasedCode
    var state: SecondFactorState
    var lastStep: Int64
    /// Hashes of the recovery codes that are left.
    var recovery: [[UInt8]]
}

extension SQLTransaction {
    private static let hashCount = 32

    fileprivate func secondFactor(of account: AccountID) throws -> SecondFactorRow? {
        try first(
            "SELECT secret, state, last_step, recovery FROM second_factor WHERE account = ?1",
            .integer(account.rawValue)
        ) { row in
            let hashes = row.octets(3)
            let recovery = stride(from: 0, to: hashes.count - hashes.count % Self.hashCount, by: Self.hashCount).map {
                Array(hashes[$0..<$0 + Self.hashCount])
            }
            return SecondFactorRow(
                code: TimeBasedCode(secret: row.octets(0)), state: SecondFactorState(rawValue: row.integer(1)) ?? .on,
                lastStep: row.integer(2), recovery: recovery)
        }
    }

    fileprivate func keep(_ row: SecondFactorRow, of account: AccountID, at now: Int64) throws {
        try run(
            """
            INSERT INTO second_factor VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (account) DO UPDATE SET
                secret = excluded.secret, state = excluded.state, last_step = excluded.last_step,
                recovery = excluded.recovery
            """, .integer(account.rawValue), .octets(row.code.secret), .integer(row.state.rawValue),
            .integer(row.lastStep), .octets(row.recovery.flatMap { $0 }), .integer(now))
        try salvage(table: "second_factor", key: "account", .integer(account.rawValue))
    }
}
