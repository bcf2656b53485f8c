/// Which date is compared.
package enum SearchDate: Hashable, Sendable {
    /// The internal date, zone disregarded.
    case received
    /// The Date field, time and zone disregarded.
    case sent
    /// RFC 8514.
    case saved
}

/// How a date is compared with the given one.
package enum DateComparison: Hashable, Sendable {
    case before
    case on
    /// On that day or later.
    case since
}
