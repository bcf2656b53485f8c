internal import MailCore
internal import Storage

/// Folders there as they were when all of them was done: one that is still so need not be opened.
extension RemoteAccounts {
    /// What STATUS and SELECT tell of a folder whose changes are numbered (RFC 7162 §3.1.2, §3.1.7).
    public struct View: Sendable, Hashable {
        /// UIDVALIDITY
        public var uidValidity: UInt32
        /// UIDNEXT
        public var uidNext: UInt32
        /// How many messages it has: an expunge alone need not raise HIGHESTMODSEQ.
        public var messages: UInt32
        /// HIGHESTMODSEQ
        public var modSeq: UInt64

        /// All of it.
        public init(uidValidity: UInt32, uidNext: UInt32, messages: UInt32, modSeq: UInt64) {
            self.uidValidity = uidValidity
            self.uidNext = uidNext
            self.messages = messages
            self.modSeq = modSeq
        }
    }

    /// How a folder was when all of it was done; nil where that is not known.
    public func view(of folder: Folder, _ remote: RemoteAccount) async throws -> View? {
        try await store.read { transaction in
            try transaction.first(
                """
                SELECT uid_validity, uid_next, messages, mod_seq FROM remote_view
                WHERE account = ?1 AND remote = ?2 AND folder = ?3
                """, .integer(remote.account.rawValue), .integer(remote.remote), .integer(folder.number)
            ) { row in
                View(
                    uidValidity: UInt32(truncatingIfNeeded: row.integer(0)),
                    uidNext: UInt32(truncatingIfNeeded: row.integer(1)),
                    messages: UInt32(truncatingIfNeeded: row.integer(2)),
                    modSeq: UInt64(bitPattern: row.integer(3)))
            }
        }
    }

    /// All that a folder had is here. What is lost with a power cut costs another look.
    public func setView(_ view: View, of folder: Folder, _ remote: RemoteAccount) async throws {
        try await store.change(.written) { transaction in
            guard try Self.isThere(remote.account, remote.remote, in: transaction) else { return }
            try transaction.run(
                "INSERT OR REPLACE INTO remote_view VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                .integer(remote.account.rawValue), .integer(remote.remote), .integer(folder.number),
                .integer(Int64(view.uidValidity)), .integer(Int64(view.uidNext)), .integer(Int64(view.messages)),
                .integer(Int64(bitPattern: view.modSeq)))
        }
    }
}
