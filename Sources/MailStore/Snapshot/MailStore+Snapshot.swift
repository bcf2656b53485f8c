package import MailCore
package import Storage

extension MailStore {
    /// What changes in the store, as it happens: durable, and seen by who reads then. Who wants a mailbox and all that
    /// follows subscribes first and opens then.
    package var changes: MailChanges { store.changes }

    /// A mailbox as it is.
    ///
    /// Throws `MailStoreError.noSuchMailbox`.
    package func open(_ key: MailboxKey, _ claim: RecentClaim) async throws -> MailboxSnapshot {
        preconditionFailure("to come")
    }

    /// What arrived below `uidNext` is not recent to sessions that open the mailbox later: a session that has it selected
    /// and told its client of new messages calls this when it lets the mailbox go. Writes nothing when that is known.
    package func claimRecent(_ key: MailboxKey, below uidNext: UInt32) async throws {
        preconditionFailure("to come")
    }

    /// How many messages are recent: STATUS RECENT.
    package static func recentCount(_ key: MailboxKey, in transaction: SQLTransaction) throws -> Int64 {
        preconditionFailure("to come")
    }
}
