internal import IMAP
internal import MailCore

/// Searches of the selected mailbox whose results are kept up to date (RFC 5267 §4.3).
struct SearchState {
    /// Such searches of one session.
    static let contextsMax = 8
    /// Messages of a result that is kept.
    static let messagesMax = 200_000
    /// The same of a sorted one: each change sorts it anew.
    static let sortedMessagesMax = 10_000

    /// In the order of their commands.
    var contexts: [SearchContext] = []

    /// No search.
    init() {}
}

/// One of them.
struct SearchContext {
    let tag: CommandTag
    let numbering: MessageNumbering
    /// What was looked for; sequence numbers in it are as they were then (RFC 5267 §4.3).
    let key: SearchKey
    /// Nil where the result stands in the order of the mailbox.
    let criteria: [SortCriterion]?
    /// What is told of messages that come to the result (RFC 5465 §7).
    let attributes: [FetchAttribute]
    /// The result that the client knows.
    var result: SearchResult
    /// All changes up to this one are in the result.
    var modSeq: ModSeq
    /// All messages up to this one are in the result, where they fit.
    var lastUID: UInt32
}
