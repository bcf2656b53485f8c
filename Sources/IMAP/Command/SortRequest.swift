/// SORT and UID SORT (RFC 5256 §3, RFC 5267 §3).
package struct SortRequest: Hashable, Sendable {
    /// Which kind of numbers the answer has.
    package let numbering: MessageNumbering
    /// Nil where RETURN was not said: the answer is SORT.
    package let returning: SearchReturnOptions?
    /// The first counts most; never empty.
    package let criteria: [SortCriterion]
    /// What to look for.
    package let key: SearchKey
}

/// One criterion of SORT.
package struct SortCriterion: Hashable, Sendable {
    /// What is compared (RFC 5256 §3, RFC 5957, RFC 6203 §5).
    package enum Key: Hashable, Sendable {
        case arrival
        case cc
        case date
        case displayFrom
        case displayTo
        case from
        case relevancy
        case size
        case subject
        case to
    }

    /// Which way.
    package enum Order: Hashable, Sendable {
        case ascending
        /// `REVERSE`
        case descending
    }

    /// What is compared.
    package let key: Key
    /// Which way.
    package let order: Order

    /// As above.
    package init(_ key: Key, _ order: Order = .ascending) {
        self.key = key
        self.order = order
    }
}
