import MailCore
import Storage

/// Removes an address and all that names it, so that whoever gets the address next does not get the mail of aliases and
/// lists that were meant for another.
struct Remover: Sendable {
    let hooks: Directory.Hooks
    let logins: LoginCache

    /// Removes the account, alias or list that has the address; an alias that is left without targets goes too.
    func remove(_ lookupKey: String, in transaction: SQLTransaction, noting removed: inout Removal) throws {
        guard let row = try transaction.address(lookupKey) else { return }
        let key = SQLValue.text(lookupKey)
        try transaction.run("DELETE FROM address WHERE lookup_key = ?1", key)
        try transaction.salvage(table: "address", key: "lookup_key", key)
        removed.addresses.append(try removeObject(row.object, in: transaction))
        try detach(lookupKey, in: transaction, noting: &removed)
    }

    /// - Returns: its address as written.
    private func removeObject(_ object: AddressRow.Object, in transaction: SQLTransaction) throws -> String {
        let id: SQLValue
        let address: String?
        switch object {
        case .account(let account, _):
            id = .integer(account.rawValue)
            address = try transaction.first("SELECT address FROM account WHERE id = ?1", id) { $0.text(0) }
            try hooks.accountRemoved(account, transaction)
            try transaction.forgetSending(account)
            try transaction.forgetCredentials(account)
            try transaction.run("DELETE FROM account WHERE id = ?1", id)
            try transaction.salvage(table: "account", key: "id", id)
            let logins = logins
            transaction.afterCommit { logins.forget(account) }
        case .alias(let alias):
            id = .integer(alias)
            address = try transaction.first("SELECT address FROM alias WHERE id = ?1", id) { $0.text(0) }
            try transaction.removeTargets(of: alias)
            try transaction.run("DELETE FROM alias WHERE id = ?1", id)
            try transaction.salvage(table: "alias", key: "id", id)
        case .list(let list):
            id = .integer(list)
            address = try transaction.first("SELECT address FROM mailing_list WHERE id = ?1", id) { $0.text(0) }
            try transaction.removeTargets(of: list)
            try transaction.run("DELETE FROM mailing_list WHERE id = ?1", id)
            try transaction.salvage(table: "mailing_list", key: "id", id)
        }
        return address ?? ""
    }

    /// Takes the address out of all aliases, lists and settings.
    private func detach(_ lookupKey: String, in transaction: SQLTransaction, noting removed: inout Removal) throws {
        try transaction.forgetSettings(lookupKey)
        for named in try transaction.naming(lookupKey) {
            try transaction.removeTarget(named.targetID)
            guard named.kind == .alias, try transaction.targets(of: named.ownerID).isEmpty else {
                removed.changed.append(named.owner)
                continue
            }
            if let emptied = EmailAddress(named.owner) {
                try remove(emptied.lookupKey, in: transaction, noting: &removed)
            }
        }
    }
}

extension Directory {
    var remover: Remover { Remover(hooks: hooks, logins: logins) }
}
