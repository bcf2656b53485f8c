internal import MailClient
package import MailCore

/// A message's flags as the server tells them.
package struct MessageFlags: Sendable, Hashable {
    package var system: SystemFlags
    package var keywords: [String]

    package init(_ system: SystemFlags, _ keywords: [String] = []) {
        self.system = system
        self.keywords = keywords
    }
}

/// A folder's messages, the newest at the top: all their UIDs, and what is known of those that were seen.
struct MessageList {
    private(set) var uids: [UInt32] = []
    private(set) var summaries: [UInt32: MessageSummary] = [:]
    private var asked: Set<UInt32> = []
    /// From 0, the newest.
    private(set) var cursor = 0
    private var top = 0
    private(set) var marked: Set<UInt32> = []

    /// Summaries that are kept: what is far away is asked for again.
    private static let summariesMax = 5_000

    var count: Int { uids.count }

    /// The UID at a place from the top.
    func uid(at place: Int) -> UInt32? {
        (0..<uids.count).contains(place) ? uids[uids.count - 1 - place] : nil
    }

    var current: UInt32? { uid(at: cursor) }

    /// What a command is about: what is marked, else where the cursor is.
    var chosen: [UInt32] { marked.isEmpty ? current.map { [$0] } ?? [] : marked.sorted() }

    // MARK: What the server tells

    /// Another folder or another search.
    mutating func replace(_ uids: [UInt32]) {
        self = MessageList()
        self.uids = uids
    }

    /// The same folder later: the cursor stays with its message.
    mutating func update(_ uids: [UInt32]) {
        let held = current
        let before = cursor
        self.uids = uids
        let there = Set(uids)
        marked.formIntersection(there)
        if cursor > 0, let held, let index = uids.firstIndex(of: held) {
            cursor = uids.count - 1 - index
        } else {
            cursor = before
        }
        move(0)
    }

    mutating func add(_ more: [MessageSummary]) {
        if summaries.count > Self.summariesMax {
            summaries = [:]
            asked = []
        }
        for summary in more {
            summaries[summary.uid] = summary
            asked.remove(summary.uid)
        }
    }

    mutating func setFlags(_ uid: UInt32, _ flags: MessageFlags) {
        summaries[uid]?.flags = flags.system
        summaries[uid]?.keywords = flags.keywords
    }

    mutating func remove(_ gone: [UInt32]) {
        let gone = Set(gone)
        let above = (0..<cursor).count { place in uid(at: place).map { gone.contains($0) } ?? false }
        uids.removeAll { gone.contains($0) }
        marked.subtract(gone)
        cursor -= above
        move(0)
    }

    /// The UIDs of rows that are seen and not known; they count as asked for.
    mutating func takeWanted(_ rows: Int) -> [UInt32] {
        // A page more on both sides makes paging smooth.
        let places = max(0, top - rows)..<min(uids.count, max(0, top) + 2 * rows)
        let wanted = places.compactMap { uid(at: $0) }.filter { summaries[$0] == nil && !asked.contains($0) }
        asked.formUnion(wanted)
        return wanted
    }

    /// What was asked for is asked for again.
    mutating func forgetAsked() { asked = [] }

    /// What is known may have changed.
    mutating func forget() {
        summaries = [:]
        asked = []
    }

    // MARK: The cursor

    mutating func move(_ by: Int) {
        cursor = min(max(0, cursor + by), max(0, uids.count - 1))
    }

    mutating func move(to place: Int) {
        cursor = min(max(0, place), max(0, uids.count - 1))
    }

    /// The places that are shown, with the cursor among them.
    mutating func window(_ rows: Int) -> Range<Int> {
        let rows = max(1, rows)
        if cursor < top { top = cursor }
        if cursor >= top + rows { top = cursor - rows + 1 }
        top = min(max(0, top), max(0, uids.count - rows))
        return top..<min(uids.count, top + rows)
    }

    mutating func toggleMark() {
        guard let uid = current else { return }
        if marked.remove(uid) == nil { marked.insert(uid) }
        move(1)
    }

    mutating func clearMarks() { marked = [] }
}
