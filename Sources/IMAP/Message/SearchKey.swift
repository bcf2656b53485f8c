package import MailCore

/// What SEARCH, SORT, THREAD and ESEARCH look for (RFC 9051 §6.4.4 and extensions): a tree of bounded depth.
package indirect enum SearchKey: Hashable, Sendable {
    case all
    /// All of these keys; never empty.
    case and([SearchKey])
    case or(SearchKey, SearchKey)
    case not(SearchKey)
    /// RFC 6203.
    case fuzzy(SearchKey)
    /// All these system flags are set: `SEEN`, `ANSWERED`, …
    case flagged(SystemFlags)
    /// None of these is set: `UNSEEN`, …
    case unflagged(SystemFlags)
    case keyword(Keyword)
    case unkeyword(Keyword)
    /// `\Recent` (RFC 3501 §6.4.4); `NEW` is this and `UNSEEN`, `OLD` its opposite.
    case recent
    /// The whole of a field that has a key of its own.
    case field(SearchField, SearchString)
    /// `HEADER`: a field by name; an empty string asks whether the field is there.
    case header(name: String, SearchString)
    /// Within the text of the message, its header left out.
    case body(SearchString)
    /// Within header or body.
    case text(SearchString)
    case date(SearchDate, DateComparison, CalendarDate)
    /// Some message of the mailbox has a save date (RFC 8514 §4.3).
    case saveDateSupported
    /// More octets than these.
    case larger(UInt64)
    /// Fewer octets than these.
    case smaller(UInt64)
    /// Received longer ago than these seconds, or just so long (RFC 5032).
    case older(seconds: UInt32)
    /// Received within these seconds (RFC 5032).
    case younger(seconds: UInt32)
    /// Sequence numbers.
    case sequenceNumbers(SequenceSet)
    case uids(SequenceSet)
    /// A mod-sequence at least this one (RFC 7162 §3.1.5).
    case modSeq(ModSeqCriterion)
    /// RFC 8474 §5; case matters.
    case emailID(String)
    /// RFC 8474 §5; case matters.
    case threadID(String)
}

extension SearchKey {
    /// Whether any key within fits.
    package func contains(where fits: (SearchKey) -> Bool) -> Bool {
        if fits(self) { return true }
        switch self {
        case .and(let keys): return keys.contains { $0.contains(where: fits) }
        case .or(let left, let right): return left.contains(where: fits) || right.contains(where: fits)
        case .not(let key), .fuzzy(let key): return key.contains(where: fits)
        default: return false
        }
    }

    /// Whether messages are named by sequence numbers; `$` is not.
    package var namesSequenceNumbers: Bool {
        contains { key in
            if case .sequenceNumbers(.ranges) = key { true } else { false }
        }
    }

    /// Whether mod-sequences are asked about, which switches CONDSTORE on (RFC 7162 §3.1).
    package var namesModSeq: Bool {
        contains { key in
            if case .modSeq = key { true } else { false }
        }
    }
}
