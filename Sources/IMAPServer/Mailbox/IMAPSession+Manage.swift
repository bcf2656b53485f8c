internal import Directory
internal import IMAP
internal import MailCore
internal import MailStore
internal import ServerRuntime

/// CREATE, DELETE, RENAME (RFC 9051 §6.3.4 to §6.3.6).
extension IMAPSession {
    nonisolated(nonsending)
        func create(_ request: CreateRequest, _ tag: CommandTag, _ replies: ReplyWriter) async -> IMAPCompletion
    {
        guard let account else { return .notLoggedIn }
        do {
            let use = try specialUse(request.uses)
            let made = try await context.mailStore.create(
                request.mailbox.text, for: account.id, specialUse: use, now: context.now())
            if let oldName = request.mailbox.denormalized(made.name) {
                respond(replies) { $0.list(ListedMailbox(made, oldName: oldName)) }
            }
            return .ok(code: .mailboxID(made.objectID))
        } catch {
            return completion(of: error, in: "making a mailbox")
        }
    }

    /// The one use that a mailbox of ours can have (RFC 6154 §3).
    private func specialUse(_ uses: [MailboxUse]) throws(IMAPCompletion) -> SpecialUse? {
        guard let first = uses.first else { return nil }
        guard Set(uses).count == 1, let use = SpecialUse(first) else {
            throw .no("No mailbox can be for that", code: .useAttribute)
        }
        return use
    }

    nonisolated(nonsending)
        func delete(_ mailbox: MailboxName, _ tag: CommandTag, _ replies: ReplyWriter) async -> IMAPCompletion
    {
        guard let account else { return .notLoggedIn }
        do {
            let name = try MailStore.normalized(mailbox.text)
            try await context.mailStore.delete(name, for: account.id)
            if let oldName = mailbox.denormalized(name), let name = MailboxName(name) {
                var gone = ListedMailbox(name: name, attributes: .nonExistent)
                gone.oldName = oldName
                respond(replies) { $0.list(gone) }
            }
            return .ok()
        } catch {
            return completion(of: error, in: "deleting a mailbox")
        }
    }

    nonisolated(nonsending)
        func rename(
            _ mailbox: MailboxName, to target: MailboxName, _ tag: CommandTag, _ replies: ReplyWriter
        ) async -> IMAPCompletion
    {
        guard let account else { return .notLoggedIn }
        do {
            let renamed = try await context.mailStore.rename(
                mailbox.text, to: target.text, for: account.id, now: context.now())
            let isAsSaid =
                try mailbox.denormalized(MailStore.normalized(mailbox.text)) == nil
                && target.denormalized(MailStore.normalized(target.text)) == nil
            if let renamed, !isAsSaid { respond(replies) { $0.list(ListedMailbox(renamed, oldName: mailbox)) } }
            return .ok()
        } catch {
            return completion(of: error, in: "renaming a mailbox")
        }
    }
}

extension IMAPCompletion {
    /// What the machine does not let happen.
    static var notLoggedIn: IMAPCompletion { .no("Log in first") }
}

extension MailboxName {
    /// The name itself, if its normal form is another (RFC 9051 §6.3.9.7). Octets decide: to Swift both are equal.
    func denormalized(_ normal: String) -> MailboxName? {
        text.utf8.elementsEqual(normal.utf8) ? nil : self
    }
}

extension SpecialUse {
    /// The store's word for the protocol's, where it has one.
    init?(_ use: MailboxUse) {
        switch use {
        case .archive: self = .archive
        case .drafts: self = .drafts
        case .junk: self = .junk
        case .sent: self = .sent
        case .trash: self = .trash
        case .all, .flagged, .important: return nil
        }
    }
}

extension ListedMailbox {
    /// A mailbox that LIST tells unasked.
    init(_ mailbox: AccessibleMailbox, oldName: MailboxName? = nil) {
        self.init(
            name: MailboxName(mailbox.name) ?? .inbox, uses: mailbox.use.map { [$0] } ?? [])
        self.oldName = oldName
    }
}
