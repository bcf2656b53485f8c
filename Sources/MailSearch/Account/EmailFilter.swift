package import MailCore

/// Which e-mails of an account are wanted (RFC 8621 §4.4.1): a tree of bounded depth.
package indirect enum EmailFilter: Sendable {
    case all
    case nothing
    case and([EmailFilter])
    case or([EmailFilter])
    case not(EmailFilter)
    /// In this mailbox.
    case inMailbox(MailboxID)
    /// In at least one of these mailboxes.
    case inAny(Set<MailboxID>)
    /// In at least one mailbox beside these.
    case inMailboxBeside(Set<MailboxID>)
    /// When it came, in seconds since 1970, UTC.
    case received(Range<Int64>)
    /// Its size.
    case octets(Range<Int64>)
    case keyword(EmailKeyword)
    /// How many e-mails of its conversation have a keyword, itself among them.
    case thread(ThreadShare, EmailKeyword)
    /// A part of it is an attachment.
    case hasAttachment
    case emails(Set<EmailID>)
    /// A text that is a substring of what the scope says.
    case text(SearchText)
}

/// How many e-mails of a conversation.
package enum ThreadShare: Hashable, Sendable {
    case all
    case some
    case none
}

/// A keyword as JMAP names it (RFC 8621 §4.1.1): a flag or a word.
package enum EmailKeyword: Hashable, Sendable {
    case flag(SystemFlags)
    /// In lower case.
    case word(String)

    /// From its name, in any case.
    package init(_ name: String) {
        switch name.lowercased() {
        case "$seen": self = .flag(.seen)
        case "$answered": self = .flag(.answered)
        case "$flagged": self = .flag(.flagged)
        case "$draft": self = .flag(.draft)
        case let word: self = .word(word)
        }
    }
}

extension EmailFilter {
    /// From cheap to dear.
    var cost: Int {
        switch self {
        case .all, .nothing: 0
        case .inMailbox, .inAny, .inMailboxBeside, .received, .octets, .keyword, .emails: 1
        case .thread: 2
        case .hasAttachment: 3
        case .text: 4
        case .and(let filters), .or(let filters): filters.map(\.cost).max() ?? 0
        case .not(let filter): filter.cost
        }
    }

    /// Whether what an e-mail's conversation has decides about the e-mail.
    var looksAtThreads: Bool {
        switch self {
        case .thread: true
        case .and(let filters), .or(let filters): filters.contains(where: \.looksAtThreads)
        case .not(let filter): filter.looksAtThreads
        default: false
        }
    }
}
