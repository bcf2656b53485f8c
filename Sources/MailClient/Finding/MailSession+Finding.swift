internal import IMAP
internal import MailCore

extension MailSession {
    /// UIDs in the open folder that match a query, ascending.
    nonisolated(nonsending)
        package mutating func find(_ query: MailQuery) async throws(MailFailure) -> [UInt32]
    {
        let uids = try await search(query.key)
        guard query.attachments == .some else { return uids }
        return try await summaries(uids, [.envelope, .structure]).filter(\.hasAttachment).map(\.uid)
    }

    /// The messages of the open folder, and of those where its other half may be, that belong to one conversation.
    ///
    /// - Returns: each with the folder that it is in. The folder that was open is open again.
    nonisolated(nonsending)
        package mutating func conversation(of uid: UInt32) async throws(MailFailure) -> [LocatedSummary]
    {
        guard let start = current, let first = try await summaries([uid]).first else {
            throw MailFailure(.refused, "there is no message \(uid) in \(current?.folder.name ?? "the folder")")
        }
        var found = [LocatedSummary(folder: start.folder, summary: first)]
        var known = Set(first.references + [first.messageID].filter { !$0.isEmpty })
        var asked: Set<String> = []
        // The first look finds those who name one of ours; the second those who are named by them.
        for _ in 0..<Self.looksMax {
            let ids = known.subtracting(asked).sorted().prefix(Self.idsMax)
            guard !ids.isEmpty, found.count < MailClientLimits.conversationMax else { break }
            asked.formUnion(ids)
            for folder in try await conversationFolders(start.folder) {
                try await select(folder, start.access == .readOnly || folder != start.folder ? .readOnly : .readWrite)
                let taken = Set(found.filter { $0.folder.wireName == folder.wireName }.map(\.summary.uid))
                let uids = try await search(Self.key(Array(ids))).filter { !taken.contains($0) }
                for summary in try await summaries(Array(uids.suffix(MailClientLimits.conversationMax))) {
                    found.append(LocatedSummary(folder: folder, summary: summary))
                    known.formUnion(summary.references + [summary.messageID].filter { !$0.isEmpty })
                }
            }
        }
        try await select(start.folder, start.access)
        return found
    }

    private static let looksMax = 3
    /// Identifiers in one search: each is three keys.
    private static let idsMax = 20

    private static func key(_ ids: [String]) -> SearchKey {
        let keys = ids.flatMap { id in
            ["Message-ID", "References", "In-Reply-To"].map { SearchKey.header(name: $0, SearchString(id)) }
        }
        return anyOf(keys[...])
    }

    /// Halved, so that no server meets a deep tree.
    private static func anyOf(_ keys: ArraySlice<SearchKey>) -> SearchKey {
        guard keys.count > 1, let first = keys.first else { return keys.first ?? .all }
        guard keys.count > 2 else { return .or(first, keys[keys.endIndex - 1]) }
        let middle = keys.startIndex + keys.count / 2
        return .or(anyOf(keys[..<middle]), anyOf(keys[middle...]))
    }

    /// The folder itself, and those that the rest of a conversation is in as a rule.
    nonisolated(nonsending)
        private mutating func conversationFolders(_ start: MailFolder) async throws(MailFailure) -> [MailFolder]
    {
        if folders.isEmpty { _ = try await listFolders(.unwanted) }
        let uses: [MailFolder.Use] = [.inbox, .special(.sent), .special(.archive)]
        let others = folders.filter { uses.contains($0.use) && $0.isSelectable && $0.wireName != start.wireName }
        return [start] + others
    }
}

/// A message and where it is.
package struct LocatedSummary: Sendable, Hashable {
    package var folder: MailFolder
    package var summary: MessageSummary
}
