internal import IMAP
internal import MailCore
internal import MailSearch

/// What a key means in one mailbox at one moment.
struct SearchKeyResolver {
    /// The messages that are looked at, with the numbers that the client has for them.
    let view: IMAPSequenceView
    let uidNext: UInt32
    /// Seconds since 1970.
    let now: Int64
    /// How much of the texts within `FUZZY` has to be there.
    var fuzzyMatch = FuzzyMatch.stems

    /// The filter.
    func filter(_ key: SearchKey) -> MessageFilter { filter(key) { .text(SearchText($0, in: $1)) } }

    /// A text in a scope, exactly or fuzzily.
    private typealias TextFilter = (String, SearchText.Scope) -> MessageFilter

    private func filter(_ key: SearchKey, _ text: TextFilter) -> MessageFilter {
        switch key {
        case .all, .saveDateSupported: .all
        case .and(let keys): .and(keys.map { filter($0, text) })
        case .or(let left, let right): .or([filter(left, text), filter(right, text)])
        case .not(let key): .not(filter(key, text))
        // Dates, sizes and flags are meant as they are written (RFC 6203 §5 leaves that to us).
        case .fuzzy(let key): filter(key) { .fuzzy($0, in: $1, fuzzyMatch) }
        case .flagged(let flags): .flagged(flags)
        case .unflagged(let flags): .unflagged(flags)
        case .keyword(let keyword): .keyword(keyword)
        case .unkeyword(let keyword): .not(.keyword(keyword))
        case .recent: .uids(recent)
        case .field(let field, let string): text(string.text, Self.scope(field))
        case .header(let name, let string): text(string.text, .field(name))
        case .body(let string): text(string.text, .body)
        case .text(let string): text(string.text, .anywhere)
        case .date(let which, let comparison, let date): Self.date(which, comparison, date)
        case .larger(let octets): octets < UInt64(Int64.max) ? .octets(Int64(octets) + 1..<Int64.max) : .nothing
        case .smaller(let octets): .octets(0..<Int64(clamping: octets))
        case .older(let seconds): .received(Int64.min..<(now - Int64(seconds) + 1))
        case .younger(let seconds): .received((now - Int64(seconds))..<Int64.max)
        case .sequenceNumbers(let set): .uids(messages(set, .sequenceNumbers))
        case .uids(let set): .uids(messages(set, .uids))
        case .modSeq(let criterion): .modSeq(criterion.modSeq)
        case .emailID(let id): EmailID(objectID: id).map { .email($0) } ?? .nothing
        case .threadID(let id): ThreadID(objectID: id).map { .thread($0) } ?? .nothing
        }
    }

    private var recent: UIDSet {
        var recent = UIDSet()
        view.uids.forEach { if view.recency(of: $0) == .recent { recent.append($0) } }
        return recent
    }

    /// Numbers beyond the mailbox name nothing and are no error here (RFC 7377 §2).
    private func messages(_ set: SequenceSet, _ numbering: MessageNumbering) -> UIDSet {
        var set = set
        if numbering == .sequenceNumbers, case .ranges(let ranges) = set {
            guard view.count > 0 else { return UIDSet() }
            set = .ranges(ranges.compactMap(withinView))
        }
        return (try? view.resolve(set, numbering, uidNext: uidNext)) ?? UIDSet()
    }

    private func withinView(_ range: SequenceSet.SequenceRange) -> SequenceSet.SequenceRange? {
        func number(_ bound: SequenceSet.Bound) -> UInt32 {
            switch bound {
            case .number(let number): number
            case .largest: view.count
            }
        }
        let (one, other) = (number(range.from), number(range.to))
        guard min(one, other) <= view.count else { return nil }
        return SequenceSet.SequenceRange(.number(min(one, other)), .number(min(max(one, other), view.count)))
    }

    private static func scope(_ field: SearchField) -> SearchText.Scope {
        switch field {
        case .bcc: .bcc
        case .cc: .cc
        case .from: .from
        case .subject: .subject
        case .to: .to
        }
    }

    /// Days are UTC's for what the server has noted itself, as FETCH tells it, and the sender's for the Date field.
    private static func date(
        _ which: SearchDate, _ comparison: DateComparison, _ date: CalendarDate
    ) -> MessageFilter {
        let day = date.daysSince1970
        let days: Range<Int64> =
            switch comparison {
            case .before: -1_000_000..<day
            case .on: day..<(day + 1)
            case .since: day..<10_000_000
            }
        let seconds = (days.lowerBound * 86_400)..<(days.upperBound * 86_400)
        return switch which {
        case .received: .received(seconds)
        case .saved: .saved(seconds)
        case .sent: .sent(days)
        }
    }
}
