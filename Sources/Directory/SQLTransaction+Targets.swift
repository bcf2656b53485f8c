import MailCore
import Storage

/// An alias or list that names an address.
struct NamingRow {
    var targetID: Int64
    var ownerID: Int64
    var kind: AddressKind
    var owner: String
}

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

    /// The aliases and lists that name the address.
    func naming(_ lookupKey: String) throws -> [NamingRow] {
        var rows: [NamingRow] = []
        try query(
            """
            SELECT t.id, t.owner_id, a.address, l.address FROM address_target t
            LEFT JOIN alias a ON a.id = t.owner_id LEFT JOIN mailing_list l ON l.id = t.owner_id
            WHERE t.lookup_key = ?1 ORDER BY t.id
            """, .text(lookupKey)
        ) { row in
            let kind: AddressKind = row.isNull(2) ? .list : .alias
            rows.append(
                NamingRow(
                    targetID: row.integer(0), ownerID: row.integer(1), kind: kind,
                    owner: row.optionalText(2) ?? row.text(3)))
        }
        return rows
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

    /// Takes an address out of catch-alls, postmasters and owners of lists.
    func forgetSettings(_ lookupKey: String) throws {
        try rewriteSettings(lookupKey, to: nil)
    }

    /// Puts another address, or none, in the place of one in catch-alls, postmasters and owners of lists.
    func rewriteSettings(_ lookupKey: String, to address: EmailAddress?) throws {
        let replacement = SQLValue.optional(address?.written)
        for domain in try domains() {
            let id = SQLValue.integer(domain.id)
            if domain.catchAll?.lookupKey == lookupKey {
                try run("UPDATE domain SET catch_all = ?2 WHERE id = ?1", id, replacement)
                try salvage(table: "domain", key: "id", id)
            }
            if domain.postmaster?.lookupKey == lookupKey {
                try run("UPDATE domain SET postmaster = ?2 WHERE id = ?1", id, replacement)
                try salvage(table: "domain", key: "id", id)
            }
        }
        var lists: [Int64] = []
        try query("SELECT id, owner FROM mailing_list WHERE owner IS NOT NULL") { row in
            if EmailAddress(row.text(1))?.lookupKey == lookupKey { lists.append(row.integer(0)) }
        }
        for list in lists {
            try run("UPDATE mailing_list SET owner = ?2 WHERE id = ?1", .integer(list), replacement)
            try salvage(table: "mailing_list", key: "id", .integer(list))
        }
    }

    /// Puts another address in the place of one in all aliases and lists.
    func rewriteTargets(_ lookupKey: String, to address: EmailAddress) throws {
        for named in try naming(lookupKey) {
            let isThere = try first(
                "SELECT id FROM address_target WHERE owner_id = ?1 AND lookup_key = ?2", .integer(named.ownerID),
                .text(address.lookupKey)
            ) { $0.integer(0) }
            guard isThere == nil else {
                try removeTarget(named.targetID)
                continue
            }
            let id = SQLValue.integer(named.targetID)
            try run(
                "UPDATE address_target SET lookup_key = ?2, address = ?3 WHERE id = ?1", id, .text(address.lookupKey),
                .text(address.written))
            try salvage(table: "address_target", key: "id", id)
        }
    }
}
