internal import Directory
internal import IMAP
internal import MailCore
internal import MailStore
internal import ServerRuntime
internal import Storage

/// STATUS (RFC 9051 §6.3.11).
extension IMAPSession {
    nonisolated(nonsending)
        func status(
            _ mailbox: MailboxName, _ items: [StatusItem], _ tag: CommandTag, _ replies: ReplyWriter
        ) async -> IMAPCompletion
    {
        guard let account = account?.id else { return .notLoggedIn }
        let reader = StatusReader(appendLimit: context.limits.messageOctetsMax)
        do {
            let values = try await context.store.read { transaction in
                let found = try MailStore.require(.read, mailbox.text, for: account, in: transaction)
                return try reader.values(items, of: found, in: transaction)
            }
            respond(replies) { $0.status(mailbox, values) }
            return .ok()
        } catch {
            return completion(of: error, in: "telling a mailbox's status")
        }
    }
}

/// What STATUS tells of a mailbox; the counts that the store keeps are told as they stand.
struct StatusReader: Sendable {
    /// Octets of a message that APPEND may bring (RFC 7889).
    let appendLimit: UInt64

    func values(
        _ items: [StatusItem], of mailbox: AccessibleMailbox, in transaction: SQLTransaction
    ) throws -> [StatusValue] {
        var told: Set<StatusItem> = []
        return try items.filter { told.insert($0).inserted }.map { try value($0, of: mailbox, in: transaction) }
    }

    private func value(
        _ item: StatusItem, of mailbox: AccessibleMailbox, in transaction: SQLTransaction
    ) throws -> StatusValue {
        switch item {
        case .messages: .messages(UInt32(clamping: mailbox.messages))
        case .recent: .recent(UInt32(clamping: try MailStore.recentCount(mailbox.key, in: transaction)))
        case .uidNext: .uidNext(UInt32(clamping: mailbox.uidNext))
        case .uidValidity: .uidValidity(mailbox.uidValidity)
        case .unseen: .unseen(UInt32(clamping: mailbox.unseen))
        case .deleted: .deleted(UInt32(clamping: try MailStore.deleted(in: mailbox.key, in: transaction).messages))
        case .size:
            .size(
                UInt64(clamping: mailbox.octets + (try MailStore.wireOctetsAdded(in: mailbox.key, in: transaction))))
        case .deletedStorage:
            .deletedStorage(UInt64(clamping: try MailStore.deleted(in: mailbox.key, in: transaction).octets))
        case .highestModSeq: .highestModSeq(mailbox.highestModSeq)
        case .appendLimit: .appendLimit(appendLimit)
        case .mailboxID: .mailboxID(mailbox.objectID)
        }
    }
}
