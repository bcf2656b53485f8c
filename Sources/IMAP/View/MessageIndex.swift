internal import MailCore

/// The messages of a view in their order: sequence number to UID and back, in the logarithm of their number.
///
/// Runs of consecutive UIDs are kept as their first and their length, eight octets each: a mailbox of which little was
/// expunged costs next to nothing, and the worst mailbox eight octets a message. Runs stand in blocks of bounded size,
/// so that an expunge moves one block's runs and the blocks' sums alone.
struct MessageIndex: Sendable {
    private struct Run: Hashable, Sendable {
        var first: UInt32
        var count: UInt32

        var last: UInt32 { first + (count - 1) }
    }

    /// Some runs, one at least.
    private struct Block: Sendable {
        var runs: [Run]
        /// Messages of all blocks before this one.
        var before: UInt32
        /// Messages of this one.
        var count: UInt32

        var firstUID: UInt32 { runs[0].first }
        var lastUID: UInt32 { runs[runs.count - 1].last }
    }

    private static let runsMax = 256

    private var blocks: [Block] = []

    /// How many messages.
    private(set) var count: UInt32 = 0

    /// No messages.
    init() {}

    /// The last message's UID; nil where there is none.
    var lastUID: UID? { blocks.last.map { UID(rawValue: $0.lastUID) } }

    /// Adds messages, each above the last.
    mutating func append(_ uids: UIDSet) {
        for range in uids.ranges { append(range) }
    }

    private mutating func append(_ range: ClosedRange<UInt32>) {
        let length = UInt32(clamping: range.count)
        if let last = blocks.last {
            precondition(range.lowerBound > last.lastUID, "UIDs ascend")
            let place = blocks.count - 1
            if range.lowerBound - 1 == last.lastUID {
                blocks[place].runs[last.runs.count - 1].count += length
                blocks[place].count += length
                count += length
                return
            }
            if last.runs.count < Self.runsMax {
                blocks[place].runs.append(Run(first: range.lowerBound, count: length))
                blocks[place].count += length
                count += length
                return
            }
        }
        blocks.append(Block(runs: [Run(first: range.lowerBound, count: length)], before: count, count: length))
        count += length
    }

    /// The UID at a sequence number; nil beyond the last.
    func uid(at number: SequenceNumber) -> UID? {
        guard number.rawValue >= 1, number.rawValue <= count else { return nil }
        let block = blocks[blocks.partitioned { $0.before + $0.count >= number.rawValue }]
        var rest = number.rawValue - block.before - 1
        for run in block.runs {
            if rest < run.count { return UID(rawValue: run.first + rest) }
            rest -= run.count
        }
        return nil
    }

    /// The sequence number of a UID; nil for a message that is not there.
    func sequenceNumber(of uid: UID) -> SequenceNumber? {
        let place = blocks.partitioned { $0.lastUID >= uid.rawValue }
        guard place < blocks.count else { return nil }
        var number = blocks[place].before
        for run in blocks[place].runs {
            if uid.rawValue < run.first { return nil }
            if uid.rawValue <= run.last { return SequenceNumber(rawValue: number + (uid.rawValue - run.first) + 1) }
            number += run.count
        }
        return nil
    }

    /// How many messages have smaller UIDs.
    private func countBelow(_ uid: UInt32) -> UInt32 {
        let place = blocks.partitioned { $0.lastUID >= uid }
        guard place < blocks.count else { return count }
        var below = blocks[place].before
        for run in blocks[place].runs {
            guard uid > run.first else { return below }
            if uid <= run.last { return below + (uid - run.first) }
            below += run.count
        }
        return below
    }

    /// Those of the UIDs that are there.
    func present(_ uids: UIDSet) -> UIDSet {
        var present = UIDSet()
        for range in uids.ranges {
            var place = blocks.partitioned { $0.lastUID >= range.lowerBound }
            while place < blocks.count, blocks[place].firstUID <= range.upperBound {
                for run in blocks[place].runs where run.last >= range.lowerBound && run.first <= range.upperBound {
                    present.append(max(run.first, range.lowerBound)...min(run.last, range.upperBound))
                }
                place += 1
            }
        }
        return present
    }

    /// The UIDs at sequence numbers; those beyond the last are left out.
    func uids(at numbers: SequenceNumberSet) -> UIDSet {
        var uids = UIDSet()
        for range in numbers.ranges {
            let (first, last) = (max(range.lowerBound, 1), min(range.upperBound, count))
            guard first <= last else { continue }
            var place = blocks.partitioned { $0.before + $0.count >= first }
            while place < blocks.count, blocks[place].before < last {
                var before = blocks[place].before
                for run in blocks[place].runs {
                    let (start, end) = (max(first, before + 1), min(last, before + run.count))
                    if start <= end {
                        uids.append((run.first + (start - before - 1))...(run.first + (end - before - 1)))
                    }
                    before += run.count
                }
                place += 1
            }
        }
        return uids
    }

    /// The sequence numbers of UIDs; those that are not there are left out.
    func sequenceNumbers(of uids: UIDSet) -> SequenceNumberSet {
        var numbers = SequenceNumberSet()
        for range in uids.ranges {
            let below = countBelow(range.lowerBound)
            let upTo = range.upperBound == .max ? count : countBelow(range.upperBound + 1)
            if upTo > below { numbers.append((below + 1)...upTo) }
        }
        return numbers
    }

    /// Takes messages out; those that are not there are passed over.
    mutating func remove(_ uids: UIDSet) {
        guard let lowest = uids.first, let highest = uids.last else { return }
        let start = blocks.partitioned { $0.lastUID >= lowest.rawValue }
        // From the end, so that places before stay what they are.
        var place = blocks.partitioned { $0.firstUID > highest.rawValue } - 1
        while place >= start {
            remove(uids.ranges, fromBlockAt: place)
            place -= 1
        }
        recount(from: start)
    }

    private mutating func remove(_ ranges: [ClosedRange<UInt32>], fromBlockAt place: Int) {
        let block = blocks[place]
        var position = ranges.partitioned { $0.upperBound >= block.firstUID }
        guard position < ranges.count, ranges[position].lowerBound <= block.lastUID else { return }
        var left: [Run] = []
        left.reserveCapacity(block.runs.count + 1)
        for run in block.runs {
            var lower = run.first
            var isSpent = false
            while position < ranges.count, ranges[position].lowerBound <= run.last {
                let taken = ranges[position]
                if taken.lowerBound > lower { left.append(Run(first: lower, count: taken.lowerBound - lower)) }
                guard taken.upperBound < run.last else {
                    isSpent = true
                    break
                }
                lower = max(lower, taken.upperBound + 1)
                position += 1
            }
            if !isSpent { left.append(Run(first: lower, count: run.last - lower + 1)) }
        }
        let parts = stride(from: 0, to: left.count, by: Self.runsMax).map { start in
            let runs = Array(left[start..<min(start + Self.runsMax, left.count)])
            return Block(runs: runs, before: 0, count: runs.reduce(0) { $0 + $1.count })
        }
        blocks.replaceSubrange(place...place, with: parts)
    }

    private mutating func recount(from place: Int) {
        var before = place > 0 && place <= blocks.count ? blocks[place - 1].before + blocks[place - 1].count : 0
        for position in min(place, blocks.count)..<blocks.count {
            blocks[position].before = before
            before += blocks[position].count
        }
        count = blocks.last.map { $0.before + $0.count } ?? 0
    }

    /// All UIDs.
    var uids: UIDSet {
        var uids = UIDSet()
        for block in blocks {
            for run in block.runs { uids.append(run.first...run.last) }
        }
        return uids
    }

    /// Octets held, about.
    var octetCount: Int {
        blocks.reduce(0) { $0 + $1.runs.capacity * MemoryLayout<Run>.stride + MemoryLayout<Block>.stride + 32 }
    }
}
