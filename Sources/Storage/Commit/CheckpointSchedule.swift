/// When SQLite's write-ahead log is copied into the database file, and how.
struct CheckpointSchedule {
    /// What is to be done.
    enum Step: Equatable {
        case nothing
        /// Copy what no reader is in the way of.
        case copy
        /// The log has grown far beyond what it should: wait a moment for readers, so that it can begin anew.
        case beginAnew
    }

    /// Pages after which they are copied.
    private let pagesMax: Int
    /// The log's pages at the last look.
    private var pages = 0
    /// The log's pages when it was last tried, whatever came of it: where there is no room or a reader is in the way, it is
    /// not tried again before as many pages have come once more.
    private var pagesTried = 0

    init(pagesMax: Int) {
        self.pagesMax = pagesMax
    }

    /// After a COMMIT.
    mutating func step(pages now: Int) -> Step {
        look(at: now)
        guard pages - pagesTried >= pagesMax else { return .nothing }
        pagesTried = pages
        return pages >= Self.longShare * pagesMax ? .beginAnew : .copy
    }

    /// When nothing has been asked for a while.
    mutating func stepWhenIdle(pages now: Int) -> Step {
        guard isWorthIt(pages: now) else { return .nothing }
        look(at: now)
        pagesTried = pages
        return .copy
    }

    /// Whether there is something to copy in idle time.
    func isWorthIt(pages now: Int) -> Bool {
        now - (now < pages ? 0 : pagesTried) >= max(1, pagesMax / Self.idleShare)
    }

    private mutating func look(at now: Int) {
        // It has begun anew.
        if now < pages { pagesTried = 0 }
        pages = now
    }

    /// A log of so many times `pagesMax` is not left to readers' good will.
    private static let longShare = 4
    /// In idle time this part of `pagesMax` is enough.
    private static let idleShare = 16
}
