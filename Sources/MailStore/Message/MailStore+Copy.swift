package import MailCore
internal import Storage

extension MailStore {
    /// Copies messages, all or none (RFC 9051 §6.4.7); durable when it returns. Those that are gone are passed over. Date, flags and
    /// conversation stay. Very many are copied in several transactions, which are undone when one fails.
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
        let transfer = MessageTransfer(
            source: source, target: target, kind: .copy, kept: flags, quota: quota, savedAt: savedAt,
            most: limits.copiedTogetherMax)
        var (whole, rest) = try await run(transfer, uids)
        do {
            while !rest.isEmpty {
                let (part, left) = try await run(transfer, rest)
                whole = whole.joined(part)
                rest = left
            }
        } catch {
            _ = try await expunge(.all(whole.to), from: target)
            throw error
        }
        return whole
    }

    /// Moves messages; each is in one of the mailboxes at any moment (RFC 6851 §3.3). Many are moved in several
    /// transactions: when one fails, those before it hold, as `changes` tells.
    ///
    /// - Parameters: as of `copy`. The quota does not count within one account.
    package func move(
        _ uids: UIDSet, from source: MailboxKey, to target: MailboxKey, keeping flags: FlagScope = .all,
        quota: MailQuota = .none, savedAt: Int64
    ) async throws -> CopyOutcome {
        let transfer = MessageTransfer(
            source: source, target: target, kind: .move, kept: flags, quota: quota, savedAt: savedAt,
            most: limits.changedTogetherMax)
        var (whole, rest) = try await run(transfer, uids)
        while !rest.isEmpty {
            let (part, left) = try await run(transfer, rest)
            whole = whole.joined(part)
            rest = left
        }
        return whole
    }

    private func run(
        _ transfer: MessageTransfer, _ uids: UIDSet
    ) async throws -> (outcome: CopyOutcome, rest: UIDSet) {
        let (outcome, rest) = try await store.change { try transfer.run(uids, in: $0) }
        guard transfer.source == transfer.target, let first = outcome.to.first else { return (outcome, rest) }
        // What came into the mailbox by this is not taken once more.
        return (outcome, rest.subtracting(UIDSet(first...UID(rawValue: .max))))
    }
}
