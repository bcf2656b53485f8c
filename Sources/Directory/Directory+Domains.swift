public import MailCore
internal import Storage

extension Directory {
    /// Makes a domain one of ours. The first one is the primary domain.
    ///
    /// - Parameter postmaster: where its mail for postmaster and abuse goes; nil: to the first administrator, else
    ///   the first account.
    /// - Parameter catchAll: where mail for its unknown addresses goes; nil: nowhere, it is refused.
    /// - Throws: `DirectoryError`, `StorageError`.
    @discardableResult
    public func addDomain(
        _ name: Domain, postmaster: EmailAddress? = nil, catchAll: EmailAddress? = nil
    ) async throws -> DomainSummary {
        let now = clock.wallSeconds()
        return try await change { transaction in
            guard try transaction.domain(name) == nil else { throw DirectoryError.domainExists(name) }
            if let catchAll {
                // A new domain has no address yet that could take the mail.
                guard catchAll.domain != name else { throw DirectoryError.unknownTarget(catchAll) }
                try transaction.requireReachable(catchAll)
            }
            let id = try transaction.allocate(.domain)
            try transaction.run(
                """
                INSERT INTO domain (id, name, catch_all, postmaster, subaddress_separator, created)
                VALUES (?1, ?2, ?3, ?4, '+', ?5)
                """, .integer(id), .text(name.ascii), .optional(catchAll?.written), .optional(postmaster?.written),
                .integer(now))
            try transaction.salvage(table: "domain", key: "id", .integer(id))
            try transaction.ensureDecoySecret()
            return try transaction.summary(of: try transaction.requireDomain(name))
        }
    }

    /// What happens to the addresses of a domain that is removed.
    public enum DomainRemoval: Sendable {
        /// With addresses left it is not removed.
        case onlyEmpty
        /// They go, with all the mail of their accounts.
        case withAddresses
    }

    /// Removes a domain.
    ///
    /// - Throws: `DirectoryError`, `StorageError`.
    @discardableResult
    public func removeDomain(_ name: Domain, _ removal: DomainRemoval = .onlyEmpty) async throws -> Removal {
        let remover = remover
        return try await change { transaction in
            let domain = try transaction.requireDomain(name)
            let addresses = try transaction.addresses(in: domain)
            guard addresses.isEmpty || removal == .withAddresses else {
                throw DirectoryError.domainInUse(name, addresses: addresses.count)
            }
            var removed = Removal()
            for address in addresses { try remover.remove(address, in: transaction, noting: &removed) }
            try transaction.removeSigningKeys(of: domain)
            try transaction.run("DELETE FROM domain WHERE id = ?1", .integer(domain.id))
            try transaction.salvage(table: "domain", key: "id", .integer(domain.id))
            return removed
        }
    }

    /// A domain.
    ///
    /// - Throws: `DirectoryError`, `StorageError`.
    public func domain(_ name: Domain) async throws -> DomainSummary {
        try await store.read { try $0.summary(of: try $0.requireDomain(name)) }
    }

    /// All domains, the primary one first.
    ///
    /// - Throws: `StorageError`.
    public func domains() async throws -> [DomainSummary] {
        try await store.read { transaction in try transaction.domains().map { try transaction.summary(of: $0) } }
    }

    /// Says where mail for unknown addresses of a domain goes; nil: nowhere, it is refused.
    ///
    /// - Throws: `DirectoryError`, `StorageError`.
    @discardableResult
    public func setCatchAll(_ name: Domain, to target: EmailAddress?) async throws -> DomainSummary {
        try await changeDomain(name) { transaction, domain in
            // A catch-all makes every address reachable, itself as well: it must not vouch for its own target.
            try transaction.run("UPDATE domain SET catch_all = NULL WHERE id = ?1", .integer(domain.id))
            if let target { try transaction.requireReachable(target) }
            try transaction.run(
                "UPDATE domain SET catch_all = ?2 WHERE id = ?1", .integer(domain.id), .optional(target?.written))
        }
    }

    /// Says where mail for postmaster and abuse goes; nil: to the first administrator, else the first account.
    ///
    /// - Throws: `DirectoryError`, `StorageError`.
    @discardableResult
    public func setPostmaster(_ name: Domain, to target: EmailAddress?) async throws -> DomainSummary {
        try await changeDomain(name) { transaction, domain in
            if let target { try transaction.requireReachable(target) }
            try transaction.run(
                "UPDATE domain SET postmaster = ?2 WHERE id = ?1", .integer(domain.id), .optional(target?.written))
        }
    }

    /// Says what separates user and tag in a domain's addresses; empty: nothing does.
    ///
    /// - Throws: `DirectoryError`, `StorageError`.
    @discardableResult
    public func setSubaddressSeparator(_ name: Domain, to separator: String) async throws -> DomainSummary {
        guard separator.isEmpty || ["+", "-", "_", "=", "#", "."].contains(separator) else {
            throw DirectoryError.badSeparator(separator)
        }
        return try await changeDomain(name) { transaction, domain in
            try transaction.run(
                "UPDATE domain SET subaddress_separator = ?2 WHERE id = ?1", .integer(domain.id), .text(separator))
        }
    }

    private func changeDomain(
        _ name: Domain, _ body: @escaping @Sendable (SQLTransaction, DomainRow) throws -> Void
    ) async throws -> DomainSummary {
        try await change { transaction in
            let domain = try transaction.requireDomain(name)
            try body(transaction, domain)
            try transaction.salvage(table: "domain", key: "id", .integer(domain.id))
            return try transaction.summary(of: try transaction.requireDomain(name))
        }
    }
}

extension SQLTransaction {
    fileprivate func summary(of domain: DomainRow) throws -> DomainSummary {
        var counts: [AddressKind: Int] = [:]
        try query("SELECT kind, COUNT(*) FROM address WHERE domain_id = ?1 GROUP BY kind", .integer(domain.id)) { row in
            if let kind = AddressKind(rawValue: row.integer(0)) { counts[kind] = Int(row.integer(1)) }
        }
        return DomainSummary(
            name: domain.name.ascii, catchAll: domain.catchAll?.written, postmaster: domain.postmaster?.written,
            subaddressSeparator: domain.separator, accounts: counts[.account, default: 0],
            aliases: counts[.alias, default: 0], lists: counts[.list, default: 0],
            createdSeconds: domain.createdSeconds)
    }

    /// The lookup keys of all addresses of a domain.
    fileprivate func addresses(in domain: DomainRow) throws -> [String] {
        var keys: [String] = []
        try query(
            "SELECT lookup_key FROM address WHERE domain_id = ?1 ORDER BY kind DESC, lookup_key", .integer(domain.id)
        ) { keys.append($0.text(0)) }
        return keys
    }
}
