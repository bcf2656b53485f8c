package import MailCore

/// The messages that a command names (RFC 9051 §9 `sequence-set`), as it names them; sequence numbers or UIDs.
package enum SequenceSet: Hashable, Sendable {
    /// In the order in which they were written.
    case ranges([SequenceRange])
    /// `$`: what the last search saved (RFC 5182).
    case savedResult

    /// One number, or `*`.
    package enum Bound: Hashable, Sendable {
        /// From 1 up.
        case number(UInt32)
        /// `*`: the largest number in use.
        case largest

        func resolved(largest: UInt32) -> UInt32 {
            switch self {
            case .number(let number): number
            case .largest: largest
            }
        }
    }

    /// A `seq-range`, or one number as both ends; the order of the ends means nothing.
    package struct SequenceRange: Hashable, Sendable {
        /// As written first.
        package let from: Bound
        /// As written second.
        package let to: Bound

        /// Both ends belong to it.
        package init(_ from: Bound, _ to: Bound) {
            self.from = from
            self.to = to
        }
    }

    /// A number that no message has: the reply is BAD (RFC 9051 §9 `seq-number`).
    package struct NumberOutOfRange: Error, Hashable, Sendable {}

    /// The UIDs meant: those above the last message's are kept (they name nothing), `3291:*` holds the last message
    /// even where its UID is smaller. `saved` stands for `$`; in an empty mailbox `*` is UIDNEXT.
    package func uids(largest: UID, saved: UIDSet) -> UIDSet {
        switch self {
        case .savedResult: saved
        case .ranges(let ranges): UIDSet(ranges: ranges.map { $0.resolved(largest: largest.rawValue) })
        }
    }

    /// The sequence numbers meant in a view of `count` messages.
    package func sequenceNumbers(count: UInt32, saved: SequenceNumberSet) throws(NumberOutOfRange) -> SequenceNumberSet
    {
        guard case .ranges(let ranges) = self else { return saved }
        var resolved: [ClosedRange<UInt32>] = []
        resolved.reserveCapacity(ranges.count)
        for range in ranges {
            let numbers = range.resolved(largest: count)
            guard numbers.lowerBound >= 1, numbers.upperBound <= count else { throw NumberOutOfRange() }
            resolved.append(numbers)
        }
        return SequenceNumberSet(ranges: resolved)
    }
}

extension SequenceSet.SequenceRange {
    fileprivate func resolved(largest: UInt32) -> ClosedRange<UInt32> {
        let (one, other) = (from.resolved(largest: largest), to.resolved(largest: largest))
        return min(one, other)...max(one, other)
    }
}
