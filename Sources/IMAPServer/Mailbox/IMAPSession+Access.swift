internal import Directory
internal import IMAP
internal import MailCore
internal import MailStore
internal import ServerRuntime
internal import Storage

/// GETACL, SETACL, DELETEACL, LISTRIGHTS, MYRIGHTS (RFC 4314).
extension IMAPSession {
    nonisolated(nonsending)
        func getACL(_ mailbox: MailboxName, _ tag: CommandTag, _ replies: ReplyWriter) async -> IMAPCompletion
    {
        do {
            let found = try await administered(mailbox)
            let entries = try await context.mailStore.accessList(of: found.key)
            var list: [(identifier: AccessIdentifier, rights: AccessRights)] = []
            func add(_ name: String?, _ rights: AccessRights) {
                guard let name, let identifier = AccessIdentifier(name) else { return }
                list.append((identifier, rights))
            }
            add(try await context.mailStore.ownerAddress(of: found.key), .all)
            for entry in entries where !entry.granted.isEmpty { add(entry.name, entry.granted) }
            for entry in entries where !entry.denied.isEmpty { add("-" + entry.name, entry.denied) }
            respond(replies) { $0.acl(mailbox, list) }
            return .ok()
        } catch {
            return completion(of: error, in: "reading rights")
        }
    }

    nonisolated(nonsending)
        func setACL(
            _ mailbox: MailboxName, _ identifier: AccessIdentifier, _ change: AccessRightsChange, _ tag: CommandTag,
            _ replies: ReplyWriter
        ) async -> IMAPCompletion
    {
        do {
            try await changeAccess(to: mailbox, of: identifier, change)
            return .ok()
        } catch {
            return completion(of: error, in: "changing rights")
        }
    }

    nonisolated(nonsending)
        func deleteACL(
            _ mailbox: MailboxName, _ identifier: AccessIdentifier, _ tag: CommandTag, _ replies: ReplyWriter
        ) async -> IMAPCompletion
    {
        do {
            try await changeAccess(to: mailbox, of: identifier, .replace([]))
            return .ok()
        } catch {
            return completion(of: error, in: "changing rights")
        }
    }

    nonisolated(nonsending)
        func listRights(
            _ mailbox: MailboxName, _ identifier: AccessIdentifier, _ tag: CommandTag, _ replies: ReplyWriter
        ) async -> IMAPCompletion
    {
        do {
            let found = try await administered(mailbox)
            let isOwner = try await party(identifier) == .party(.account(found.key.account))
            // Each right by itself: none is tied to another.
            let grantable = isOwner ? [] : AccessRights.letters.map(\.right)
            respond(replies) {
                $0.listRights(mailbox, identifier, always: isOwner ? .all : [], grantable: grantable)
            }
            return .ok()
        } catch {
            return completion(of: error, in: "reading rights")
        }
    }

    nonisolated(nonsending)
        func myRights(_ mailbox: MailboxName, _ tag: CommandTag, _ replies: ReplyWriter) async -> IMAPCompletion
    {
        guard let account else { return .notLoggedIn }
        do {
            // Who finds it has one of the rights that RFC 4314 §4 asks for.
            guard let found = try await context.mailStore.resolve(mailbox.text, for: account.id) else {
                return completion(of: AccessibleMailbox.Refusal.nonExistent)
            }
            respond(replies) { $0.myRights(mailbox, found.rights) }
            return .ok()
        } catch {
            return completion(of: error, in: "reading rights")
        }
    }

    /// A mailbox whose list this user may read and change.
    nonisolated(nonsending)
        private func administered(_ mailbox: MailboxName) async throws -> AccessibleMailbox
    {
        guard let account = account?.id else { throw IMAPCompletion.notLoggedIn }
        return try await context.store.read {
            try MailStore.require(.administer, mailbox.text, for: account, in: $0)
        }
    }

    nonisolated(nonsending)
        private func changeAccess(
            to mailbox: MailboxName, of identifier: AccessIdentifier, _ change: AccessRightsChange
        ) async throws
    {
        let found = try await administered(mailbox)
        try await context.mailStore.changeAccess(
            to: found.key, of: try await party(identifier), identifier.isNegative ? .denied : .granted, change)
    }

    /// Whom an identifier means (RFC 4314 §3: prepared by SASLprep).
    nonisolated(nonsending)
        private func party(_ identifier: AccessIdentifier) async throws -> AccessParty
    {
        guard Directory.isIdentifier(identifier.text) else { throw IMAPCompletion.bad("Not an identifier") }
        guard let party = try await context.mailStore.party(named: identifier.text) else {
            throw IMAPCompletion.no("There is no such account, list or domain", code: .cannot)
        }
        return party
    }
}
