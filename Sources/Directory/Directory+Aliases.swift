public import MailCore
internal import Storage

/// What is looked at before a target or member is taken.
public enum TargetCheck: Sendable {
    /// An address of ours has to be there, and must not lead back.
    case reachable
    /// Nothing: for imports, whose order is not ours. What leads nowhere is left out when mail comes.
    case nothing
}

extension Directory {
    /// Makes an alias: an address whose mail goes to others, here or elsewhere, with its sender.
    ///
    /// - Throws: `DirectoryError`, `StorageError`.
    @discardableResult
    public func addAlias(
        _ address: EmailAddress, targets: [EmailAddress], check: TargetCheck = .reachable
    ) async throws -> AliasSummary {
        guard !targets.isEmpty else { throw DirectoryError.noTargets(address) }
        let now = clock.wallSeconds()
        let limit = limits.aliasTargetsMax
        return try await change { transaction in
            let domain = try transaction.requireDomain(address.domain)
            let id = try transaction.allocate(.expansion)
            try transaction.enter(address, in: domain, kind: .alias, object: id)
            try transaction.run(
                "INSERT INTO alias (id, address, created) VALUES (?1, ?2, ?3)", .integer(id), .text(address.written),
                .integer(now))
            try transaction.salvage(table: "alias", key: "id", .integer(id))
            try transaction.take(targets, for: id, address, check: check, limit: limit)
            return try transaction.aliasSummary(id)
        }
    }

    /// Adds targets to an alias; those that it has already change nothing.
    ///
    /// - Throws: `DirectoryError`, `StorageError`.
    @discardableResult
    public func addTargets(
        _ targets: [EmailAddress], toAlias address: EmailAddress, check: TargetCheck = .reachable
    ) async throws -> AliasSummary {
        let limit = limits.aliasTargetsMax
        return try await change { transaction in
            let id = try transaction.requireAlias(address)
            try transaction.take(targets, for: id, address, check: check, limit: limit)
            return try transaction.aliasSummary(id)
        }
    }

    /// Takes targets from an alias; the last one cannot be taken.
    ///
    /// - Throws: `DirectoryError`, `StorageError`.
    @discardableResult
    public func removeTargets(
        _ targets: [EmailAddress], fromAlias address: EmailAddress
    ) async throws -> AliasSummary {
        try await change { transaction in
            let id = try transaction.requireAlias(address)
            for target in targets {
                guard try transaction.removeTarget(target, of: id) else {
                    throw DirectoryError.notATarget(target, of: address)
                }
            }
            guard try transaction.targetCount(of: id) > 0 else { throw DirectoryError.noTargets(address) }
            return try transaction.aliasSummary(id)
        }
    }

    /// Removes an alias, and takes its address out of all others.
    ///
    /// - Throws: `DirectoryError`, `StorageError`.
    @discardableResult
    public func removeAlias(_ address: EmailAddress) async throws -> Removal {
        let remover = remover
        return try await change { transaction in
            _ = try transaction.requireAlias(address)
            var removed = Removal()
            try remover.remove(address.lookupKey, in: transaction, noting: &removed)
            return removed
        }
    }

    /// An alias.
    ///
    /// - Throws: `DirectoryError`, `StorageError`.
    public func alias(_ address: EmailAddress) async throws -> AliasSummary {
        try await store.read { try $0.aliasSummary(try $0.requireAlias(address)) }
    }

    /// All aliases, or those of one domain, in the order of their addresses.
    ///
    /// - Throws: `DirectoryError`, `StorageError`.
    public func aliases(in domain: Domain? = nil) async throws -> [AliasSummary] {
        try await store.read { transaction in
            let id = try domain.map { try transaction.requireDomain($0).id }
            return try transaction.objects(.alias, in: id).map { try transaction.aliasSummary($0) }
        }
    }
}

extension SQLTransaction {
    /// Gives an alias or list targets or members, after a look at them.
    func take(
        _ targets: [EmailAddress], for owner: Int64, _ address: EmailAddress, check: TargetCheck, limit: Int
    ) throws {
        if check == .reachable {
            try requireNoLoop(targets, of: owner, address)
            for target in targets { try requireReachable(target) }
        }
        try addTargets(targets, to: owner)
        guard try targetCount(of: owner) <= limit else {
            throw DirectoryError.tooManyTargets(address, limit: limit)
        }
    }

    /// The numbers of all aliases or lists, or of those of one domain, in the order of their addresses.
    func objects(_ kind: AddressKind, in domain: Int64?) throws -> [Int64] {
        var ids: [Int64] = []
        try query(
            """
            SELECT object_id FROM address WHERE kind = ?1 AND (?2 IS NULL OR domain_id = ?2)
            ORDER BY domain_id, lookup_key
            """, .integer(kind.rawValue), .optional(domain)
        ) { ids.append($0.integer(0)) }
        return ids
    }

    fileprivate func requireAlias(_ address: EmailAddress) throws -> Int64 {
        guard let row = try self.address(address.lookupKey), case .alias(let id) = row.object else {
            throw DirectoryError.unknownAlias(address)
        }
        return id
    }

    fileprivate func aliasSummary(_ id: Int64) throws -> AliasSummary {
        let targets = try targets(of: id).map(\.written)
        let found = try first("SELECT address, created FROM alias WHERE id = ?1", .integer(id)) { row in
            AliasSummary(address: row.text(0), targets: targets, createdSeconds: row.integer(1))
        }
        guard let found else { throw StorageError(.corrupt, "the alias number \(id) has no row") }
        return found
    }
}
