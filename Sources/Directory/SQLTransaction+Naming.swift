import MailCore
import Storage

/// An alias or list that names an address, perhaps with a tag.
struct NamingRow {
    var targetID: Int64
    var ownerID: Int64
    var kind: AddressKind
    var owner: String
    /// `sales` of `ana+sales@example.test`.
    var tag: String?
}

extension SQLTransaction {
    /// The aliases and lists that name the address, with a tag or without.
    func naming(_ lookupKey: String) throws -> [NamingRow] {
        guard let (first, end, suffix) = try taggedKeys(lookupKey) else { return [] }
        var rows: [NamingRow] = []
        var tagged: [(key: String, row: NamingRow)] = []
        try query(
            """
            SELECT t.id, t.owner_id, a.address, l.address, t.lookup_key FROM address_target t
            LEFT JOIN alias a ON a.id = t.owner_id LEFT JOIN mailing_list l ON l.id = t.owner_id
            WHERE t.lookup_key = ?1 OR (t.lookup_key >= ?2 AND t.lookup_key < ?3) ORDER BY t.id
            """, .text(lookupKey), .text(first), .text(end)
        ) { row in
            var naming = NamingRow(
                targetID: row.integer(0), ownerID: row.integer(1), kind: row.isNull(2) ? .list : .alias,
                owner: row.optionalText(2) ?? row.text(3))
            let key = row.text(4)
            if key == lookupKey {
                rows.append(naming)
            } else if key.hasSuffix(suffix) {
                naming.tag = String(key.dropFirst(first.count).dropLast(suffix.count))
                tagged.append((key, naming))
            }
        }
        // What looks like a tag may be the name of another.
        for (key, row) in tagged where try address(key) == nil { rows.append(row) }
        return rows
    }

    /// The range of the keys that begin with the local part and the separator, and how those of this domain end.
    private func taggedKeys(_ lookupKey: String) throws -> (first: String, end: String, suffix: String)? {
        guard let at = lookupKey.lastIndex(of: "@") else { return nil }
        let suffix = String(lookupKey[at...])
        guard let name = Domain(suffix.dropFirst()), let separator = try domain(name)?.separator.utf8.first else {
            return ("", "", suffix)
        }
        let stem = lookupKey[..<at]
        let next = UnicodeScalar(separator + 1)
        return ("\(stem)\(UnicodeScalar(separator))", "\(stem)\(next)", suffix)
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

    /// Puts another address in the place of one in all aliases and lists; tags stay.
    func rewriteTargets(_ lookupKey: String, to address: EmailAddress) throws {
        let separator = try domain(address.domain)?.separator ?? ""
        for named in try naming(lookupKey) {
            var replacement = address
            if let tag = named.tag, !separator.isEmpty,
                let localPart = LocalPart(unquoted: address.localPart.text + separator + tag)
            {
                replacement = EmailAddress(localPart: localPart, domain: address.domain)
            }
            try rewriteTarget(named, to: replacement)
        }
    }

    private func rewriteTarget(_ named: NamingRow, to address: EmailAddress) throws {
        let there = try first(
            "SELECT id FROM address_target WHERE owner_id = ?1 AND lookup_key = ?2", .integer(named.ownerID),
            .text(address.lookupKey)
        ) { $0.integer(0) }
        guard there == nil else { return try removeTarget(named.targetID) }
        let id = SQLValue.integer(named.targetID)
        try run(
            "UPDATE address_target SET lookup_key = ?2, address = ?3 WHERE id = ?1", id, .text(address.lookupKey),
            .text(address.written))
        try salvage(table: "address_target", key: "id", id)
    }
}
