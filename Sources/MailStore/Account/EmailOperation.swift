package import MailCore

/// What is to become of a message in all of its mailboxes (RFC 8621 §4.6).
package enum EmailOperation: Hashable, Sendable {
    /// Its keywords or mailboxes change.
    case patch(EmailPatch)
    /// All of its copies go.
    case destroy
}

/// A change of a message's keywords and mailboxes.
package struct EmailPatch: Hashable, Sendable {
    /// What additions are added to.
    package enum Base: Hashable, Sendable {
        /// What is there already.
        case present
        /// Nothing: the additions are all there is.
        case nothing
    }

    /// What the keywords are based on.
    package var keywordsBase = Base.present
    /// System flags that the message has then.
    package var addedFlags: SystemFlags = []
    /// System flags that it has not.
    package var removedFlags: SystemFlags = []
    /// Keywords that the message has then.
    package var addedKeywords: [Keyword] = []
    /// Keywords that it has not.
    package var removedKeywords: [Keyword] = []
    /// What the mailboxes are based on.
    package var mailboxesBase = Base.present
    /// Mailboxes that it is in then.
    package var addedMailboxes: Set<MailboxID> = []
    /// Mailboxes that it is not in.
    package var removedMailboxes: Set<MailboxID> = []

    /// Nothing changes.
    package init() {}

    func keywords(after before: EmailKeywords) -> EmailKeywords {
        var after = keywordsBase == .present ? before : EmailKeywords(flags: [], keywords: [])
        after.flags = after.flags.subtracting(removedFlags).union(addedFlags)
        after.keywords.removeAll { removedKeywords.contains($0) }
        for keyword in addedKeywords where !after.keywords.contains(keyword) {
            after.keywords.append(before.keywords.first { $0 == keyword } ?? keyword)
        }
        after.keywords.sort()
        return after
    }

    func mailboxes(after before: Set<MailboxID>) -> Set<MailboxID> {
        (mailboxesBase == .present ? before.subtracting(removedMailboxes) : []).union(addedMailboxes)
    }
}

/// The flags and keywords of a message: those of its copies together, but for `\Deleted`, which is each copy's own.
package struct EmailKeywords: Hashable, Sendable {
    package var flags: SystemFlags
    /// Sorted, each once.
    package var keywords: [Keyword]

    /// Those of a message that is to be filed.
    package init(flags: SystemFlags, keywords: [Keyword]) {
        self.flags = flags
        self.keywords = keywords
    }

    /// Those of copies.
    package init(_ copies: [StoredEmail.Copy]) {
        flags = copies.reduce(SystemFlags()) { $0.union($1.flags) }.subtracting(.deleted)
        var distinct: Set<Keyword> = []
        for copy in copies {
            for keyword in copy.keywords { if let keyword = Keyword(keyword) { distinct.insert(keyword) } }
        }
        keywords = distinct.sorted()
    }

    var change: FlagChange { FlagChange(.replace, flags, keywords: keywords, within: Self.scope) }

    static let scope = FlagScope([.seen, .answered, .flagged, .draft], keywords: .all)
}

/// Why nothing became of it.
package enum EmailRefusal: Error, Hashable, Sendable {
    /// There is no such message, or none that may be seen.
    case notFound
    /// It would be in no mailbox.
    case noMailbox
    /// There is no such mailbox.
    case noSuchMailbox(MailboxID)
    /// The account may not do that in one of the mailboxes (RFC 4314).
    case notPermitted
    /// It would have more keywords than `MailStoreLimits.keywordsOfMessageMax`.
    case tooManyKeywords
    /// The account would hold more than it may.
    case overQuota
}
