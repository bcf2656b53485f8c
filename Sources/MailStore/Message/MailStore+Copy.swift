package import MailCore
internal import Storage

extension MailStore {
    /// Copies messages, all or none (RFC 9051 §6.4.7); durable when it returns. Those that are gone are passed over. Date, flags and
    /// conversation stay.
    ///
    /// - Parameters:
    ///   - flags: those that the copies may have; the others are cleared (RFC 4314 §4).
    ///   - quota: of the account that the target belongs to.
    ///   - savedAt: SAVEDATE of the copies, in seconds since 1970, UTC.
    ///
    /// Throws `MailStoreError`.
    package func copy(
        _ uids: UIDSet, from source: MailboxKey, to target: MailboxKey, keeping flags: FlagScope = .all,
        quota: MailQuota = .none, savedAt: Int64
    ) async throws -> CopyOutcome {
        preconditionFailure("to come")
    }

    /// Moves messages; each is in one of the mailboxes at any moment (RFC 6851 §3.3). Many are moved in several
    /// transactions: when one fails, those before it hold, as `changes` tells.
    ///
    /// - Parameters: as of `copy`. The quota does not count within one account.
    package func move(
        _ uids: UIDSet, from source: MailboxKey, to target: MailboxKey, keeping flags: FlagScope = .all,
        quota: MailQuota = .none, savedAt: Int64
    ) async throws -> CopyOutcome {
        preconditionFailure("to come")
    }
}
