internal import IMAP
internal import MailCore
internal import MailStore
internal import ServerRuntime
internal import Storage

/// QRESYNC: what a client missed that comes back (RFC 7162 §3.2.5).
extension IMAPSession {
    nonisolated(nonsending)
        func resynchronize(
            _ mailbox: SelectedMailbox, _ known: SelectRequest.Resynchronization, _ snapshot: MailboxSnapshot,
            _ replies: ReplyWriter
        ) async throws
    {
        guard snapshot.uidNext > 1 else { return }
        let everything = UIDSet(UID(rawValue: 1)...UID(rawValue: snapshot.uidNext - 1))
        let asked = known.knownUIDs.map { $0.uids(largest: UID(rawValue: snapshot.uidNext - 1), saved: UIDSet()) }
        let uids = asked.map { $0.intersection(everything) } ?? everything
        let matched = known.match.map { mailbox.matchedUpTo($0) } ?? 0
        var vanishable = uids
        if matched > 0 { vanishable = uids.subtracting(UIDSet(UID(rawValue: 1)...UID(rawValue: matched))) }
        let gone = try await expunged(since: known.modSeq, of: mailbox, among: vanishable)
        respond(replies) { $0.vanishedEarlier(gone) }
        try await tellFlags(changedSince: known.modSeq, among: uids, replies)
    }

    /// Those of the UIDs that were expunged after a modification; all that are not there where the store has forgotten
    /// what went (RFC 7162 §3.2.6).
    nonisolated(nonsending)
        func expunged(since modSeq: ModSeq, of mailbox: SelectedMailbox, among uids: UIDSet) async throws -> UIDSet
    {
        let key = mailbox.key
        let history = try await context.store.read {
            try MailStore.expunged(since: modSeq, from: key.mailbox, key.account, in: $0)
        }
        switch history {
        case .known(let gone): return UIDSet(gone).intersection(uids).subtracting(mailbox.view.uids)
        case .forgotten: return uids.subtracting(mailbox.view.uids)
        }
    }
}

extension SelectedMailbox {
    /// The highest UID up to which the client's numbers are the mailbox's: it knows of all expunges before
    /// (RFC 7162 §3.2.5.2).
    fileprivate func matchedUpTo(_ match: SelectRequest.Match) -> UInt32 {
        let most = UID(rawValue: .max)
        let numbers = match.sequenceNumbers.uids(largest: most, saved: UIDSet()).ranges
        let uids = match.uids.uids(largest: most, saved: UIDSet()).ranges
        var pairs = RangePairs(numbers, uids)
        var matched: UInt32 = 0
        while let (number, uid) = pairs.next() {
            guard view.uid(at: SequenceNumber(rawValue: number))?.rawValue == uid else { break }
            matched = uid
        }
        return matched
    }
}

/// Two lists of ranges, number by number side by side; ends with the shorter one.
private struct RangePairs {
    private var first: ArraySlice<ClosedRange<UInt32>>
    private var second: ArraySlice<ClosedRange<UInt32>>
    private var position: (UInt32, UInt32) = (0, 0)

    init(_ first: [ClosedRange<UInt32>], _ second: [ClosedRange<UInt32>]) {
        self.first = first[...]
        self.second = second[...]
    }

    mutating func next() -> (UInt32, UInt32)? {
        guard let left = first.first, let right = second.first else { return nil }
        let pair = (left.lowerBound + position.0, right.lowerBound + position.1)
        if pair.0 == left.upperBound {
            first = first.dropFirst()
            position.0 = 0
        } else {
            position.0 += 1
        }
        if pair.1 == right.upperBound {
            second = second.dropFirst()
            position.1 = 0
        } else {
            position.1 += 1
        }
        return pair
    }
}
