package import MailCore

/// A list of e-mails of an account (RFC 8621 §4.4).
package struct EmailQuery: Sendable {
    /// Which.
    package var filter: EmailFilter
    /// In which order; what is left equal comes newest first.
    package var sort: [EmailComparator]
    /// Of each conversation all, or the first alone.
    package var collapse: ThreadCollapse

    /// As above.
    package init(_ filter: EmailFilter, sort: [EmailComparator] = [], collapse: ThreadCollapse = .none) {
        self.filter = filter
        self.sort = sort
        self.collapse = collapse
    }
}

/// Whether a conversation is listed once (RFC 8621 §4.4.3).
package enum ThreadCollapse: Sendable {
    case none
    case threads
}

/// What two e-mails are compared by (RFC 8621 §4.4.2).
package struct EmailComparator: Sendable {
    /// What is compared.
    package enum Property: Hashable, Sendable {
        case receivedAt
        case size
        /// The name of the first author that is shown, or the address.
        case from
        /// The same of the first recipient.
        case to
        /// Without what replies put before it (RFC 5256 §2.1).
        case subject
        /// When it came where it does not say.
        case sentAt
        case hasKeyword(EmailKeyword)
        case allInThreadHaveKeyword(EmailKeyword)
        case someInThreadHaveKeyword(EmailKeyword)
    }

    /// Which comes first.
    package enum Direction: Sendable {
        case ascending
        case descending
    }

    /// What is compared.
    package var property: Property
    /// Which comes first.
    package var direction: Direction

    /// As above.
    package init(_ property: Property, _ direction: Direction = .ascending) {
        self.property = property
        self.direction = direction
    }

    var looksAtThreads: Bool {
        switch property {
        case .allInThreadHaveKeyword, .someInThreadHaveKeyword: true
        default: false
        }
    }

    /// Whether the message's own text is needed.
    var readsFacts: Bool {
        switch property {
        case .from, .to, .subject, .sentAt: true
        default: false
        }
    }
}

extension EmailQuery {
    /// Whether a change of one e-mail may list or unlist others of its conversation, or move them.
    var looksAtThreads: Bool {
        collapse == .threads || filter.looksAtThreads || sort.contains(where: \.looksAtThreads)
    }
}

/// Which part of a list is wanted (RFC 8620 §5.5).
package struct EmailWindow: Sendable {
    /// Where it begins.
    package enum Start: Sendable {
        /// From the beginning, or, if negative, from the end.
        case position(Int)
        /// From an e-mail, and so many on.
        case anchor(EmailID, offset: Int)
    }

    /// Where it begins.
    package var start: Start
    /// E-mails, at most.
    package var limit: Int

    /// As above.
    package init(_ start: Start = .position(0), limit: Int) {
        self.start = start
        self.limit = limit
    }
}

/// Part of a list.
package struct EmailList: Sendable, Equatable {
    /// The account's clock: the list is as of then.
    package var clock: ModSeq
    /// How many e-mails the whole list has.
    package var total: Int
    /// The place of the first of these in it.
    package var position: Int
    /// Those that were asked for.
    package var emails: [EmailID]
}

/// How a list has changed.
package struct EmailListChanges: Sendable, Equatable {
    /// An e-mail and its place in the list as it is.
    package struct Added: Sendable, Equatable {
        /// Which.
        package var email: EmailID
        /// Where.
        package var index: Int
    }

    /// The account's clock: the list is as of then.
    package var clock: ModSeq
    /// How many e-mails the whole list has.
    package var total: Int
    /// What may have been in the list before and is to be taken out first (RFC 8620 §5.6).
    package var removed: [EmailID]
    /// What is to be put in afterwards, by place.
    package var added: [Added]
}

/// Why a query has no answer.
package enum EmailQueryFailure: Error, Equatable {
    /// The anchor is not in the list (RFC 8620 §5.5).
    case anchorNotFound
    /// What changed since is not known any more (RFC 8620 §5.6).
    case cannotCalculateChanges
    /// More has changed than may be told.
    case tooManyChanges
}
