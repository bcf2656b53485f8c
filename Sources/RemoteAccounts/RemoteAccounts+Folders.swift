public import MailCore
internal import Storage

/// Folders of accounts elsewhere, by numbers of our own.
extension RemoteAccounts {
    /// A folder there.
    public struct Folder: Sendable, Hashable {
        /// Its number in the account elsewhere.
        public var number: Int64
        /// Where its messages go here.
        public var mailbox: MailboxID
        /// UIDVALIDITY as it was seen last.
        public var uidValidity: UInt32

        /// A folder as it is written down.
        package init(number: Int64, mailbox: MailboxID, uidValidity: UInt32) {
            self.number = number
            self.mailbox = mailbox
            self.uidValidity = uidValidity
        }
    }

    /// A folder that was seen before.
    public func folder(_ name: String, of remote: RemoteAccount) async throws -> Folder? {
        try await store.read { try Self.folder(name, remote, in: $0) }
    }

    /// Writes down where the messages of a folder go.
    ///
    /// - Returns: with the number that the folder had before, if it was seen.
    public func setFolder(
        _ name: String, mailbox: MailboxID, uidValidity: UInt32, of remote: RemoteAccount
    ) async throws -> Folder {
        let next = store.reserveEmailID().rawValue
        return try await store.change { transaction in
            let known = try Self.folder(name, remote, in: transaction)
            let folder = Folder(number: known?.number ?? next, mailbox: mailbox, uidValidity: uidValidity)
            try transaction.run(
                "INSERT OR REPLACE INTO remote_folder VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                .integer(remote.account.rawValue), .integer(remote.remote), .integer(folder.number), .text(name),
                .integer(Int64(uidValidity)), .integer(mailbox.rawValue))
            try transaction.salvage(table: "remote_folder", key: "account", .integer(remote.account.rawValue))
            return folder
        }
    }

    private static func folder(
        _ name: String, _ remote: RemoteAccount, in transaction: SQLTransaction
    ) throws -> Folder? {
        try transaction.first(
            """
            SELECT folder, mailbox, uid_validity FROM remote_folder WHERE account = ?1 AND remote = ?2 AND name = ?3
            """, .integer(remote.account.rawValue), .integer(remote.remote), .text(name)
        ) { row in
            Folder(
                number: row.integer(0), mailbox: MailboxID(rawValue: row.integer(1)),
                uidValidity: UInt32(truncatingIfNeeded: row.integer(2)))
        }
    }
}
