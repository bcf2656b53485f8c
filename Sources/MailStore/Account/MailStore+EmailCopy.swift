package import MailCore
internal import Storage

/// What a message is like in the account that it is copied to.
package struct EmailCopyRequest: Hashable, Sendable {
    package var email: EmailID
    /// At least one.
    package var mailboxes: Set<MailboxID>
    package var keywords: EmailKeywords
    /// Seconds since 1970, UTC; nil: as there.
    package var receivedAt: Int64?

    /// A copy in these mailboxes.
    package init(email: EmailID, mailboxes: Set<MailboxID>, keywords: EmailKeywords, receivedAt: Int64? = nil) {
        self.email = email
        self.mailboxes = mailboxes
        self.keywords = keywords
        self.receivedAt = receivedAt
    }
}

extension MailStore {
    /// What became of a copy.
    package enum EmailCopyOutcome: Hashable, Sendable {
        /// It is there, under the same number.
        case copied
        /// The account has the message already.
        case alreadyThere
        case refused(EmailRefusal)
    }

    /// Copies messages to another account (RFC 8621 §4.7), one transaction for all; durable when it returns.
    ///
    /// - Parameters:
    ///   - user: who asks for it, with its rights in both accounts.
    ///   - quota: of the account that they come to.
    ///   - now: seconds since 1970.
    /// - Returns: one for each request.
    package func copy(
        _ requests: [EmailCopyRequest], from source: AccountID, to target: AccountID, for user: AccountID,
        quota: MailQuota = .none, now: Int64
    ) async throws -> [EmailCopyOutcome] {
        precondition(source != target)
        return try await store.change { transaction in
            let readable = Set(try Self.rights(of: user, in: source, in: transaction).keys)
            let rights = try Self.rights(of: user, in: target, in: transaction)
            var outcomes: [EmailCopyOutcome] = []
            for request in requests {
                do {
                    let original = try Self.email(request.email, of: source, within: readable, in: transaction)
                    guard let original else { throw EmailRefusal.notFound }
                    guard !request.mailboxes.isEmpty else { throw EmailRefusal.noMailbox }
                    for mailbox in request.mailboxes {
                        guard let rights = rights[mailbox] else { throw EmailRefusal.noSuchMailbox(mailbox) }
                        guard rights.contains(.insert) else { throw EmailRefusal.notPermitted }
                    }
                    guard try Self.email(request.email, of: target, in: transaction) == nil else {
                        outcomes.append(.alreadyThere)
                        continue
                    }
                    let usage = try Self.usage(target, in: transaction)
                    let copies = Int64(request.mailboxes.count)
                    let octets = usage.octets + copies * original.earliest.octets
                    guard octets <= quota.octetsMax, usage.messages + copies <= quota.messagesMax else {
                        throw EmailRefusal.overQuota
                    }
                    try Self.copy(original, from: source, to: target, request, now: now, in: transaction)
                    outcomes.append(.copied)
                } catch let refusal as EmailRefusal {
                    outcomes.append(.refused(refusal))
                }
            }
            return outcomes
        }
    }

    private static func copy(
        _ original: StoredEmail, from source: AccountID, to target: AccountID, _ request: EmailCopyRequest,
        now: Int64, in transaction: SQLTransaction
    ) throws {
        let copy = original.earliest
        let look = MessageTransfer.Look(
            flags: request.keywords.flags, keywords: request.keywords.keywords.map(\.text),
            internalDate: request.receivedAt ?? copy.internalDate)
        for mailbox in request.mailboxes.sorted() {
            let job = MessageTransfer(
                source: MailboxKey(account: source, mailbox: copy.mailbox),
                target: MailboxKey(account: target, mailbox: mailbox), kind: .copy, kept: EmailKeywords.scope,
                quota: .none, savedAt: now, most: .max, look: look)
            _ = try job.run(UIDSet(copy.uid...copy.uid), in: transaction)
        }
    }
}
