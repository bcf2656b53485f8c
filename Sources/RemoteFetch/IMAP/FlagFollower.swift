internal import MailCore
internal import MailStore
internal import RemoteAccounts
internal import RemoteLinks
internal import Storage

/// Has the flags of fetched messages follow those there, where nobody has touched them here: a copy whose MODSEQ is the one
/// that fetching left (docs/decisions/0031-fetching.md).
struct FlagFollower: Sendable {
    private let remote: RemoteAccount
    private let parts: FetchParts
    private let folder: RemoteAccounts.Folder

    /// What was deleted there stays here: a flag that has any client's EXPUNGE take the message does not follow.
    private static let scope = FlagScope([.seen, .answered, .flagged, .draft], keywords: .all)

    /// A message's name there, and its flags there.
    struct Told: Sendable {
        let key: [UInt8]
        let flags: RemoteFlags
    }

    init(_ remote: RemoteAccount, _ folder: RemoteAccounts.Folder, _ parts: FetchParts) {
        self.remote = remote
        self.folder = folder
        self.parts = parts
    }

    /// - Parameter told: `MailStoreLimits.changedTogetherMax` messages at most.
    func follow(_ told: [Told]) async throws(RemoteFailure) {
        guard !told.isEmpty else { return }
        do {
            // Most are as they were: only what differs is worth the writer's time.
            let different = try await parts.store.read { transaction in
                try told.filter { try copyToChange($0, in: transaction) != nil }
            }
            guard !different.isEmpty else { return }
            try await parts.store.change { try change(different, in: $0) }
        } catch {
            throw .here("the store failed: \(error)")
        }
    }

    /// The copy here, when it has other flags than there and nobody has touched it.
    private func copyToChange(_ told: Told, in transaction: SQLTransaction) throws -> FiledCopy? {
        guard let filed = try RemoteAccounts.filed(told.key, folder: folder.number, of: remote, in: transaction),
            let modSeq = filed.modSeq
        else { return nil }
        let copy = try MailStore.copies(of: filed.email, in: transaction).first { copy in
            copy.account == remote.account && copy.mailbox == folder.mailbox && copy.modSeq == modSeq
        }
        guard let copy else { return nil }
        let differing = copy.flags.symmetricDifference(told.flags.system).intersection(Self.scope.flags)
        let keywords = copy.keywords.compactMap { Keyword($0) }
        return differing.isEmpty && keywords == told.flags.keywords ? nil : copy
    }

    private func change(_ told: [Told], in transaction: SQLTransaction) throws {
        var alike: [RemoteFlags: [(uid: UID, key: [UInt8])]] = [:]
        for message in told {
            guard let copy = try copyToChange(message, in: transaction) else { continue }
            alike[message.flags, default: []].append((copy.uid, message.key))
        }
        let key = MailboxKey(account: remote.account, mailbox: folder.mailbox)
        for (flags, messages) in alike {
            let outcome = try MailStore.setFlags(
                FlagChange(.replace, flags.system, keywords: flags.keywords, within: Self.scope),
                of: UIDSet(messages.map(\.uid)), in: key, in: transaction)
            let keys = Dictionary(messages.map { ($0.uid, $0.key) }, uniquingKeysWith: { first, _ in first })
            for message in outcome.messages where message.difference == .changed {
                guard let name = keys[message.uid] else { continue }
                try RemoteAccounts.setModSeq(
                    message.modSeq, of: name, folder: folder.number, of: remote, in: transaction)
            }
        }
    }
}
