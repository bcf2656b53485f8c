package import MailCore
package import Storage

/// A mailbox's messages with their flags, at one moment, in memory: an octet for each message, four more where any has a
/// keyword.
package struct MailboxFlags: Sendable {
    /// All messages.
    package private(set) var uids = UIDSet()
    /// By place, which is a message's position in `uids`.
    private var system: [UInt8] = []
    /// By place, the number of the message's keywords in `keywordLists`; none at all while no message has a keyword.
    private var listNumbers: [UInt32] = []
    /// What different keywords messages have, or had, as the store keeps them: names with a space between them.
    private(set) var keywordLists: [[UInt8]] = [[]]
    private var numbersOfLists: [[UInt8]: UInt32] = [[]: 0]
    /// Neighbours often have the same.
    private var lastList: UInt32 = 0

    /// No messages.
    init() {}

    /// One message's flags.
    package struct Message {
        /// Which message.
        package let uid: UID
        /// Those of the system.
        package let flags: SystemFlags
        /// Different for different keywords; 0 for none.
        package let list: UInt32
    }

    /// Messages with consecutive UIDs.
    private struct Run {
        let uids: ClosedRange<UInt32>
        let place: Int
    }

    /// The keywords of messages with this list, as the store keeps them.
    package func keywords(inList list: UInt32) -> [UInt8] { keywordLists[Int(list)] }

    /// Says of messages whether they have a keyword.
    package func having(_ keyword: Keyword) -> (Message) -> Bool {
        let lists = keywordLists.map { list in
            list.split(separator: UInt8(ascii: " ")).contains {
                Keyword(String(decoding: $0, as: UTF8.self)) == keyword
            }
        }
        return { lists[Int($0.list)] }
    }

    /// Hands over the messages in a range of numbers, ascending, until the closure has enough.
    package func scan(_ range: ClosedRange<UInt32>, each: (Message) throws -> ScanDemand) rethrows {
        for run in runs(among: [range]) {
            for (offset, uid) in run.uids.enumerated() {
                let place = run.place + offset
                let message = Message(
                    uid: UID(rawValue: uid), flags: SystemFlags(rawValue: system[place]),
                    list: listNumbers.isEmpty ? 0 : listNumbers[place])
                if try each(message) == .enough { return }
            }
        }
    }

    /// Where those of the messages stand that are here.
    private func runs(among wanted: [ClosedRange<UInt32>]) -> [Run] {
        guard let first = wanted.first else { return [] }
        var runs: [Run] = []
        var (next, before) = (0, 0)
        for range in uids.ranges {
            if range.upperBound >= first.lowerBound {
                while next < wanted.count, wanted[next].upperBound < range.lowerBound { next += 1 }
                var position = next
                while position < wanted.count, wanted[position].lowerBound <= range.upperBound {
                    let both = range.clamped(to: wanted[position])
                    runs.append(Run(uids: both, place: before + Int(both.lowerBound - range.lowerBound)))
                    position += 1
                }
                if next >= wanted.count { break }
            }
            before += range.count
        }
        return runs
    }
}

// MARK: Changes

extension MailboxFlags {
    /// Adds a message above all others.
    mutating func append(_ uid: UID, _ flags: SystemFlags, keywords: UnsafeRawBufferPointer) {
        let list = number(of: keywords)
        if list != 0, listNumbers.isEmpty { listNumbers = [UInt32](repeating: 0, count: system.count) }
        if list != 0 || !listNumbers.isEmpty { listNumbers.append(list) }
        uids.append(uid)
        system.append(flags.rawValue)
    }

    /// Flags that a message has.
    struct Change {
        let uid: UID
        let flags: SystemFlags
        fileprivate let list: UInt32
    }

    /// A message's flags, to be set with others; its keywords are remembered at once.
    mutating func change(_ uid: UID, _ flags: SystemFlags, keywords: UnsafeRawBufferPointer) -> Change {
        Change(uid: uid, flags: flags, list: number(of: keywords))
    }

    /// Sets flags of messages; those that are not here are passed over.
    mutating func set(_ changes: [Change]) {
        let changes = changes.sorted { $0.uid < $1.uid }
        if listNumbers.isEmpty, changes.contains(where: { $0.list != 0 }) {
            listNumbers = [UInt32](repeating: 0, count: system.count)
        }
        var next = 0
        for run in runs(among: UIDSet(changes.lazy.map(\.uid)).ranges) {
            for uid in run.uids {
                while changes[next].uid.rawValue < uid { next += 1 }
                let place = run.place + Int(uid - run.uids.lowerBound)
                system[place] = changes[next].flags.rawValue
                if !listNumbers.isEmpty { listNumbers[place] = changes[next].list }
            }
        }
    }

    /// Takes messages out; those that are not here are passed over.
    mutating func remove(_ gone: UIDSet) {
        let left = uids.subtracting(gone)
        let runs = runs(among: left.ranges)
        system = runs.reduce(into: []) { $0 += system[$1.place..<($1.place + $1.uids.count)] }
        if !listNumbers.isEmpty {
            listNumbers = runs.reduce(into: []) { $0 += listNumbers[$1.place..<($1.place + $1.uids.count)] }
        }
        uids = left
    }

    private mutating func number(of keywords: UnsafeRawBufferPointer) -> UInt32 {
        if keywords.isEmpty { return 0 }
        if keywordLists[Int(lastList)].elementsEqual(keywords) { return lastList }
        let list = Array(keywords)
        let new = UInt32(keywordLists.count)
        let number = numbersOfLists[list] ?? new
        if number == new {
            keywordLists.append(list)
            numbersOfLists[list] = new
        }
        lastList = number
        return number
    }

    /// Whether most of the keywords that it knows are those of the past.
    var isStale: Bool { keywordLists.count > system.count + 1024 }

    /// Octets in memory, about.
    var octetCount: Int {
        let lists = keywordLists.reduce(0) { $0 + 2 * $1.count + 128 }
        return uids.ranges.count * MemoryLayout<ClosedRange<UInt32>>.stride + system.count + listNumbers.count * 4
            + lists
    }
}
