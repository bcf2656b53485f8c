internal import Delivery
internal import Directory
internal import IMAP
internal import MailCore
internal import MailStore
internal import Storage

/// Where messages of APPEND and REPLACE go, and whether they may: asked before they come, decided when they are filed.
extension IMAPSession {
    /// Refuses a command at its beginning, before the client sends a message in vain.
    nonisolated(nonsending)
        func beginAppending(_ target: AppendTarget) async throws -> AppendState
    {
        guard let account else { throw IMAPCompletion.bad("Log in first") }
        let name: MailboxName
        var replaces: UID?
        switch target {
        case .mailbox(let mailbox): name = mailbox
        case .replacing(let numbering, let message, let mailbox):
            name = mailbox
            replaces = try messageToReplace(message, numbering)
        }
        if destination?.account != account.id || destination?.name != name {
            destination = try await findDestination(name, account.id)
        }
        return AppendState(to: name, replaces: replaces)
    }

    /// RFC 8508 §4.1: what STORE of `\Deleted` and EXPUNGE need.
    private func messageToReplace(
        _ message: SequenceSet.Bound, _ numbering: MessageNumbering
    ) throws(IMAPCompletion) -> UID {
        guard let mailbox = selected else { throw .bad("Select a mailbox first") }
        guard mailbox.rights.isSuperset(of: [.deleteMessages, .expunge]) else {
            throw .no("You may not take messages away from here", code: .noPermission)
        }
        let set = SequenceSet.ranges([SequenceSet.SequenceRange(message, message)])
        guard let uid = try resolve(set, numbering, in: mailbox).first, mailbox.view.sequenceNumber(of: uid) != nil
        else {
            throw .no("There is no such message", code: .nonExistent)
        }
        return uid
    }

    nonisolated(nonsending)
        private func findDestination(_ name: MailboxName, _ account: AccountID) async throws -> AppendDestination
    {
        try await context.store.read { transaction in
            let mailbox = try Self.mailbox(name, account, in: transaction)
            let quota = try Directory.quotaBytes(of: mailbox.key.account, in: transaction)
            return AppendDestination(account: account, name: name, owner: mailbox.key.account, quotaOctets: quota)
        }
    }

    /// The mailbox, into which the account may put messages.
    private static func mailbox(
        _ name: MailboxName, _ account: AccountID, in transaction: SQLTransaction
    ) throws -> AccessibleMailbox {
        guard let mailbox = try MailStore.resolve(name.text, for: account, in: transaction) else {
            throw IMAPCompletion.no("There is no such mailbox", code: .tryCreate)
        }
        switch mailbox.refusal(of: .insert) {
        case nil: return mailbox
        case .nonExistent: throw IMAPCompletion.no("There is no such mailbox", code: .nonExistent)
        case .noPermission: throw IMAPCompletion.no("You may not put messages there", code: .noPermission)
        }
    }

    /// Whether there is room, as far as one can tell before the octets come (RFC 9208 §5.1.1).
    nonisolated(nonsending)
        func checkQuota(for octets: UInt64) async throws
    {
        guard let destination, destination.quotaOctets > 0, let appending, appending.replaces == nil else { return }
        let used = try await context.mailStore.usage(destination.owner).octets
        let coming = UInt64(clamping: used + appending.octetCount)
        guard coming <= UInt64.max - octets, coming + octets <= UInt64(destination.quotaOctets) else {
            throw MailStoreError.overQuota
        }
    }

    /// Files the messages as the mailbox is then: durable when it returns.
    nonisolated(nonsending)
        func file(
            _ finished: AppendState, for account: AccountID
        ) async throws -> AppendOutcome
    {
        let (name, now, options) = (finished.mailbox, context.now(), finished.whole.map(\.options))
        let replaced = finished.replaces.flatMap { uid in selected.map { (mailbox: $0.key, uid: uid) } }
        return try await context.delivery.append(together: finished.whole.map(\.message)) { transaction in
            let mailbox = try Self.mailbox(name, account, in: transaction)
            let quota = try Directory.quotaBytes(of: mailbox.key.account, in: transaction)
            return AppendPlan(
                copies: options.map { NewCopy(mailbox, $0, now) },
                quota: quota > 0 ? MailQuota(octetsMax: quota) : .none, replaces: replaced,
                // Who may not open the mailbox can do nothing with its numbers (RFC 4315 §3).
                uidValidity: mailbox.rights.contains(.read) ? mailbox.uidValidity : nil)
        }
    }
}

extension AppendOutcome {
    /// APPENDUID.
    var code: ResponseCode? {
        uidValidity.map { ResponseCode.appendUID($0, UIDSet(copies.map(\.uid))) }
    }
}

extension NewCopy {
    /// Flags that the user may not set are left out, as if they were not named (RFC 4314 §4).
    fileprivate init(_ mailbox: AccessibleMailbox, _ options: AppendOptions, _ now: Int64) {
        self.init(
            account: mailbox.key.account, mailbox: mailbox.key.mailbox,
            flags: options.flags.system.intersection(mailbox.rights.settableFlags),
            keywords: mailbox.rights.contains(.write) ? options.flags.keywords : [],
            internalDate: options.internalDate?.secondsSince1970 ?? now, saveDate: now)
    }
}
