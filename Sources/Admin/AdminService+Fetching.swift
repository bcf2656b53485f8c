internal import Directory
internal import MailCore
internal import RemoteAccounts
internal import RemoteFetch
internal import RemoteLinks
internal import SASL

/// Accounts elsewhere whose mail is fetched.
extension AdminService {
    func performOnFetching(_ request: AdminRequest, _ report: @escaping Report) async throws -> AdminResult {
        switch request {
        case .fetchAdd(let new, let secret):
            let account = try await accountID(new.account)
            let settings = new.settings
            let name = new.name ?? Self.usualName(settings)
            try check(settings, name)
            try check(secret, settings)
            let added = try await fetcher.accounts.add(
                name, settings, secret: SecretBytes(secret.text.utf8), to: account)
            fetcher.wake()
            return .fetching([try await self.report(added)])
        case .fetchPassword(let account, let name, let secret):
            let remote = try await remote(account, name)
            try check(secret, remote.settings)
            await fetcher.endWatch(of: remote)
            try await fetcher.accounts.setSecret(SecretBytes(secret.text.utf8), of: remote)
            fetcher.wake()
            return .fetching([try await self.report(remote)])
        case .fetchRemove(let account, let name):
            let remote = try await remote(account, name)
            await fetcher.endWatch(of: remote)
            try await fetcher.accounts.remove(remote)
            return .nothing
        case .fetchShow(let account, let name):
            return .fetching([try await self.report(try await remote(account, name))])
        case .fetchList(let account):
            var reports: [FetchAccountReport] = []
            let id: AccountID? = if let account { try await accountID(account) } else { nil }
            for remote in try await fetcher.accounts.list(id) { reports.append(try await self.report(remote)) }
            return .fetching(reports)
        case .fetchImport(let new, let secret):
            try check(secret, new.settings)
            return try await run(try await importing(new, SecretBytes(secret.text.utf8)), report)
        case .fetchRun(let account, let name):
            return try await run(try await remote(account, name), report)
        default:
            return .nothing
        }
    }

    /// The account that an import goes on with, or a new one, which is looked at only when somebody asks for it.
    private func importing(_ new: AdminRemoteAccount, _ secret: SecretBytes) async throws -> RemoteAccount {
        let account = try await accountID(new.account)
        let name = new.name ?? "import of \(Self.usualName(new.settings))"
        var settings = new.settings
        settings.pollSeconds = 0
        try check(settings, name)
        if let begun = try await fetcher.accounts.list(account).first(where: { $0.name == name }) {
            guard begun.settings == settings else {
                throw AdminFailure(
                    "“\(name)” was begun with other settings",
                    advice: "give the same, or begin anew after: paloma fetch remove")
            }
            try await fetcher.accounts.setSecret(secret, of: begun)
        } else {
            _ = try await fetcher.accounts.add(name, settings, secret: secret, to: account)
        }
        return try await fetcher.accounts.find(name, of: account)
    }

    private func run(_ remote: RemoteAccount, _ report: @escaping Report) async throws -> AdminResult {
        do throws(RemoteFailure) {
            let tally = try await fetcher.fetchNow(
                remote, report: FetchReport { done, total in report(.progress(done: done, total: total)) })
            return .transfer(
                TransferReport(messages: tally.messages, bytes: tally.octets, skipped: tally.remarks))
        } catch {
            throw AdminFailure(
                "fetching “\(remote.name)”: \(error)", advice: "see how it goes with: paloma fetch list")
        }
    }

    /// With one account elsewhere its name need not be said.
    private func remote(_ account: String, _ name: String) async throws -> RemoteAccount {
        let id = try await accountID(account)
        let all = try await fetcher.accounts.list(id)
        if name.isEmpty, all.count == 1, let only = all.first { return only }
        guard !name.isEmpty else {
            throw AdminFailure(
                all.isEmpty
                    ? "\(account) fetches from nowhere" : "\(account) fetches from \(all.count) accounts; name one",
                advice: all.isEmpty ? "see: paloma fetch add --help" : all.map(\.name).joined(separator: ", "))
        }
        return try await fetcher.accounts.find(name, of: id)
    }

    private static func usualName(_ settings: RemoteSettings) -> String {
        settings.userName.contains("@") ? settings.userName : "\(settings.userName)@\(settings.host)"
    }

    private func check(_ settings: RemoteSettings, _ name: String) throws(AdminFailure) {
        let isPrintable: (String) -> Bool = { text in
            !text.isEmpty && text.utf8.count <= 255
                && !text.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7F }
        }
        guard isPrintable(name), isPrintable(settings.userName), isPrintable(settings.host) else {
            throw AdminFailure("name, user and host have 1 to 255 octets without control characters")
        }
        guard (1...65_535).contains(settings.port) else {
            throw AdminFailure("\(settings.port) is no port", advice: "give one between 1 and 65535")
        }
        guard settings.pollSeconds == 0 || (30...86_400).contains(settings.pollSeconds) else {
            throw AdminFailure(
                "it is looked for mail every 30 seconds at the most and once a day at least, or never by itself (0)")
        }
        if case .days(let days) = settings.keeping, !(0...3650).contains(days) {
            throw AdminFailure("\(days) days are out of range", advice: "give 0 to 3650 days")
        }
    }

    private func check(_ secret: AdminSecret, _ settings: RemoteSettings) throws(AdminFailure) {
        guard settings.secretKind == .grant else { return }
        guard let oauth = settings.oauth, HTTPSAddress(oauth.tokenEndpoint) != nil else {
            throw AdminFailure("the token endpoint has to be an address of HTTPS")
        }
        guard !oauth.clientID.isEmpty else {
            throw AdminFailure("the client ID is missing", advice: "it is what the provider gave to the application")
        }
        guard OAuthGrant(SecretBytes(secret.text.utf8)) != nil else {
            throw AdminFailure(
                "this is no refresh token", advice: "give it in one line, and the client's secret in a second one")
        }
    }

    private func report(_ remote: RemoteAccount) async throws -> FetchAccountReport {
        let account = try await directory.account(remote.account)?.address ?? "account \(remote.account.rawValue)"
        let state = remote.state
        return FetchAccountReport(
            account: account, name: remote.name, settings: remote.settings, nextRunSeconds: state.nextRun,
            lastRunSeconds: state.lastRun, lastSuccessSeconds: state.lastSuccess, lastError: state.lastError,
            failures: state.failures, messages: state.messages, bytes: state.octets)
    }
}
