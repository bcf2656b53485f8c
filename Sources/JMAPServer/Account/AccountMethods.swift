internal import Directory
internal import JMAP
internal import JSON
internal import MailCore
internal import ServerRuntime

/// What our own capability has (docs/jmap.md): how one logs in, where mail came from, and what the webmail remembers.
enum AccountMethods {
    static let methods =
        AppPasswordMethods.methods + WebSessionMethods.methods + PasswordMethods.methods
        + SecondFactorMethods.methods + MessageTraceMethods.methods + KnownAddresses.methods
        + WebSettingsMethods.methods + RemoteAccountMethods.methods
}

extension JMAPCall {
    /// The user's own account, for methods that change how it is logged in to: not for programs with an app password,
    /// so that one that was stolen does not become the whole account.
    func ownAccountForSecurity(_ id: JMAPID) throws(JMAPMethodError) -> AccountID {
        if case .appPassword = user.means {
            throw .forbidden("with an app password nothing is changed about logins")
        }
        return try ownAccount(id)
    }

    /// Whether a password is the account's own; who guesses from within a session is stopped as at a login.
    func isOwnPassword(_ text: String) async throws -> Bool {
        let name = Directory.loginKey(user.account.address.written)
        if let ban = services.loginGuard?.refusal(nil, account: "settings of \(name)") {
            throw JMAPMethodError.forbidden("too many wrong passwords; wait \(max(1, ban.seconds / 60)) minutes")
        }
        switch await services.directory.prove(user: user.account.address.written, password: Password(text)) {
        case .accepted(let login) where login.means == .password && login.account.id == user.account.id: return true
        case .codeNeeded(let login) where login.account.id == user.account.id: return true
        case .unavailable: throw JMAPMethodError.serverUnavailable("too many passwords are being checked")
        default:
            let failure = services.loginGuard?.fail(nil, account: "settings of \(name)")
            try? await Task.sleep(for: .seconds(failure?.delaySeconds ?? 1))
            return false
        }
    }
}

/// App passwords.
enum AppPasswordMethods {
    static let methods: [JMAPMethod] = [
        JMAPMethod("AppPassword/get", .account) { arguments, call in
            let get = try JMAPGetCall(arguments, limits: call.limits)
            let account = try call.ownAccountForSecurity(get.accountID)
            let list = try await call.services.directory.appPasswords(of: account)
            return listing(get, list.map { (id($0.id), object($0)) })
        },
        JMAPMethod("AppPassword/set", .account) { arguments, call in try await set(arguments, &call) },
    ]

    private static func id(_ number: Int64) -> JMAPID { JMAPID(made: "p\(number)") }

    private static func object(_ summary: AppPasswordSummary) -> JSONObject {
        [
            "id": .string(id(summary.id).text), "name": .string(summary.name),
            "createdAt": .date(summary.createdSeconds),
            "lastUsedAt": summary.lastUsedSeconds.map { .date($0) } ?? .null,
        ]
    }

    private static func set(_ arguments: JMAPArguments, _ call: inout JMAPCall) async throws -> JSONObject {
        let set = try JMAPSetCall(arguments, limits: call.limits)
        let account = try call.ownAccountForSecurity(set.accountID)
        let directory = call.services.directory
        var runner = try SetRunner(set, oldState: "0")
        try await runner.create(&call) { given, _ in
            guard given.names == ["name"], let name = given["name"]?.string,
                (1...100).contains(name.utf8.count), !name.contains(where: \.isNewline)
            else { throw JMAPSetError.invalid(["name"], "a name of 1 to 100 octets is needed, and nothing else") }
            do {
                let made = try await directory.addAppPassword(named: name, to: account)
                var facts = object(made.summary)
                // Shown here and never again.
                facts["password"] = .string(made.password.text)
                return (id(made.summary.id), facts)
            } catch let error as DirectoryError {
                throw JMAPSetError(.overQuota, error.description)
            }
        }
        try await runner.update(&call) { _, _, _ in throw JMAPSetError(.forbidden) }
        try await runner.destroy(&call) { id, _ in
            guard let number = number(id, "p") else { throw JMAPSetError(.notFound) }
            do {
                try await directory.removeAppPassword(number, of: account)
            } catch is DirectoryError {
                throw JMAPSetError(.notFound)
            }
        }
        return runner.finish(newState: "0")
    }
}

/// Browsers that are logged in.
enum WebSessionMethods {
    static let methods: [JMAPMethod] = [
        JMAPMethod("WebSession/get", .account) { arguments, call in
            let get = try JMAPGetCall(arguments, limits: call.limits)
            let account = try call.ownAccountForSecurity(get.accountID)
            let own = call.user.session
            let list = try await call.services.directory.webSessions(of: account)
            return listing(
                get,
                list.map { session in
                    let id = JMAPID(made: "s\(session.id)")
                    let object: JSONObject = [
                        "id": .string(id.text), "createdAt": .date(session.madeSeconds),
                        "lastSeenAt": .date(session.seenSeconds), "address": .string(session.peer),
                        "userAgent": .string(session.agent), "isCurrent": .bool(session.id == own),
                    ]
                    return (id, object)
                })
        },
        JMAPMethod("WebSession/set", .account) { arguments, call in
            let set = try JMAPSetCall(arguments, limits: call.limits)
            let account = try call.ownAccountForSecurity(set.accountID)
            let directory = call.services.directory
            var runner = try SetRunner(set, oldState: "0")
            try await runner.create(&call) { _, _ in throw JMAPSetError(.forbidden) }
            try await runner.update(&call) { _, _, _ in throw JMAPSetError(.forbidden) }
            try await runner.destroy(&call) { id, _ in
                guard let number = number(id, "s"), try await directory.closeWebSession(number, of: account) else {
                    throw JMAPSetError(.notFound)
                }
            }
            return runner.finish(newState: "0")
        },
    ]
}

/// The account's own password.
enum PasswordMethods {
    static let methods: [JMAPMethod] = [
        JMAPMethod("Password/set", .account) { arguments, call in
            let accountID = try arguments.id("accountId")
            _ = try call.ownAccountForSecurity(accountID)
            let old = try arguments.string("oldPassword")
            let new = try arguments.string("newPassword")
            guard try await call.isOwnPassword(old) else {
                return refusal(accountID, "wrongPassword", "that is not the password of the account")
            }
            do {
                try await call.services.directory.setPassword(
                    call.user.account.address, to: Password(new), keeping: call.user.session)
            } catch let error as DirectoryError {
                return refusal(accountID, "badPassword", error.description)
            }
            return ["accountId": .string(accountID.text), "changed": true]
        }
    ]
}

/// Codes by time beside the password.
enum SecondFactorMethods {
    static let methods: [JMAPMethod] = [
        JMAPMethod("SecondFactor/get", .account) { arguments, call in
            let accountID = try arguments.id("accountId")
            let account = try call.ownAccountForSecurity(accountID)
            return try await facts(accountID, account, call)
        },
        JMAPMethod("SecondFactor/set", .account) { arguments, call in try await set(arguments, call) },
    ]

    private static func facts(
        _ accountID: JMAPID, _ account: AccountID, _ call: JMAPCall
    ) async throws -> JSONObject {
        let summary = try await call.services.directory.secondFactor(of: account)
        let state =
            switch summary.state {
            case .off: "off"
            case .pending: "pending"
            case .on: "on"
            }
        return [
            "accountId": .string(accountID.text), "state": .string(state),
            "recoveryCodesLeft": .integer(Int64(summary.recoveryCodesLeft)),
        ]
    }

    /// `action` is `begin` (with `password`; brings `secret` and `uri`), `confirm` (with `code`; brings `recoveryCodes`)
    /// or `end` (with `password`).
    private static func set(_ arguments: JMAPArguments, _ call: JMAPCall) async throws -> JSONObject {
        let accountID = try arguments.id("accountId")
        let account = try call.ownAccountForSecurity(accountID)
        let directory = call.services.directory
        var more = JSONObject()
        do {
            switch try arguments.string("action") {
            case "begin":
                guard try await call.isOwnPassword(try arguments.string("password")) else {
                    return refusal(accountID, "wrongPassword", "that is not the password of the account")
                }
                let setup = try await directory.beginSecondFactor(of: call.user.account)
                more = ["secret": .string(setup.secret.text), "uri": .string(setup.uri.text)]
            case "confirm":
                let codes = try await directory.confirmSecondFactor(
                    of: account, code: try arguments.string("code"))
                more = ["recoveryCodes": .array(codes.map { .string($0.text) })]
            case "end":
                guard try await call.isOwnPassword(try arguments.string("password")) else {
                    return refusal(accountID, "wrongPassword", "that is not the password of the account")
                }
                try await directory.endSecondFactor(of: account)
            default: throw JMAPMethodError.invalidArguments("action is begin, confirm or end")
            }
        } catch let error as DirectoryError {
            return refusal(accountID, error == .wrongCode ? "wrongCode" : "wrongState", error.description)
        }
        return try await facts(accountID, account, call).merging(["changed": true]).merging(more)
    }
}

// MARK: Shared

/// A number behind a letter.
func number(_ id: JMAPID, _ letter: Character) -> Int64? {
    guard id.text.first == letter, let number = Int64(id.text.dropFirst()), id.text.dropFirst() == "\(number)" else {
        return nil
    }
    return number
}

/// The response to a /get of records that have no state.
func listing(_ get: JMAPGetCall, _ records: [(id: JMAPID, object: JSONObject)]) -> JSONObject {
    let byID = Dictionary(records.map { ($0.id, $0.object) }, uniquingKeysWith: { first, _ in first })
    let ids = get.ids ?? records.map(\.id)
    return get.response(
        state: "0", list: ids.compactMap { byID[$0] }, notFound: ids.filter { byID[$0] == nil })
}

/// What was refused, and why: `wrongPassword`, `badPassword`, `wrongCode`, `wrongState`.
private func refusal(_ accountID: JMAPID, _ type: String, _ description: String) -> JSONObject {
    [
        "accountId": .string(accountID.text), "changed": false,
        "error": ["type": .string(type), "description": .string(description)],
    ]
}
