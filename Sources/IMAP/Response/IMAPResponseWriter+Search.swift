package import MailCore

/// Results of searches.
extension IMAPResponseWriter {
    /// `* SEARCH 2 5 6 (MODSEQ 917162500)` (RFC 3501 §7.2.5, RFC 7162 §3.1.5), the numbers as ranges
    package mutating func search(_ numbers: [ClosedRange<UInt32>], modSeq: ModSeq? = nil) {
        raw("* SEARCH")
        plain(numbers, modSeq)
    }

    /// `* SORT 5 3 4 1 2` (RFC 5256 §4), the same
    package mutating func sort(_ numbers: [ClosedRange<UInt32>], modSeq: ModSeq? = nil) {
        raw("* SORT")
        plain(numbers, modSeq)
    }

    private mutating func plain(_ numbers: [ClosedRange<UInt32>], _ modSeq: ModSeq?) {
        for range in numbers { spacedNumbers(range) }
        if let modSeq, !numbers.isEmpty {
            raw(" (MODSEQ ")
            number(UInt64(clamping: modSeq.rawValue))
            raw(UInt8(ascii: ")"))
        }
        endLine()
    }

    /// `* ESEARCH (TAG "A282") UID MIN 2 COUNT 3`
    package mutating func extendedSearch(_ result: ExtendedSearchResult) {
        raw("* ESEARCH (TAG ")
        string(result.tag.text)
        if let source = result.source {
            raw(" MAILBOX ")
            mailbox(source.mailbox)
            raw(" UIDVALIDITY ")
            number(source.uidValidity.rawValue)
        }
        raw(UInt8(ascii: ")"))
        if result.numbering == .uids { raw(" UID") }
        value(" MIN ", result.min)
        value(" MAX ", result.max)
        value(" COUNT ", result.count)
        if !result.all.isEmpty {
            raw(" ALL ")
            ranges(result.all)
        }
        if let page = result.page { self.page(page) }
        if !result.scores.isEmpty { scores(result.scores) }
        if let modSeq = result.modSeq {
            raw(" MODSEQ ")
            number(UInt64(clamping: modSeq.rawValue))
        }
        for change in result.changes { self.change(change) }
        endLine()
    }

    private mutating func value(_ name: StaticString, _ value: UInt32?) {
        guard let value else { return }
        raw(name)
        number(value)
    }

    /// `PARTIAL (-1:-100 …)`, or `NIL` (RFC 9394 §4)
    private mutating func page(_ page: ExtendedSearchResult.Page) {
        raw(" PARTIAL (")
        for (position, value) in [page.range.first, page.range.last].enumerated() {
            if position > 0 { raw(UInt8(ascii: ":")) }
            if page.range.direction == .fromNewest { raw(UInt8(ascii: "-")) }
            number(value)
        }
        space()
        if page.numbers.isEmpty { raw("NIL") } else { ranges(page.numbers) }
        raw(UInt8(ascii: ")"))
    }

    /// `RELEVANCY (4 99 42)` (RFC 6203 §7)
    private mutating func scores(_ scores: [UInt8]) {
        raw(" RELEVANCY (")
        for (position, score) in scores.enumerated() {
            if position > 0 { space() }
            number(UInt32(Swift.min(Swift.max(score, 1), 100)))
        }
        raw(UInt8(ascii: ")"))
    }

    /// `ADDTO (1 2733)`, `REMOVEFROM (0 32768)` (RFC 5267 §5)
    private mutating func change(_ change: ExtendedSearchResult.Change) {
        switch change.kind {
        case .added: raw(" ADDTO (")
        case .removed: raw(" REMOVEFROM (")
        }
        number(change.position)
        space()
        ranges(change.numbers)
        raw(UInt8(ascii: ")"))
    }

    /// `* THREAD (2)(3 6 (4 23)(44 7 96))` (RFC 5256 §4)
    package mutating func thread(_ threads: ThreadForest) {
        raw("* THREAD")
        if !threads.roots.isEmpty { space() }
        var steps: [ThreadStep] = threads.roots.reversed().map { .open($0) }
        while let step = steps.popLast() {
            switch step {
            case .close: raw(UInt8(ascii: ")"))
            case .open(let node):
                raw(UInt8(ascii: "("))
                steps.append(.close)
                steps.append(.members(node, isFirst: true))
            case .members(let node, let isFirst):
                let children = threads.children[node]
                if let value = threads.numbers[node] {
                    if !isFirst { space() }
                    number(value)
                }
                let hasMember = !isFirst || threads.numbers[node] != nil
                if children.count == 1 {
                    steps.append(.members(children[0], isFirst: !hasMember))
                } else if !children.isEmpty {
                    if hasMember { space() }
                    for child in children.reversed() { steps.append(.open(child)) }
                }
            }
        }
        endLine()
    }

    private enum ThreadStep {
        case open(Int)
        case members(Int, isFirst: Bool)
        case close
    }

    /// `* UIDBATCHES (TAG "A143") 215295:99696,99695:20351` (RFC 10022): each batch from its largest UID to its smallest
    package mutating func uidBatches(_ batches: [ClosedRange<UInt32>], tag: CommandTag) {
        raw("* UIDBATCHES (TAG ")
        string(tag.text)
        raw(UInt8(ascii: ")"))
        for (position, batch) in batches.enumerated() {
            raw(position == 0 ? UInt8(ascii: " ") : UInt8(ascii: ","))
            number(batch.upperBound)
            raw(UInt8(ascii: ":"))
            number(batch.lowerBound)
        }
        endLine()
    }
}
