internal import IMAP
internal import InternetMessage
internal import MailCore
internal import MailSearch

/// Brings messages into the order that SORT asks for (RFC 5256 §3, RFC 5957).
struct MessageSorter: Sendable {
    fileprivate enum Value: Sendable {
        case number(Int64)
        case text([UInt8])
    }

    /// What is compared of one message.
    struct Entry: Sendable {
        let uid: UID
        fileprivate let values: [Value]
    }

    private let criteria: [SortCriterion]

    private let scores: [UID: UInt8]

    /// - Parameter scores: those that RELEVANCY sorts by.
    init(_ criteria: [SortCriterion], _ scores: [UID: UInt8] = [:]) {
        self.criteria = criteria
        self.scores = scores
    }

    /// What is compared of a message.
    func entry(_ message: MailSearch.SortedMessage) -> Entry {
        Entry(uid: message.uid, values: criteria.map { value($0.key, message) })
    }

    private func value(_ key: SortCriterion.Key, _ message: MailSearch.SortedMessage) -> Value {
        switch key {
        case .arrival: .number(message.internalDate)
        case .date: .number(message.facts.sentSeconds ?? message.internalDate)
        case .size: .number(message.octets)
        // The highest score comes first (RFC 6203 §6).
        case .relevancy: .number(-Int64(scores[message.uid] ?? 0))
        case .cc: .text(message.facts.cc)
        case .from: .text(message.facts.from)
        case .to: .text(message.facts.to)
        case .subject: .text(message.facts.baseSubject)
        case .displayFrom: .text(message.facts.displayFrom)
        case .displayTo: .text(message.facts.displayTo)
        }
    }

    /// In order; those that are alike in all stand as in the mailbox.
    func sort(_ entries: [Entry]) -> [UID] { entries.sorted(by: isBefore).map(\.uid) }

    private func isBefore(_ one: Entry, _ other: Entry) -> Bool {
        for (place, criterion) in criteria.enumerated() {
            let order = Self.compare(one.values[place], other.values[place])
            if order != 0 { return criterion.order == .ascending ? order < 0 : order > 0 }
        }
        return one.uid < other.uid
    }

    private static func compare(_ one: Value, _ other: Value) -> Int {
        switch (one, other) {
        case (.number(let left), .number(let right)): left < right ? -1 : left > right ? 1 : 0
        case (.text(let left), .text(let right)):
            left.lexicographicallyPrecedes(right) ? -1 : right.lexicographicallyPrecedes(left) ? 1 : 0
        default: 0
        }
    }
}
