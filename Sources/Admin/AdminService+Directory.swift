internal import Directory
internal import MailCore
internal import MailStore

extension AdminService {
    func performOnDomains(_ request: AdminRequest) async throws -> AdminResult {
        switch request {
        case .domainAdd(let name, let postmaster, let catchAll):
            let postmaster = try postmaster.map(address)
            let catchAll = try catchAll.map(address)
            let domain: Domain = try domain(name)
            let summary = try await directory.addDomain(domain, postmaster: postmaster, catchAll: catchAll)
            // Its keys are there from the first moment: their records are what is to be published.
            _ = try await directory.signingKeys(for: domain)
            return .domains([summary])
        case .domainRemove(let name, let withAddresses):
            return .removal(
                try await directory.removeDomain(try domain(name), withAddresses ? .withAddresses : .onlyEmpty))
        case .domainShow(let name):
            return .domains([try await directory.domain(try domain(name))])
        case .domainSet(let name, let catchAll, let postmaster, let separator):
            let name: Domain = try domain(name)
            if let catchAll {
                _ = try await directory.setCatchAll(name, to: catchAll.isEmpty ? nil : try address(catchAll))
            }
            if let postmaster {
                _ = try await directory.setPostmaster(name, to: postmaster.isEmpty ? nil : try address(postmaster))
            }
            if let separator { _ = try await directory.setSubaddressSeparator(name, to: separator) }
            return .domains([try await directory.domain(name)])
        default:
            return .domains(try await directory.domains())
        }
    }

    func domainKeys(_ name: Domain, _ step: AdminKeyStep) async throws -> AdminResult {
        switch step {
        case .none: .signingKeys(try await directory.signingKeySummaries(of: name))
        case .rotate: .signingKeys(try await directory.rotateSigningKeys(of: name))
        case .activate: .signingKeys(try await directory.activateSigningKeys(of: name))
        }
    }

    func performOnAccounts(_ request: AdminRequest) async throws -> AdminResult {
        switch request {
        case .accountAdd(let address, let name, let quotaBytes, let role, let password, let welcome):
            var account = NewAccount(address: try self.address(address))
            account.name = name
            account.quotaBytes = quotaBytes
            account.role = role == .administrator ? .administrator : .user
            let chosen = password.map { Password($0.text) } ?? Password.generate()
            account.language = welcome?.rawValue ?? ""
            let summary = try await directory.addAccount(account, password: chosen)
            if let welcome { try await self.welcome(account, in: welcome) }
            return .accounts([try await report(summary, generated: password == nil ? chosen : nil)])
        case .accountRemove(let address):
            return .removal(try await directory.removeAccount(try self.address(address)))
        case .accountShow(let address):
            return .accounts([try await report(try await directory.account(try self.address(address)))])
        case .accountPassword(let address, let password):
            let chosen = password.map { Password($0.text) } ?? Password.generate()
            let summary = try await directory.setPassword(try self.address(address), to: chosen)
            return .accounts([try await report(summary, generated: password == nil ? chosen : nil)])
        case .accountRename(let address, let newAddress):
            let summary = try await directory.renameAccount(
                try self.address(address), to: try self.address(newAddress))
            return .accounts([try await report(summary)])
        case .accountSet(let address, let name, let quotaBytes, let state, let role):
            return .accounts([try await setAccount(try self.address(address), name, quotaBytes, state, role)])
        case .accountList(let name):
            var reports: [AccountReport] = []
            for summary in try await directory.accounts(in: try domain(name)) {
                reports.append(try await report(summary))
            }
            return .accounts(reports)
        default:
            return .nothing
        }
    }

    private func setAccount(
        _ address: EmailAddress, _ name: String?, _ quotaBytes: Int64?, _ state: AdminAccountState?, _ role: AdminRole?
    ) async throws -> AccountReport {
        if let name {
            let language = try await directory.account(address).language
            _ = try await directory.setProfile(address, name: name, language: language)
        }
        if let quotaBytes { _ = try await directory.setQuota(address, toBytes: quotaBytes) }
        if let state { _ = try await directory.setState(address, to: state == .enabled ? .enabled : .disabled) }
        if let role { _ = try await directory.setRole(address, to: role == .administrator ? .administrator : .user) }
        return try await report(try await directory.account(address))
    }

    private func report(_ summary: AccountSummary, generated: Password? = nil) async throws -> AccountReport {
        let usage = try await mailStore.usage(summary.accountID)
        return AccountReport(
            account: summary, usedBytes: usage.octets, messages: usage.messages,
            generatedPassword: generated.map { AdminSecret($0.text) })
    }

    func performOnAliases(_ request: AdminRequest) async throws -> AdminResult {
        switch request {
        case .aliasAdd(let address, let targets):
            let address = try self.address(address)
            let targets = try addresses(targets)
            guard try await directory.aliases(in: address.domain).contains(where: { $0.address == address.written })
            else { return .aliases([try await directory.addAlias(address, targets: targets)]) }
            return .aliases([try await directory.addTargets(targets, toAlias: address)])
        case .aliasRemove(let address, let targets):
            let address = try self.address(address)
            if targets.isEmpty { return .removal(try await directory.removeAlias(address)) }
            return .aliases([try await directory.removeTargets(try addresses(targets), fromAlias: address)])
        case .aliasShow(let address):
            return .aliases([try await directory.alias(try self.address(address))])
        case .aliasList(let name):
            return .aliases(try await directory.aliases(in: try domain(name)))
        default:
            return .nothing
        }
    }

    func performOnLists(_ request: AdminRequest) async throws -> AdminResult {
        switch request {
        case .listAdd(let address, let name, let owner, let members):
            var list = NewList(address: try self.address(address))
            list.name = name
            list.owner = try owner.map(self.address)
            list.members = try addresses(members)
            return .lists([try await directory.addList(list)])
        case .listRemove(let address):
            return .removal(try await directory.removeList(try self.address(address)))
        case .listShow(let address):
            return .lists([try await directory.list(try self.address(address))])
        case .listMembersAdd(let address, let members):
            let address = try self.address(address)
            return .lists([try await directory.addMembers(try addresses(members), toList: address)])
        case .listMembersRemove(let address, let members):
            let address = try self.address(address)
            return .lists([try await directory.removeMembers(try addresses(members), fromList: address)])
        case .listList(let name):
            return .lists(try await directory.lists(in: try domain(name)))
        default:
            return .nothing
        }
    }
}
