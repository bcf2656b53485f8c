import MailCore
import Storage

/// What an address of ours leads to: a row of `address`, with the account's state where it is one's.
struct AddressRow {
    enum Object {
        case account(AccountID, AccountState)
        case alias(Int64)
        case list(Int64)
    }

    var object: Object

    var kind: AddressKind {
        switch object {
        case .account: .account
        case .alias: .alias
        case .list: .list
        }
    }
}

extension SQLTransaction {
    /// What the address leads to, exactly as given (but for the case of its letters).
    func address(_ lookupKey: String) throws -> AddressRow? {
        try first(
            """
            SELECT a.kind, a.object_id, c.state FROM address a
            LEFT JOIN account c ON a.kind = 1 AND c.id = a.object_id
            WHERE a.lookup_key = ?1
            """, .text(lookupKey)
        ) { row in
            switch AddressKind(rawValue: row.integer(0)) {
            case .account:
                let state = AccountState(rawValue: row.integer(2)) ?? .disabled
                return AddressRow(object: .account(AccountID(rawValue: row.integer(1)), state))
            case .alias: return AddressRow(object: .alias(row.integer(1)))
            case .list: return AddressRow(object: .list(row.integer(1)))
            case nil: return nil
            }
        } ?? nil
    }

    /// Where an alias or list leads, in the order in which the targets came.
    func targets(of owner: Int64) throws -> [EmailAddress] {
        var addresses: [EmailAddress] = []
        try query("SELECT address FROM address_target WHERE owner_id = ?1 ORDER BY id", .integer(owner)) { row in
            if let address = EmailAddress(row.text(0)) { addresses.append(address) }
        }
        return addresses
    }

    /// Enters an address of ours in the table of all.
    func enter(_ address: EmailAddress, in domain: DomainRow, kind: AddressKind, object: Int64) throws {
        if let there = try self.address(address.lookupKey) {
            throw DirectoryError.addressExists(address, there.kind)
        }
        let key = SQLValue.text(address.lookupKey)
        try run(
            "INSERT INTO address (lookup_key, domain_id, kind, object_id) VALUES (?1, ?2, ?3, ?4)",
            key, .integer(domain.id), .integer(kind.rawValue), .integer(object))
        try salvage(table: "address", key: "lookup_key", key)
    }

    /// Takes an address of ours out of the table of all.
    func strike(_ address: EmailAddress) throws {
        let key = SQLValue.text(address.lookupKey)
        try run("DELETE FROM address WHERE lookup_key = ?1", key)
        try salvage(table: "address", key: "lookup_key", key)
    }
}
