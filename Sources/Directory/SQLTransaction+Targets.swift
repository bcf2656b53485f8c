import MailCore
import Storage

extension SQLTransaction {
    /// Adds targets that are not there yet, in their order.
    ///
    /// - Returns: how many were new.
    @discardableResult
    func addTargets(_ targets: [EmailAddress], to owner: Int64) throws -> Int {
        guard !targets.isEmpty else { return 0 }
        var id = try allocate(.target, count: targets.count)
        var added = 0
        for target in targets {
            let made = try run(
                """
                INSERT INTO address_target (id, owner_id, lookup_key, address) VALUES (?1, ?2, ?3, ?4)
                ON CONFLICT (owner_id, lookup_key) DO NOTHING
                """, .integer(id), .integer(owner), .text(target.lookupKey), .text(target.written))
            if made > 0 { try salvage(table: "address_target", key: "id", .integer(id)) }
            added += made
            id += 1
        }
        return added
    }

    /// Removes one target of an alias or list.
    ///
    /// - Returns: whether it was one.
    func removeTarget(_ target: EmailAddress, of owner: Int64) throws -> Bool {
        let id = try first(
            "SELECT id FROM address_target WHERE owner_id = ?1 AND lookup_key = ?2", .integer(owner),
            .text(target.lookupKey)
        ) { $0.integer(0) }
        guard let id else { return false }
        try removeTarget(id)
        return true
    }

    /// Removes a target by its number.
    func removeTarget(_ id: Int64) throws {
        try run("DELETE FROM address_target WHERE id = ?1", .integer(id))
        try salvage(table: "address_target", key: "id", .integer(id))
    }

    /// Removes all targets of an alias or list.
    func removeTargets(of owner: Int64) throws {
        var ids: [Int64] = []
        try query("SELECT id FROM address_target WHERE owner_id = ?1", .integer(owner)) { ids.append($0.integer(0)) }
        for id in ids { try removeTarget(id) }
    }

    /// How many targets an alias or list has.
    func targetCount(of owner: Int64) throws -> Int {
        try first("SELECT COUNT(*) FROM address_target WHERE owner_id = ?1", .integer(owner)) { Int($0.integer(0)) }
            ?? 0
    }

    /// Refuses an address at one of our domains that leads to nobody.
    func requireReachable(_ target: EmailAddress) throws {
        guard try domain(target.domain) != nil else { return }
        let found = try Resolver.resolve(.address(target), in: self, limits: DirectoryLimits(cores: 1))
        if found == .unknownUser { throw DirectoryError.unknownTarget(target) }
    }

    /// Refuses targets that lead back to the alias or list that is to have them.
    func requireNoLoop(_ targets: [EmailAddress], of owner: Int64, _ address: EmailAddress) throws {
        var seen: Set<Int64> = []
        for target in targets where try reaches(owner, from: target, &seen) {
            throw DirectoryError.loop(address, via: target)
        }
    }

    /// Whether an alias or list is met on the way down from an address.
    private func reaches(_ sought: Int64, from address: EmailAddress, _ seen: inout Set<Int64>) throws -> Bool {
        var waiting = [address]
        while let next = waiting.popLast() {
            let group: Int64
            switch try self.address(next.lookupKey)?.object {
            case .alias(let id), .list(let id): group = id
            case .account, nil: continue
            }
            if group == sought { return true }
            if seen.insert(group).inserted { waiting.append(contentsOf: try targets(of: group)) }
        }
        return false
    }
}
