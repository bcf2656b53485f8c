public import MailCore
internal import Storage

/// The addresses that an account may send as.
public struct SenderAddresses: Sendable, Hashable {
    /// Its own, which is its login name.
    public var own: EmailAddress
    /// Aliases that lead to it directly, in the order in which they were made.
    public var aliases: [EmailAddress]
    /// Domains whose mail for unknown addresses it gets.
    public var catchAllDomains: [Domain]

    /// In plain words, for a refusal: `ana@example.test, sales@example.test, anything@example.org`.
    public var text: String {
        let names = [own.written] + aliases.prefix(20).map(\.written) + catchAllDomains.map { "anything@\($0)" }
        return names.joined(separator: ", ") + (aliases.count > 20 ? " and \(aliases.count - 20) aliases more" : "")
    }
}

extension Directory {
    /// Whether an account may use an address as a sender's: it is among `senders(_:)`. False for an account that is
    /// disabled or gone.
    ///
    /// - Throws: `StorageError` when the store cannot be read.
    public func mayUse(_ address: EmailAddress, _ account: AccountID) async throws -> Bool {
        if let known = senderRights.right(account, address) { return known }
        let generation = senderRights.generation
        let right = try await senders(address).contains(account)
        senderRights.keep(right, for: account, address, of: generation)
        return right
    }

    /// The same without waiting, when it was asked for lately; nil when it was not.
    public func knownRight(_ address: EmailAddress, _ account: AccountID) -> Bool? {
        senderRights.right(account, address)
    }

    /// Whose an address is: the accounts that may send as it.
    ///
    /// These are the account that has the address, those that an alias of this name leads to without another alias or
    /// list between, and where nobody has it the account that gets the domain's mail for unknown addresses, or for its
    /// postmaster and abuse. A tag (`ana+shop@…`) changes nothing. A list's members may not send as the list.
    /// Accounts that are disabled are left out.
    ///
    /// - Throws: `StorageError` when the store cannot be read.
    public func senders(_ address: EmailAddress) async throws -> Set<AccountID> {
        let limits = limits
        return try await store.read { try $0.senders(address, limits: limits) }
    }

    /// What an account may send as; nil when it is gone.
    ///
    /// - Throws: `StorageError` when the store cannot be read.
    public func senderAddresses(_ account: AccountID) async throws -> SenderAddresses? {
        try await store.read { try $0.senderAddresses(account) }
    }
}

extension SQLTransaction {
    fileprivate func senders(_ address: EmailAddress, limits: DirectoryLimits) throws -> Set<AccountID> {
        guard let domain = try domain(address.domain) else { return [] }
        if let row = try addressOrStem(address, in: domain, limits) { return try owners(row, limits) }
        // Nobody has it: postmaster and abuse have somebody all the same, and so has what a catch-all takes.
        guard case .deliver(let expansion) = try Resolver.resolve(.address(address), in: self, limits: limits) else {
            return []
        }
        if Resolver.isRoleAddress(address.localPart.text) { return Set(expansion.localCopies.map(\.account)) }
        guard let catchAll = domain.catchAll, let target = try self.domain(catchAll.domain),
            let row = try addressOrStem(catchAll, in: target, limits),
            case .account(let account, .enabled) = row.object,
            expansion.localCopies.contains(where: { $0.account == account })
        else { return [] }
        return [account]
    }

    private func owners(_ row: AddressRow, _ limits: DirectoryLimits) throws -> Set<AccountID> {
        switch row.object {
        case .account(let account, .enabled): return [account]
        case .account, .list: return []
        case .alias(let id):
            var owners: Set<AccountID> = []
            for target in try targets(of: id) {
                guard let domain = try domain(target.domain),
                    let row = try addressOrStem(target, in: domain, limits),
                    case .account(let account, .enabled) = row.object
                else { continue }
                owners.insert(account)
            }
            return owners
        }
    }

    /// The address's row, or that of its stem when it has a tag (RFC 5233).
    private func addressOrStem(
        _ address: EmailAddress, in domain: DomainRow, _ limits: DirectoryLimits
    ) throws -> AddressRow? {
        if let row = try self.address(address.lookupKey) { return row }
        guard let separator = domain.separator.first else { return nil }
        var rest = address.localPart.text[...]
        for _ in 0..<limits.subaddressStemsMax {
            guard let cut = rest.lastIndex(of: separator), cut > rest.startIndex else { return nil }
            rest = rest[..<cut]
            guard let stem = LocalPart(unquoted: rest) else { return nil }
            if let row = try self.address(EmailAddress(localPart: stem, domain: domain.name).lookupKey) { return row }
        }
        return nil
    }

    fileprivate func senderAddresses(_ account: AccountID) throws -> SenderAddresses? {
        let written = try first("SELECT address FROM account WHERE id = ?1", .integer(account.rawValue)) { $0.text(0) }
        guard let own = written.flatMap({ EmailAddress($0) }) else { return nil }
        let aliases = try naming(own.lookupKey).filter { $0.kind == .alias }.compactMap { EmailAddress($0.owner) }
        let catchAlls = try domains().filter { $0.catchAll?.lookupKey == own.lookupKey }.map(\.name)
        return SenderAddresses(own: own, aliases: aliases, catchAllDomains: catchAlls)
    }
}
