/// What a search is to return (RFC 4731 §3.1 and extensions).
package struct SearchReturnOptions: Hashable, Sendable {
    /// Results that stand alone.
    package struct Items: OptionSet, Hashable, Sendable {
        /// The bits.
        package let rawValue: UInt16
        /// From bits.
        package init(rawValue: UInt16) { self.rawValue = rawValue }
        /// The smallest number.
        package static let min = Items(rawValue: 1)
        /// The largest number.
        package static let max = Items(rawValue: 2)
        /// All numbers.
        package static let all = Items(rawValue: 4)
        /// How many.
        package static let count = Items(rawValue: 8)
        /// Keep the result as `$` (RFC 5182).
        package static let save = Items(rawValue: 16)
        /// Scores, in the order of the numbers (RFC 6203 §4).
        package static let relevancy = Items(rawValue: 32)
        /// The search may be repeated (RFC 5267 §4.2): a hint.
        package static let context = Items(rawValue: 64)
        /// Tell what changes (RFC 5267 §4.3).
        package static let update = Items(rawValue: 128)
    }

    /// `RETURN ()` means ALL (RFC 4731 §3.1).
    package let items: Items
    /// A page of the result (RFC 9394 §3.1).
    package let partial: PartialRange?
    /// What is told of messages that come to the result (RFC 5465 §7); goes with `update`.
    package let updateAttributes: [FetchAttribute]

    /// As above.
    package init(items: Items, partial: PartialRange? = nil, updateAttributes: [FetchAttribute] = []) {
        self.items = items
        self.partial = partial
        self.updateAttributes = updateAttributes
    }
}

/// SEARCH and UID SEARCH (RFC 9051 §6.4.4).
package struct SearchRequest: Hashable, Sendable {
    /// Which kind of numbers the answer has.
    package let numbering: MessageNumbering
    /// Nil where RETURN was not said: the answer is SEARCH in IMAP4rev1, ESEARCH in IMAP4rev2.
    package let returning: SearchReturnOptions?
    /// What to look for.
    package let key: SearchKey
}

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

/// THREAD and UID THREAD (RFC 5256 §3).
package struct ThreadRequest: Hashable, Sendable {
    /// How threads are made.
    package enum Algorithm: Hashable, Sendable {
        case orderedSubject
        case references
    }

    /// Which kind of numbers the answer has.
    package let numbering: MessageNumbering
    /// How threads are made.
    package let algorithm: Algorithm
    /// What to look for.
    package let key: SearchKey
}

/// ESEARCH, the command: a search of several mailboxes (RFC 7377 §2.1).
package struct MultiSearchRequest: Hashable, Sendable {
    /// Where to look; nil for the selected mailbox, which then must be there.
    package let sources: [MailboxFilter]?
    /// What to return of each mailbox; ALL where RETURN was not said.
    package let returning: SearchReturnOptions
    /// What to look for.
    package let key: SearchKey
}

/// UIDBATCHES (RFC 10022): UID ranges of so many messages each, the newest first.
package struct BatchesRequest: Hashable, Sendable {
    /// Messages of a batch.
    package let size: UInt32
    /// Which of the batches, from 1 up; nil for all.
    package let batches: ClosedRange<UInt32>?
}
