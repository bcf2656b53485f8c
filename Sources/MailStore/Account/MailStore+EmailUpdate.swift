package import MailCore
package import Storage

extension MailStore {
    /// Changes or destroys messages in all of their mailboxes; durable when it returns. Many are done in several transactions;
    /// each message is done in one, or refused.
    ///
    /// - Parameters:
    ///   - user: who asks for it; it has the rights of access control lists where it does not own the account.
    ///   - quota: of the account.
    ///   - now: seconds since 1970.
    /// - Returns: those of which nothing became, and why.
    package func perform(
        _ operations: [(email: EmailID, operation: EmailOperation)], in account: AccountID, for user: AccountID,
        quota: MailQuota = .none, now: Int64
    ) async throws -> [EmailID: EmailRefusal] {
        var refused: [EmailID: EmailRefusal] = [:]
        var rest = operations[...]
        while !rest.isEmpty {
            let piece = rest.prefix(limits.changedTogetherMax)
            rest = rest.dropFirst(piece.count)
            let limits = limits
            let part = try await store.change { transaction in
                var plan = try EmailPlan(account, for: user, quota: quota, now: now, limits, transaction)
                for (email, operation) in piece { try plan.add(email, operation, transaction) }
                try plan.run(transaction)
                return plan.refused
            }
            refused.merge(part) { $1 }
        }
        return refused
    }

    /// The mailboxes of an account and what another one may do with each of those that it may read (RFC 4314).
    package static func rights(
        of user: AccountID, in account: AccountID, in transaction: SQLTransaction
    ) throws -> [MailboxID: AccessRights] {
        var all: [MailboxID: AccessRights] = [:]
        for mailbox in try mailboxes(account, in: transaction) {
            let rights = try rights(
                of: user, on: MailboxKey(account: account, mailbox: mailbox.mailbox), in: transaction)
            if rights.isSuperset(of: [.lookup, .read]) { all[mailbox.mailbox] = rights }
        }
        return all
    }
}

/// What one transaction does with messages, put together so that like things are done at once.
private struct EmailPlan {
    private struct Flagging: Hashable {
        let mailbox: MailboxID
        let keywords: EmailKeywords
    }

    private struct Transfer: Hashable {
        let source: MailboxID
        let target: MailboxID
    }

    private let account: AccountID
    private let now: Int64
    private let quota: MailQuota
    private let limits: MailStoreLimits
    private let rights: [MailboxID: AccessRights]
    private var usage: MailStore.Usage
    private var flaggings: [Flagging: [UID]] = [:]
    private var copies: [Transfer: [UID]] = [:]
    private var moves: [Transfer: [UID]] = [:]
    private var expunges: [MailboxID: [UID]] = [:]
    private(set) var refused: [EmailID: EmailRefusal] = [:]

    init(
        _ account: AccountID, for user: AccountID, quota: MailQuota, now: Int64, _ limits: MailStoreLimits,
        _ transaction: SQLTransaction
    ) throws {
        self.account = account
        self.now = now
        self.quota = quota
        self.limits = limits
        rights = try MailStore.rights(of: user, in: account, in: transaction)
        usage = try MailStore.usage(account, in: transaction)
    }

    mutating func add(_ email: EmailID, _ operation: EmailOperation, _ transaction: SQLTransaction) throws {
        do {
            let within = Set(rights.keys)
            guard let stored = try MailStore.email(email, of: account, within: within, in: transaction) else {
                throw EmailRefusal.notFound
            }
            switch operation {
            case .destroy: try destroy(stored)
            case .patch(let patch): try add(stored, patch)
            }
        } catch let refusal as EmailRefusal {
            refused[email] = refusal
        }
    }

    private mutating func destroy(_ email: StoredEmail) throws {
        for copy in email.copies { try require([.deleteMessages, .expunge], on: copy.mailbox) }
        for copy in email.copies { expunges[copy.mailbox, default: []].append(copy.uid) }
    }

    /// Everything that may be refused comes before the first change of the plan.
    private mutating func add(_ email: StoredEmail, _ patch: EmailPatch) throws {
        let before = Set(email.copies.map(\.mailbox))
        let after = patch.mailboxes(after: before)
        guard !after.isEmpty else { throw EmailRefusal.noMailbox }
        let keywords = patch.keywords(after: EmailKeywords(email.copies))
        guard keywords.keywords.count <= max(limits.keywordsOfMessageMax, EmailKeywords(email.copies).keywords.count)
        else { throw EmailRefusal.tooManyKeywords }
        for mailbox in after.subtracting(before) { try require(.insert, on: mailbox) }
        for mailbox in before.subtracting(after) { try require([.deleteMessages, .expunge], on: mailbox) }
        let flagged = email.copies.filter { EmailKeywords([$0]) != keywords }
        for copy in flagged { try require(rightsToChange(copy, to: keywords), on: copy.mailbox) }
        try addTransfers(of: email, from: before, to: after)
        for copy in flagged {
            flaggings[Flagging(mailbox: copy.mailbox, keywords: keywords), default: []].append(copy.uid)
        }
    }

    private func rightsToChange(_ copy: StoredEmail.Copy, to keywords: EmailKeywords) -> AccessRights {
        var rights: AccessRights = []
        let before = EmailKeywords([copy])
        let changed = before.flags.symmetricDifference(keywords.flags)
        if changed.contains(.seen) { rights.insert(.seen) }
        if !changed.subtracting(.seen).isEmpty || before.keywords != keywords.keywords { rights.insert(.write) }
        return rights
    }

    private func require(_ needed: AccessRights, on mailbox: MailboxID) throws {
        guard let rights = rights[mailbox] else { throw EmailRefusal.noSuchMailbox(mailbox) }
        guard rights.isSuperset(of: needed) else { throw EmailRefusal.notPermitted }
    }

    /// The copies of mailboxes that the message leaves are moved to those that it comes to, as far as there are any.
    private mutating func addTransfers(
        of email: StoredEmail, from before: Set<MailboxID>, to after: Set<MailboxID>
    ) throws {
        var leaving = email.copies.filter { !after.contains($0.mailbox) }
        var moving: [(MailboxID, StoredEmail.Copy)] = []
        var copying: [(MailboxID, StoredEmail.Copy)] = []
        for target in after.subtracting(before).sorted() {
            if leaving.isEmpty {
                copying.append((target, email.copies[0]))
            } else {
                moving.append((target, leaving.removeFirst()))
            }
        }
        let octets = copying.reduce(0) { $0 + $1.1.octets }
        let messages = Int64(copying.count)
        guard
            copying.isEmpty
                || usage.octets + octets <= quota.octetsMax && usage.messages + messages <= quota.messagesMax
        else { throw EmailRefusal.overQuota }
        usage.octets += octets
        usage.messages += messages
        for (target, copy) in copying {
            copies[Transfer(source: copy.mailbox, target: target), default: []].append(copy.uid)
        }
        for (target, copy) in moving {
            moves[Transfer(source: copy.mailbox, target: target), default: []].append(copy.uid)
        }
        for copy in leaving { expunges[copy.mailbox, default: []].append(copy.uid) }
    }

    /// Flags first, which copies take along; copies before their originals move.
    func run(_ transaction: SQLTransaction) throws {
        for (flagging, uids) in flaggings {
            var rest = UIDSet(uids)
            let job = FlagJob(
                change: flagging.keywords.change, key: MailboxKey(account: account, mailbox: flagging.mailbox),
                unchangedSince: nil, limits: limits)
            while !rest.isEmpty { rest = try job.run(rest, in: transaction).rest }
        }
        for (transfer, uids) in copies { try run(transfer, .copy, uids, transaction) }
        for (transfer, uids) in moves { try run(transfer, .move, uids, transaction) }
        for (mailbox, uids) in expunges {
            _ = try MailStore.expunge(
                .all(UIDSet(uids)), from: MailboxKey(account: account, mailbox: mailbox), in: transaction)
        }
    }

    private func run(
        _ transfer: Transfer, _ kind: MessageTransfer.Kind, _ uids: [UID], _ transaction: SQLTransaction
    ) throws {
        let job = MessageTransfer(
            source: MailboxKey(account: account, mailbox: transfer.source),
            target: MailboxKey(account: account, mailbox: transfer.target), kind: kind, kept: EmailKeywords.scope,
            quota: .none, savedAt: now, most: .max)
        _ = try job.run(UIDSet(uids), in: transaction)
    }
}
