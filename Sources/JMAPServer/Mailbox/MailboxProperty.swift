/// The properties of a Mailbox (RFC 8621 §2).
enum MailboxProperty: String, CaseIterable, Sendable {
    case id, name, parentId, role, sortOrder, totalEmails, unreadEmails, totalThreads, unreadThreads, myRights,
        isSubscribed

    static let names = allCases.map(\.rawValue)

    /// Those that messages change.
    static let counts: [MailboxProperty] = [.totalEmails, .unreadEmails, .totalThreads, .unreadThreads]
}
