public import MailCore
public import Storage

/// Whether a copy here still is as fetching left it, by its MODSEQ (RFC 7162 §3): then its flags may follow those there.
extension RemoteAccounts {
    /// What a fetched message became here.
    public struct Filed: Sendable, Hashable {
        /// The message.
        public var email: EmailID
        /// Its copy's MODSEQ as fetching left it; nil for unknown.
        public var modSeq: ModSeq?
    }

    /// What a message became by its name there; nil for one that was not fetched.
    public static func filed(
        _ key: [UInt8], folder: Int64, of remote: RemoteAccount, in transaction: SQLTransaction
    ) throws -> Filed? {
        try transaction.first(
            """
            SELECT email, mod_seq FROM remote_message
            WHERE account = ?1 AND remote = ?2 AND folder = ?3 AND message_key = ?4
            """, .integer(remote.account.rawValue), .integer(remote.remote), .integer(folder), .octets(key)
        ) { row in
            let modSeq = row.integer(1)
            return Filed(
                email: EmailID(rawValue: row.integer(0)), modSeq: modSeq > 0 ? ModSeq(rawValue: modSeq) : nil)
        }
    }

    /// Fetching has changed a copy's flags.
    public static func setModSeq(
        _ modSeq: ModSeq, of key: [UInt8], folder: Int64, of remote: RemoteAccount, in transaction: SQLTransaction
    ) throws {
        try transaction.run(
            """
            UPDATE remote_message SET mod_seq = ?5
            WHERE account = ?1 AND remote = ?2 AND folder = ?3 AND message_key = ?4
            """, .integer(remote.account.rawValue), .integer(remote.remote), .integer(folder), .octets(key),
            .integer(modSeq.rawValue))
    }
}
