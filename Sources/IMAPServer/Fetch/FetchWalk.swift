internal import IMAP
internal import MailCore

/// A walk over the messages of a command, ascending, that can be left and taken up again.
///
/// Rows are asked for by spans of UIDs: ranges that stand close together make one span, so that neither a mailbox with
/// many gaps costs a query for each message, nor two messages far apart one row after the other between them.
struct FetchWalk: Sendable {
    /// Where a walk stands.
    struct Place: Hashable, Sendable {
        /// The range that comes next.
        fileprivate var range = 0
        /// The first UID in it that was not met; nil for its first.
        fileprivate var uid: UInt32?
    }

    private let ranges: [ClosedRange<UInt32>]
    private let view: IMAPSequenceView
    private(set) var place: Place
    /// The last range of the span under way.
    private var lastOfSpan = 0
    /// The sequence number of the first UID of the range at `place`.
    private var number: UInt32?

    /// UIDs between two ranges that are read and passed over.
    private static let gapMax: UInt32 = 64
    /// UIDs that one query goes through.
    private static let spanMax: UInt32 = 65_536

    /// Over messages of a view, all of which are in it.
    init(_ uids: UIDSet, in view: IMAPSequenceView, from place: Place = Place()) {
        ranges = uids.ranges
        self.view = view
        self.place = place
    }

    /// Whether there is nothing left.
    var isOver: Bool { place.range >= ranges.count }

    /// The UIDs to ask for next; nil at the end.
    mutating func nextSpan() -> ClosedRange<UInt32>? {
        guard !isOver else { return nil }
        let first = place.uid ?? ranges[place.range].lowerBound
        let (limit, isBeyond) = first.addingReportingOverflow(Self.spanMax - 1)
        let upperMax = isBeyond ? UInt32.max : limit
        lastOfSpan = place.range
        while lastOfSpan + 1 < ranges.count {
            let next = ranges[lastOfSpan + 1].lowerBound
            guard next - ranges[lastOfSpan].upperBound <= Self.gapMax, next <= upperMax else { break }
            lastOfSpan += 1
        }
        return first...min(ranges[lastOfSpan].upperBound, upperMax)
    }

    /// Moves to a UID of the span, above the one before.
    ///
    /// - Returns: the message's sequence number; nil when the command does not name it.
    mutating func move(to uid: UInt32) -> SequenceNumber? {
        while ranges[place.range].upperBound < uid {
            guard place.range < lastOfSpan else { return nil }
            step()
        }
        let range = ranges[place.range]
        guard range.lowerBound <= uid else { return nil }
        let first = number ?? view.sequenceNumber(of: UID(rawValue: range.lowerBound))?.rawValue ?? 0
        number = first
        if uid == range.upperBound { step() } else { place.uid = uid + 1 }
        return SequenceNumber(rawValue: first + (uid - range.lowerBound))
    }

    /// The span has no more messages.
    mutating func endSpan(_ span: ClosedRange<UInt32>) {
        while place.range <= lastOfSpan, place.range < ranges.count {
            let range = ranges[place.range]
            if range.upperBound <= span.upperBound {
                step()
            } else {
                if range.lowerBound <= span.upperBound { place.uid = span.upperBound + 1 }
                return
            }
        }
    }

    private mutating func step() {
        place.range += 1
        place.uid = nil
        number = nil
    }
}
