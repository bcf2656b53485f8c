/// Queries and what belongs to them (RFC 8621 §2.3, §2.4, §4.4, §4.5, §5).
package enum QueryMethods {
    /// All of them.
    static let methods: [JMAPMethod] = [
        EmailQueryMethods.query, EmailQueryMethods.queryChanges, MailboxQueryMethods.query,
        MailboxQueryMethods.queryChanges, SearchSnippetMethods.get,
    ]

    /// emailQuerySortOptions of the account's capabilities (RFC 8621 §1.3.1).
    package static let emailSortOptions = [
        "receivedAt", "size", "from", "to", "subject", "sentAt", "hasKeyword", "allInThreadHaveKeyword",
        "someInThreadHaveKeyword",
    ]
}
