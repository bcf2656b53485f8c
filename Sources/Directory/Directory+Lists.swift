public import MailCore
internal import Storage

/// What a new distribution list begins with.
public struct NewList: Sendable, Hashable {
    /// Its address.
    public var address: EmailAddress
    /// What it is for.
    public var name = ""
    /// Where reports and mail for `LIST-bounces`, `LIST-owner` and `LIST-request` go; nil: to the postmaster.
    public var owner: EmailAddress?
    /// Who gets the reports.
    public var reports = ListReports.toOwner
    /// Who is on it.
    public var members: [EmailAddress] = []

    /// A list that nobody is on yet.
    public init(address: EmailAddress) {
        self.address = address
    }
}

extension Directory {
    /// Makes a distribution list: an address without a mailbox whose mail goes to its members, with a return path of
    /// the list's own, `LIST-bounces@…`.
    ///
    /// - Throws: `DirectoryError`, `StorageError`.
    @discardableResult
    public func addList(_ list: NewList, check: TargetCheck = .reachable) async throws -> ListSummary {
        let now = clock.wallSeconds()
        let limit = limits.copiesMax
        try checkText(list.name)
        guard Resolver.returnPath(of: list.address) != nil else {
            throw DirectoryError.listNameTooLong(list.address, octetsMax: LocalPart.octetsMax - "-bounces".utf8.count)
        }
        return try await change { transaction in
            let domain = try transaction.requireDomain(list.address.domain)
            if let owner = list.owner, check == .reachable { try transaction.requireReachable(owner) }
            let id = try transaction.allocate(.expansion)
            try transaction.enter(list.address, in: domain, kind: .list, object: id)
            try transaction.run(
                """
                INSERT INTO mailing_list (id, address, name, owner, reports, created) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                """, .integer(id), .text(list.address.written), .text(list.name), .optional(list.owner?.written),
                .integer(list.reports.rawValue), .integer(now))
            try transaction.salvage(table: "mailing_list", key: "id", .integer(id))
            try transaction.take(list.members, for: id, list.address, check: check, limit: limit)
            return try transaction.listSummary(id, members: .all)
        }
    }

    /// Puts members on a list; those who are on it already change nothing.
    ///
    /// - Throws: `DirectoryError`, `StorageError`.
    @discardableResult
    public func addMembers(
        _ members: [EmailAddress], toList address: EmailAddress, check: TargetCheck = .reachable
    ) async throws -> ListSummary {
        let limit = limits.copiesMax
        return try await change { transaction in
            let id = try transaction.requireList(address)
            try transaction.take(members, for: id, address, check: check, limit: limit)
            return try transaction.listSummary(id, members: .none)
        }
    }

    /// Takes members off a list.
    ///
    /// - Throws: `DirectoryError`, `StorageError`.
    @discardableResult
    public func removeMembers(
        _ members: [EmailAddress], fromList address: EmailAddress
    ) async throws -> ListSummary {
        try await change { transaction in
            let id = try transaction.requireList(address)
            for member in members {
                guard try transaction.removeTarget(member, of: id) else {
                    throw DirectoryError.notATarget(member, of: address)
                }
            }
            return try transaction.listSummary(id, members: .none)
        }
    }

    /// Says what a list is for, who its owner is and who gets the reports.
    ///
    /// - Throws: `DirectoryError`, `StorageError`.
    @discardableResult
    public func setList(
        _ address: EmailAddress, name: String, owner: EmailAddress?, reports: ListReports
    ) async throws -> ListSummary {
        try checkText(name)
        return try await change { transaction in
            let id = try transaction.requireList(address)
            if let owner { try transaction.requireReachable(owner) }
            try transaction.run(
                "UPDATE mailing_list SET name = ?2, owner = ?3, reports = ?4 WHERE id = ?1", .integer(id), .text(name),
                .optional(owner?.written), .integer(reports.rawValue))
            try transaction.salvage(table: "mailing_list", key: "id", .integer(id))
            return try transaction.listSummary(id, members: .none)
        }
    }

    /// Removes a list, and takes its address out of all others.
    ///
    /// - Throws: `DirectoryError`, `StorageError`.
    @discardableResult
    public func removeList(_ address: EmailAddress) async throws -> Removal {
        let remover = remover
        return try await change { transaction in
            _ = try transaction.requireList(address)
            var removed = Removal()
            try remover.remove(address.lookupKey, in: transaction, noting: &removed)
            return removed
        }
    }

    /// A list with its members.
    ///
    /// - Throws: `DirectoryError`, `StorageError`.
    public func list(_ address: EmailAddress) async throws -> ListSummary {
        try await store.read { try $0.listSummary(try $0.requireList(address), members: .all) }
    }

    /// All lists, or those of one domain, in the order of their addresses, without their members.
    ///
    /// - Throws: `DirectoryError`, `StorageError`.
    public func lists(in domain: Domain? = nil) async throws -> [ListSummary] {
        try await store.read { transaction in
            let id = try domain.map { try transaction.requireDomain($0).id }
            return try transaction.objects(.list, in: id).map { try transaction.listSummary($0, members: .none) }
        }
    }
}

private enum MembersShown {
    case all
    case none
}

extension SQLTransaction {
    fileprivate func requireList(_ address: EmailAddress) throws -> Int64 {
        guard let row = try self.address(address.lookupKey), case .list(let id) = row.object else {
            throw DirectoryError.unknownList(address)
        }
        return id
    }

    fileprivate func listSummary(_ id: Int64, members shown: MembersShown) throws -> ListSummary {
        let count = try targetCount(of: id)
        let members = shown == .all ? try targets(of: id).map(\.written) : []
        let found = try first(
            "SELECT address, name, owner, reports, created FROM mailing_list WHERE id = ?1", .integer(id)
        ) { row in
            ListSummary(
                address: row.text(0), name: row.text(1), owner: row.optionalText(2),
                reports: ListReports(rawValue: row.integer(3)) ?? .toOwner, memberCount: count, members: members,
                createdSeconds: row.integer(4))
        }
        guard let found else { throw StorageError(.corrupt, "the list number \(id) has no row") }
        return found
    }
}
