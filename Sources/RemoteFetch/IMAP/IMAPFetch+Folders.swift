internal import IMAP
internal import MailCore
internal import RemoteAccounts
internal import RemoteLinks

/// The folders of an account.
extension IMAPFetch {
    /// INBOX first, then in the server's order. A message that a virtual folder shows stands in another, too.
    nonisolated(nonsending)
        mutating func list() async throws(RemoteFailure) -> [IMAPListedFolder]
    {
        session.send(.list)
        var folders: [IMAPListedFolder] = []
        while true {
            switch try await next() {
            case .response(.list(let folder)) where folder.isSelectable && !folder.isVirtual:
                guard folders.count < parts.limits.foldersMax else { throw .notUnderstood("too many folders") }
                folders.append(folder)
            case .done(_, let status):
                guard status.condition == .ok else { throw .unavailable(status.text) }
                let isInbox: (IMAPListedFolder) -> Bool = { $0.name?.uppercased() == "INBOX" }
                let others = remote.settings.folders == .inbox ? [] : folders.filter { !isInbox($0) }
                return folders.filter(isInbox).prefix(1) + others
            default: break
            }
        }
    }

    /// What STATUS tells of a folder that is not open; nothing of one that is not told of.
    nonisolated(nonsending)
        private mutating func status(
            _ folder: IMAPListedFolder
        ) async throws(RemoteFailure) -> IMAPMailboxStatus
    {
        let numbers: [StatusItem] =
            session.capabilities.hasConditionalStore ? [.uidValidity, .uidNext, .highestModSeq] : []
        session.send(.status(folder.wireName, [.messages] + numbers))
        var told = IMAPMailboxStatus(name: folder.wireName)
        while true {
            switch try await next() {
            case .response(.mailboxStatus(let status)): told = status
            case .done: return told
            default: break
            }
        }
    }

    /// Counts a folder for those who watch.
    ///
    /// - Returns: whether it has to be opened: not when it is as it was when all of it was done.
    nonisolated(nonsending)
        mutating func hasChanged(_ folder: IMAPListedFolder) async throws(RemoteFailure) -> Bool
    {
        let status = try await status(folder)
        progress.total += Int64(status.messages ?? 0)
        guard remote.settings.keeping == .forever, let validity = status.uidValidity, let next = status.uidNext,
            let messages = status.messages, let modSeq = status.highestModSeq, modSeq > 0
        else { return true }
        let now = RemoteAccounts.View(uidValidity: validity, uidNext: next, messages: messages, modSeq: modSeq)
        do {
            guard let known = try await parts.accounts.folder(Self.name(of: folder), of: remote),
                try await parts.accounts.view(of: known, remote) == now,
                try await mailboxes.isThere(known.mailbox)
            else { return true }
        } catch {
            throw .here("the store failed: \(error)")
        }
        progress.done += Int64(messages)
        return false
    }

    private static func name(of folder: IMAPListedFolder) -> String {
        folder.name ?? String(decoding: folder.wireName, as: UTF8.self)
    }

    /// Opens a folder and lists it; nil, with a remark, for one that cannot be opened.
    nonisolated(nonsending)
        mutating func open(_ listed: IMAPListedFolder) async throws(RemoteFailure) -> OpenFolder?
    {
        let name = Self.name(of: listed)
        session.send(.select(listed.wireName, remote.settings.keeping == .forever ? .readOnly : .readWrite))
        session.send(.search("ALL"))
        var seen = SelectedFolder()
        var uids: [UInt32] = []
        while true {
            switch try await next() {
            case .response(.status(let status)): seen.note(status.code)
            case .response(.exists(let messages)): seen.messages = messages
            case .response(.search(let numbers)):
                uids += numbers
            case .done(.select, let status) where status.condition != .ok:
                remarks.append("the folder \(name) cannot be opened: “\(status.text)”")
                // SEARCH has been asked for already.
                while true { if case .done(.search, _) = try await next() { return nil } }
            case .done(.search, let status):
                guard status.condition == .ok, let uidValidity = seen.uidValidity else {
                    remarks.append("the folder \(name) cannot be listed: “\(status.text)”")
                    return nil
                }
                let folder = try await folder(listed, name, uidValidity)
                hasNews = false
                let view = session.capabilities.hasConditionalStore ? seen.view : nil
                return OpenFolder(folder: folder, name: name, uids: Array(Set(uids)).sorted(), view: view)
            default: break
            }
        }
    }

    /// The folder's number and its mailbox here.
    private func folder(
        _ listed: IMAPListedFolder, _ name: String, _ uidValidity: UInt32
    ) async throws(RemoteFailure) -> RemoteAccounts.Folder {
        do {
            if let known = try await parts.accounts.folder(name, of: remote), known.uidValidity == uidValidity,
                try await mailboxes.isThere(known.mailbox)
            {
                return known
            }
            let isInbox = name.uppercased() == "INBOX"
            let prefix = remote.settings.mailbox
            let mailbox: MailboxID
            if prefix.isEmpty {
                mailbox = try await mailboxes.mailbox(named: isInbox ? "INBOX" : name, specialUse: listed.specialUse)
            } else {
                mailbox = try await mailboxes.mailbox(named: isInbox ? prefix : "\(prefix)/\(name)", specialUse: nil)
            }
            return try await parts.accounts.setFolder(
                name, mailbox: mailbox, uidValidity: uidValidity, of: remote)
        } catch let failure as RemoteFailure {
            throw failure
        } catch {
            throw .here("the store failed: \(error)")
        }
    }

    /// What SELECT tells (RFC 9051 §7.1, RFC 7162 §3.1.2).
    private struct SelectedFolder {
        var uidValidity: UInt32?
        var messages: UInt32?
        private var uidNext: UInt32?
        private var modSeq: UInt64?

        mutating func note(_ code: IMAPServerStatus.Code?) {
            switch code {
            case .uidValidity(let validity): uidValidity = validity
            case .uidNext(let next): uidNext = next
            case .highestModSeq(let highest): modSeq = highest
            default: break
            }
        }

        /// nil for a folder whose changes are not numbered.
        var view: RemoteAccounts.View? {
            guard let uidValidity, let messages, let uidNext, let modSeq, modSeq > 0 else { return nil }
            return RemoteAccounts.View(
                uidValidity: uidValidity, uidNext: uidNext, messages: messages, modSeq: modSeq)
        }
    }
}
