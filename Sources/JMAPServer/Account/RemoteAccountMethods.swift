internal import JMAP
internal import JSON
internal import MailCore
internal import RemoteAccounts
internal import SASL

/// Accounts elsewhere whose mail is fetched.
enum RemoteAccountMethods {
    static let methods: [JMAPMethod] = [
        JMAPMethod("RemoteAccount/get", .account) { arguments, call in
            let get = try JMAPGetCall(arguments, limits: call.limits)
            let account = try call.ownAccount(get.accountID)
            let list = try await call.services.remoteAccounts.list(account)
            return listing(get, list.map { (id($0), object($0)) })
        },
        JMAPMethod("RemoteAccount/set", .account) { arguments, call in try await set(arguments, &call) },
    ]

    private static let settable: Set<String> = [
        "name", "service", "host", "port", "tls", "userName", "password", "token", "keepDays", "folders",
        "pollSeconds", "mailbox",
    ]

    private static func id(_ remote: RemoteAccount) -> JMAPID { JMAPID(made: "r\(remote.remote)") }

    private static func object(_ remote: RemoteAccount) -> JSONObject {
        let (settings, state) = (remote.settings, remote.state)
        let keepDays: JSONValue =
            switch settings.keeping {
            case .forever: .null
            case .days(let days): .integer(Int64(days))
            }
        return [
            "id": .string(id(remote).text), "name": .string(remote.name),
            "service": .string(settings.service.rawValue), "host": .string(settings.host),
            "port": .integer(Int64(settings.port)), "tls": .string(settings.tls.rawValue),
            "userName": .string(settings.userName), "keepDays": keepDays,
            "folders": .string(settings.folders.rawValue), "pollSeconds": .integer(settings.pollSeconds),
            "mailbox": .string(settings.mailbox),
            "lastRunAt": state.lastRun > 0 ? .date(state.lastRun) : .null,
            "lastSuccessAt": state.lastSuccess > 0 ? .date(state.lastSuccess) : .null,
            "lastError": state.lastError.isEmpty ? .null : .string(state.lastError),
            "messages": .integer(state.messages),
        ]
    }

    private static func set(_ arguments: JMAPArguments, _ call: inout JMAPCall) async throws -> JSONObject {
        let set = try JMAPSetCall(arguments, limits: call.limits)
        let account = try call.ownAccountForSecurity(set.accountID)
        var runner = try SetRunner(set, oldState: "0")
        try await runner.create(&call) { given, call in
            let (settings, secret) = try settings(given)
            let name = given["name"]?.string ?? settings.userName
            guard isPrintable(name) else { throw JMAPSetError.invalid(["name"]) }
            do {
                let added = try await call.services.remoteAccounts.add(name, settings, secret: secret, to: account)
                call.services.fetching?.wake()
                var facts = object(added)
                for property in given.names { facts[property] = nil }
                return (id(added), facts)
            } catch let error as RemoteAccountsError {
                throw JMAPSetError(.invalidProperties, "\(error)", ["properties": ["name"]])
            }
        }
        try await runner.update(&call) { id, patch, call in
            let remote = try await remote(id, account, call)
            for change in patch.changes {
                switch (change.path, change.value) {
                case (["password"], .string(let text)), (["token"], .string(let text)):
                    await call.services.fetching?.endWatch(remote)
                    try await call.services.remoteAccounts.setSecret(SecretBytes(text.utf8), of: remote)
                // Looks for mail at once.
                case (["isDue"], .bool(true)):
                    var state = remote.state
                    state.nextRun = 0
                    try await call.services.remoteAccounts.setState(state, of: remote)
                default: throw JMAPSetError.invalid([change.property])
                }
            }
            call.services.fetching?.wake()
            return nil
        }
        try await runner.destroy(&call) { id, call in
            let remote = try await remote(id, account, call)
            await call.services.fetching?.endWatch(remote)
            try await call.services.remoteAccounts.remove(remote)
        }
        return runner.finish(newState: "0")
    }

    private static func remote(_ id: JMAPID, _ account: AccountID, _ call: JMAPCall) async throws -> RemoteAccount {
        let all = try await call.services.remoteAccounts.list(account)
        guard let found = all.first(where: { Self.id($0) == id }) else { throw JMAPSetError(.notFound) }
        return found
    }

    /// What a client gives. Without TLS a user's server is not spoken to: who uses the webmail is not who knows the wire.
    private static func settings(_ given: JSONObject) throws -> (RemoteSettings, SecretBytes) {
        var wrong = given.names.filter { !settable.contains($0) }
        let service = given["service"]?.string.flatMap { RemoteSettings.Service(rawValue: $0) }
        if service == nil { wrong.append("service") }
        let tls = RemoteSettings.TLS(rawValue: given["tls"]?.string ?? "implicit")
        if tls == nil || tls == RemoteSettings.TLS.none { wrong.append("tls") }
        let host = given["host"]?.string ?? ""
        if !isPrintable(host) { wrong.append("host") }
        let user = given["userName"]?.string ?? ""
        if !isPrintable(user) { wrong.append("userName") }
        let secret = given["password"]?.string ?? given["token"]?.string ?? ""
        if secret.isEmpty || secret.utf8.count > 4096 { wrong.append("password") }
        let standard: Int64 = service == .imap ? (tls == .implicit ? 993 : 143) : (tls == .implicit ? 995 : 110)
        let port = given["port"]?.integer ?? standard
        if !(1...65_535).contains(port) { wrong.append("port") }
        let poll = given["pollSeconds"]?.integer ?? 300
        if poll != 0, !(30...86_400).contains(poll) { wrong.append("pollSeconds") }
        let folders = RemoteSettings.Folders(rawValue: given["folders"]?.string ?? "all")
        if folders == nil { wrong.append("folders") }
        var keeping = RemoteSettings.Keeping.forever
        if let days = given["keepDays"], days != .null {
            if let days = days.integer, (0...3650).contains(days) {
                keeping = .days(Int(days))
            } else {
                wrong.append("keepDays")
            }
        }
        guard wrong.isEmpty, let service, let tls, let folders else { throw JMAPSetError.invalid(wrong) }
        let settings = RemoteSettings(
            service: service, host: host, port: Int(port), tls: tls, userName: user,
            secretKind: given["token"] == nil ? .password : .token, keeping: keeping, pollSeconds: poll,
            mailbox: given["mailbox"]?.string ?? (service == .pop3 ? "INBOX" : ""), folders: folders)
        return (settings, SecretBytes(secret.utf8))
    }

    private static func isPrintable(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= 255
            && !text.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7F }
    }
}
