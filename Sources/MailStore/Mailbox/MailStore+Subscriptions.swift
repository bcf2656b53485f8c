public import MailCore
public import Storage

/// The names that an account is subscribed to: they outlive the mailboxes that they are of (RFC 9051 §6.3.7).
extension MailStore {
    /// All of them, in the order of their octets.
    public func subscriptions(of account: AccountID) async throws -> [String] {
        try await store.read { try Self.subscriptions(of: account, in: $0) }
    }

    /// All of them, in the order of their octets.
    public static func subscriptions(of account: AccountID, in transaction: SQLTransaction) throws -> [String] {
        var names: [String] = []
        try transaction.query(
            "SELECT name FROM subscription WHERE account = ?1 ORDER BY name", .integer(account.rawValue)
        ) {
            names.append($0.text(0))
        }
        return names
    }

    /// Subscribes an account to a name as it sees it, whether there is such a mailbox or not.
    public func subscribe(_ account: AccountID, to name: String) async throws {
        let limits = limits
        try await store.change { transaction in
            let name = try Self.seenName(name, limits)
            let count = try transaction.first(
                "SELECT count(*) FROM subscription WHERE account = ?1 AND name <> ?2", .integer(account.rawValue),
                .text(name)
            ) { $0.integer(0) }
            guard count ?? 0 < Int64(limits.subscriptionsMax) else {
                throw MailStoreError.tooManySubscriptions(limits.subscriptionsMax)
            }
            try Self.subscribe(account, to: name, in: transaction)
        }
    }

    static func subscribe(_ account: AccountID, to name: String, in transaction: SQLTransaction) throws {
        let added = try transaction.run(
            "INSERT INTO subscription VALUES (?1, ?2) ON CONFLICT DO NOTHING", .integer(account.rawValue), .text(name))
        if added > 0 { try noteSubscription(account, name, in: transaction) }
    }

    /// The name is none of the account's any more; it need not have been.
    public func unsubscribe(_ account: AccountID, from name: String) async throws {
        let limits = limits
        try await store.change { transaction in
            try Self.unsubscribe(account, from: try Self.seenName(name, limits), in: transaction)
        }
    }

    static func unsubscribe(_ account: AccountID, from name: String, in transaction: SQLTransaction) throws {
        let gone = try transaction.run(
            "DELETE FROM subscription WHERE account = ?1 AND name = ?2", .integer(account.rawValue), .text(name))
        if gone > 0 { try noteSubscription(account, name, in: transaction) }
    }

    private static func noteSubscription(
        _ account: AccountID, _ name: String, in transaction: SQLTransaction
    ) throws {
        if let mailbox = try mailbox(named: name, account, in: transaction) {
            try markChanged([mailbox], account, in: transaction)
        }
        try transaction.salvage(
            table: "subscription", key: ["account": .integer(account.rawValue), "name": .text(name)])
        transaction.announce(.subscription(account, name: name))
    }
}
