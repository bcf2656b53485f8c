public import MailCore
public import Storage

/// What was fetched. A message's row is written in the transaction that delivers it and stands in its record, so that a
/// replay of the log writes both again or neither.
extension RemoteAccounts {
    /// A message that was fetched.
    public struct Known: Sendable, Hashable {
        /// When, in seconds since 1970.
        public var fetchedAt: Int64
        /// Since when the server does not list it; 0 while it does.
        public var goneAt: Int64
    }

    /// How long it is remembered what the server does not list any more.
    static let rememberedSeconds: Int64 = 30 * 86_400

    /// All that was fetched from a folder, by what it is called there. About 100 octets a message.
    public func known(_ remote: RemoteAccount, folder: Int64) async throws -> [[UInt8]: Known] {
        try await store.read { transaction in
            var known: [[UInt8]: Known] = [:]
            try transaction.query(
                """
                SELECT message_key, fetched_at, gone_at FROM remote_message
                WHERE account = ?1 AND remote = ?2 AND folder = ?3
                """, .integer(remote.account.rawValue), .integer(remote.remote), .integer(folder)
            ) { known[$0.octets(0)] = Known(fetchedAt: $0.integer(1), goneAt: $0.integer(2)) }
            return known
        }
    }

    /// Whether the message has been fetched.
    public static func isKnown(_ retrieval: Retrieval, in transaction: SQLTransaction) throws -> Bool {
        try transaction.first(
            """
            SELECT 1 FROM remote_message WHERE account = ?1 AND remote = ?2 AND folder = ?3 AND message_key = ?4
            """, .integer(retrieval.account.rawValue), .integer(retrieval.remote), .integer(retrieval.folder),
            .octets(retrieval.key)
        ) { _ in true } ?? false
    }

    /// The server has given its messages other names: one that was fetched under a name that it does not list any more, and
    /// has the same fingerprint, is this one. Its row gets the new name.
    ///
    /// - Parameter isListed: whether the server lists a name.
    /// - Returns: whether there was such a one.
    public static func rename(
        to retrieval: Retrieval, unless isListed: ([UInt8]) -> Bool, in transaction: SQLTransaction
    ) throws -> Bool {
        guard !retrieval.fingerprint.isEmpty else { return false }
        var old: [UInt8]?
        try transaction.query(
            """
            SELECT message_key FROM remote_message
            WHERE account = ?1 AND remote = ?2 AND folder = ?3 AND fingerprint = ?4
            """, .integer(retrieval.account.rawValue), .integer(retrieval.remote), .integer(retrieval.folder),
            .octets(retrieval.fingerprint)
        ) { row in
            let key = row.octets(0)
            if old == nil, !isListed(key) { old = key }
        }
        guard let old else { return false }
        try transaction.run(
            """
            UPDATE remote_message SET message_key = ?5, gone_at = 0
            WHERE account = ?1 AND remote = ?2 AND folder = ?3 AND message_key = ?4
            """, .integer(retrieval.account.rawValue), .integer(retrieval.remote), .integer(retrieval.folder),
            .octets(old), .octets(retrieval.key))
        return true
    }

    /// Writes down that a message was fetched. For one that is written down already it changes nothing.
    ///
    /// - Parameter modSeq: its copy's here; nil when nobody knows whether the user has changed it since.
    public static func remember(
        _ retrieval: Retrieval, _ email: EmailID, _ modSeq: ModSeq?, in transaction: SQLTransaction
    ) throws {
        guard try isThere(retrieval.account, retrieval.remote, in: transaction) else { return }
        try transaction.run(
            "INSERT INTO remote_message VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 0, ?8) ON CONFLICT DO NOTHING",
            .integer(retrieval.account.rawValue), .integer(retrieval.remote), .integer(retrieval.folder),
            .octets(retrieval.key), .octets(retrieval.fingerprint), .integer(email.rawValue), .integer(retrieval.at),
            .integer(modSeq?.rawValue ?? 0))
    }

    /// Compares what is known with what the server lists, which is all of the folder: names that are gone are remembered
    /// for a while, since servers have been seen to list nothing for a day.
    public func compare(
        _ remote: RemoteAccount, folder: Int64, known: [[UInt8]: Known], listed: Set<[UInt8]>, at seconds: Int64
    ) async throws {
        let gone = known.filter { $0.value.goneAt == 0 && !listed.contains($0.key) }.map(\.key)
        let back = known.filter { $0.value.goneAt != 0 && listed.contains($0.key) }.map(\.key)
        let old = known.filter {
            $0.value.goneAt != 0 && $0.value.goneAt < seconds - Self.rememberedSeconds && !listed.contains($0.key)
        }.map(\.key)
        guard !gone.isEmpty || !back.isEmpty || !old.isEmpty else { return }
        try await store.change(.written) { transaction in
            for key in gone { try Self.setGone(seconds, remote, folder, key, in: transaction) }
            for key in back { try Self.setGone(0, remote, folder, key, in: transaction) }
            for key in old { try Self.forget(remote, folder, key, in: transaction) }
        }
    }

    /// The server has deleted messages for us. Should it list them again all the same, they are known; but one that comes
    /// with the same octets under another name is another message.
    public func markDeleted(
        _ remote: RemoteAccount, folder: Int64, keys: [[UInt8]], at seconds: Int64
    ) async throws {
        guard !keys.isEmpty else { return }
        try await store.change(.written) { transaction in
            for key in keys {
                try transaction.run(
                    """
                    UPDATE remote_message SET gone_at = ?5, fingerprint = x''
                    WHERE account = ?1 AND remote = ?2 AND folder = ?3 AND message_key = ?4
                    """, .integer(remote.account.rawValue), .integer(remote.remote), .integer(folder), .octets(key),
                    .integer(seconds))
            }
        }
    }

    private static func setGone(
        _ seconds: Int64, _ remote: RemoteAccount, _ folder: Int64, _ key: [UInt8], in transaction: SQLTransaction
    ) throws {
        try transaction.run(
            """
            UPDATE remote_message SET gone_at = ?5
            WHERE account = ?1 AND remote = ?2 AND folder = ?3 AND message_key = ?4
            """, .integer(remote.account.rawValue), .integer(remote.remote), .integer(folder), .octets(key),
            .integer(seconds))
    }

    private static func forget(
        _ remote: RemoteAccount, _ folder: Int64, _ key: [UInt8], in transaction: SQLTransaction
    ) throws {
        try transaction.run(
            """
            DELETE FROM remote_message WHERE account = ?1 AND remote = ?2 AND folder = ?3 AND message_key = ?4
            """, .integer(remote.account.rawValue), .integer(remote.remote), .integer(folder), .octets(key))
    }

    // MARK: The log

    /// What a record says of the fetching is written down again. A record that a compaction has written anew has the copy as it
    /// was then: in a rebuild nobody knows who changed it.
    public static func replay(
        _ record: DeliveryRecord, _ reason: LogDescribing.ReplayReason, in transaction: SQLTransaction
    ) throws {
        guard let retrieval = record.retrieval else { return }
        let modSeq = reason == .recovery ? record.copies.first?.modSeq : nil
        try remember(retrieval, record.email, modSeq, in: transaction)
    }

    /// Where a message was fetched, for its record; nil for one that was not, or that nobody asks about any more.
    public static func retrieval(of email: EmailID, in transaction: SQLTransaction) throws -> Retrieval? {
        try transaction.first(
            """
            SELECT account, remote, folder, message_key, fingerprint, fetched_at FROM remote_message WHERE email = ?1
            """, .integer(email.rawValue)
        ) { row in
            Retrieval(
                account: AccountID(rawValue: row.integer(0)), remote: row.integer(1), folder: row.integer(2),
                key: row.octets(3), fingerprint: row.octets(4), at: row.integer(5))
        }
    }
}
