internal import Directory
package import JMAP
package import MailCore
internal import MailStore
package import Storage

/// An account whose mail a method reads or changes: the user's own, or one with mailboxes that are shared with the user
/// (RFC 4314).
package struct MailAccount: Sendable {
    package let id: AccountID
    /// Who asks.
    package let user: AccountID

    /// Whose it is to the user.
    package var isOwn: Bool { id == user }

    /// The mailboxes that the user may read; nil: all of them.
    package func visible(in transaction: SQLTransaction) throws -> Set<MailboxID>? {
        isOwn ? nil : Set(try MailStore.rights(of: user, in: id, in: transaction).keys)
    }

    /// The mailboxes that the user may read now; nil: all of them.
    func visible(_ services: JMAPServices) async throws -> Set<MailboxID>? {
        isOwn ? nil : try await services.store.read { try visible(in: $0) }
    }

    /// Whether the user may read a copy of a message.
    func sees(_ email: EmailID, in transaction: SQLTransaction) throws -> Bool {
        guard let visible = try visible(in: transaction) else { return true }
        var isSeen = false
        try MailStore.copies(of: email, id, in: transaction) { if visible.contains($0.mailbox) { isSeen = true } }
        return isSeen
    }

    /// The mailbox that an id names in this account.
    package func mailbox(_ id: JMAPID) -> MailboxID? {
        guard let key = MailboxKey(objectID: id.text), key.account == self.id else { return nil }
        return key.mailbox
    }

    /// The id of a mailbox.
    package func id(of mailbox: MailboxID) -> JMAPID {
        JMAPID(made: MailboxKey(account: id, mailbox: mailbox).objectID)
    }

    /// The state of its Emails, Threads and Mailboxes.
    package func state(in transaction: SQLTransaction) throws -> String {
        "\(ChangePoint(try MailStore.clock(of: id, in: transaction)))"
    }

    /// The state of its Emails, Threads and Mailboxes now.
    package func state(_ services: JMAPServices) async throws -> String {
        try await services.store.read { try state(in: $0) }
    }
}

extension JMAPCall {
    /// The account of a method's arguments.
    ///
    /// - Throws: `JMAPMethodError.accountNotFound` also for one of which nothing is shared with the user.
    package func mailAccount(_ id: JMAPID) async throws -> MailAccount {
        guard let account = id.account else { throw JMAPMethodError.accountNotFound }
        let found = MailAccount(id: account, user: user.account.id)
        guard !found.isOwn else { return found }
        let sees = try await services.store.read { try found.visible(in: $0)?.isEmpty == false }
        guard sees else { throw JMAPMethodError.accountNotFound }
        return found
    }
}

extension JMAPID {
    /// The id of an Email.
    package init(_ email: EmailID) { self.init(made: email.objectID) }
    /// The id of a Thread.
    package init(_ thread: ThreadID) { self.init(made: thread.objectID) }
}
