internal import IMAP
internal import MailCore

/// What a search found, in the order in which it is told.
struct SearchResult: Sendable {
    /// The order of the messages.
    enum Order: Sendable {
        /// That of the mailbox.
        case mailbox(UIDSet)
        /// SORT's.
        case sorted([UID])
    }

    var order: Order
    /// How well messages fit, where that was asked about (RFC 6203 §4).
    var scores: [UID: UInt8] = [:]

    init(order: Order) { self.order = order }

    /// All messages.
    var uids: UIDSet {
        switch order {
        case .mailbox(let uids): uids
        case .sorted(let uids): UIDSet(uids)
        }
    }

    var count: Int {
        switch order {
        case .mailbox(let uids): uids.count
        case .sorted(let uids): uids.count
        }
    }

    /// The messages of a page (RFC 9394 §3.1), in order.
    func page(_ range: PartialRange) -> SearchResult {
        let positions = range.positions(in: count)
        switch order {
        case .sorted(let uids): return SearchResult(order: .sorted(Array(uids[positions])))
        case .mailbox(let uids):
            var page = UIDSet()
            var before = 0
            for range in uids.ranges {
                let (lower, upper) = (
                    max(positions.lowerBound - before, 0), min(positions.upperBound - before, range.count)
                )
                if lower < upper {
                    page.append((range.lowerBound + UInt32(lower))...(range.lowerBound + UInt32(upper - 1)))
                }
                before += range.count
            }
            return SearchResult(order: .mailbox(page))
        }
    }

    /// The scores in order, of the messages that the view has numbers for.
    func scores(_ numbering: MessageNumbering, _ view: IMAPSequenceView) -> [UInt8] {
        var list: [UInt8] = []
        func add(_ uid: UID) {
            if Self.number(of: uid, numbering, view) != nil { list.append(scores[uid] ?? 1) }
        }
        switch order {
        case .mailbox(let uids): uids.forEach(add)
        case .sorted(let uids): uids.forEach(add)
        }
        return list
    }

    /// The numbers as ranges in order, of the command's kind; ranges of SORT ascend, too (RFC 5267 §3.2).
    func ranges(_ numbering: MessageNumbering, _ view: IMAPSequenceView) -> [ClosedRange<UInt32>] {
        switch (order, numbering) {
        case (.mailbox(let uids), .uids): return uids.ranges
        case (.mailbox(let uids), .sequenceNumbers): return view.sequenceNumbers(of: uids).ranges
        case (.sorted(let uids), _):
            var ranges: [ClosedRange<UInt32>] = []
            for uid in uids {
                guard let number = Self.number(of: uid, numbering, view) else { continue }
                if let last = ranges.last, last.upperBound < number, last.upperBound + 1 == number {
                    ranges[ranges.count - 1] = last.lowerBound...number
                } else {
                    ranges.append(number...number)
                }
            }
            return ranges
        }
    }

    /// A message's number of the command's kind.
    static func number(of uid: UID, _ numbering: MessageNumbering, _ view: IMAPSequenceView) -> UInt32? {
        numbering == .uids ? uid.rawValue : view.sequenceNumber(of: uid)?.rawValue
    }
}

extension SearchReturnOptions {
    /// The messages that `$` stands for after the search (RFC 5182 §2.4, RFC 9394 §3.2).
    func saved(of result: SearchResult) -> UIDSet {
        let uids = result.uids
        let isAll =
            !items.isDisjoint(with: [.all, .count]) || (items.isDisjoint(with: [.min, .max]) && partial == nil)
        guard !isAll else { return uids }
        var saved = partial.map { result.page($0).uids } ?? UIDSet()
        if items.contains(.min), let first = uids.first { saved = saved.union(UIDSet(first...first)) }
        if items.contains(.max), let last = uids.last { saved = saved.union(UIDSet(last...last)) }
        return saved
    }

    /// Whether there is nothing to answer: RETURN (SAVE) alone (RFC 5182 §2.1).
    var isSilent: Bool { items == .save && partial == nil }

    /// The messages of the result whose highest MODSEQ is told: those that are told of (RFC 4731 §3.2); nil for all.
    func told(of result: SearchResult) -> UIDSet? {
        guard items.isDisjoint(with: [.all, .count]) else { return nil }
        let uids = result.uids
        var told = partial.map { result.page($0).uids } ?? UIDSet()
        if items.contains(.min), let first = uids.first { told = told.union(UIDSet(first...first)) }
        if items.contains(.max), let last = uids.last { told = told.union(UIDSet(last...last)) }
        return told
    }
}

extension ExtendedSearchResult {
    /// What RETURN asked for.
    init(
        _ result: SearchResult, _ returning: SearchReturnOptions, _ tag: CommandTag, _ numbering: MessageNumbering,
        _ view: IMAPSequenceView
    ) {
        self.init(tag: tag, numbering: numbering)
        let uids = result.uids
        func number(_ uid: UID?) -> UInt32? { uid.flatMap { SearchResult.number(of: $0, numbering, view) } }
        if returning.items.contains(.min) { min = number(uids.first) }
        if returning.items.contains(.max) { max = number(uids.last) }
        if returning.items.contains(.count) { count = UInt32(clamping: result.count) }
        if returning.items.contains(.all) { all = result.ranges(numbering, view) }
        if let range = returning.partial {
            page = Page(range: range, numbers: result.page(range).ranges(numbering, view))
        }
        if returning.items.contains(.relevancy) {
            // Those of a page where it is all that is told (RFC 6203 §6).
            var told = returning.items.contains(.all) ? result : returning.partial.map(result.page) ?? result
            told.scores = result.scores
            scores = told.scores(numbering, view)
        }
    }
}
