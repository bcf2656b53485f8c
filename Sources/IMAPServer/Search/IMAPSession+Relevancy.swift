internal import IMAP
internal import MailCore
internal import MailSearch
internal import ServerRuntime

/// RELEVANCY: how well messages fit that were found fuzzily (RFC 6203 §4).
extension IMAPSession {
    /// Of each message found a score from 1 to 100: the more of the texts is there, the higher; among messages of which the
    /// same is there the newer ones come first.
    ///
    /// - Parameter filter: the search, with so much of its texts.
    nonisolated(nonsending)
        func relevancy(
            of found: UIDSet, in key: MailboxKey, _ filter: (FuzzyMatch) -> MessageFilter
        ) async throws -> [UID: UInt8]
    {
        var scores: [UID: UInt8] = [:]
        var rest = found
        for match in FuzzyMatch.allCases.reversed() where !rest.isEmpty {
            // All fit the last.
            let fitting =
                match == .stems ? rest : try await context.search.find(filter(match), in: key, among: rest).uids
            let (least, count) = (match.rawValue * 25 + 1, fitting.count)
            var place = 0
            fitting.forEach { uid in
                place += 1
                scores[uid] = UInt8(least + 24 * place / count)
            }
            rest = rest.subtracting(fitting)
        }
        return scores
    }
}

extension SearchKey {
    /// Whether something is to be found fuzzily.
    var isFuzzy: Bool {
        contains { key in
            if case .fuzzy = key { true } else { false }
        }
    }
}

extension IMAPSession.SearchCommand {
    /// Whether scores are asked for, told or sorted by.
    var wantsRelevancy: Bool {
        items.contains(.relevancy) || (criteria?.contains { $0.key == .relevancy } ?? false)
    }
}
