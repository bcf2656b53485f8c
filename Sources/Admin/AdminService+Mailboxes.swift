internal import Directory
internal import MailCore
internal import MailStore

/// Mailboxes and with whom they are shared, as the postmaster sees to them.
extension AdminService {
    func performOnMailboxes(_ request: AdminRequest) async throws -> AdminResult {
        switch request {
        case .mailboxList(let address):
            return .mailboxes(try await reports(of: try await owner(address)))
        case .mailboxCreate(let address, let name):
            let owner = try await owner(address)
            let made = try await mailStore.create(name, for: owner.id, now: DirectoryClock.system.wallSeconds())
            return .mailboxes([try await report(made, owner)])
        case .mailboxDelete(let address, let name):
            try await mailStore.delete(name, for: try await owner(address).id)
            return .nothing
        case .mailboxRename(let address, let name, let newName):
            let owner = try await owner(address)
            let renamed = try await mailStore.rename(
                name, to: newName, for: owner.id, now: DirectoryClock.system.wallSeconds())
            guard let renamed else { return .mailboxes([]) }
            return .mailboxes([try await report(renamed, owner)])
        case .mailboxShare(let address, let name, let party, let rights):
            return .mailboxes(try await share(try await owner(address), name, with: party, rights))
        case .mailboxRights(let address, let name):
            let owner = try await owner(address)
            return .mailboxes([try await report(try await mailbox(name, owner), owner)])
        case .mailboxOwner(let address, let kind):
            let owner = try await owner(address)
            try await mailStore.show(owner.id, in: kind == .team ? .shared : .users)
            return .mailboxes(try await reports(of: try await self.owner(address)))
        default:
            return .nothing
        }
    }

    /// Whose mailboxes are seen to.
    private struct Owner {
        let id: AccountID
        /// What the names of its mailboxes begin with for others.
        let prefix: String
    }

    private func owner(_ text: String) async throws -> Owner {
        let account = try await directory.account(try address(text))
        return Owner(id: account.accountID, prefix: try await mailStore.prefixForOthers(of: account.accountID))
    }

    private func mailbox(_ name: String, _ owner: Owner) async throws -> AccessibleMailbox {
        guard let found = try await mailStore.resolve(name, for: owner.id), found.namespace == .personal else {
            throw AdminFailure("there is no mailbox “\(name)”", advice: "see them with: paloma mailbox list ADDRESS")
        }
        return found
    }

    private func share(
        _ owner: Owner, _ name: String?, with party: String, _ letters: String
    ) async throws -> [MailboxReport] {
        guard let rights = AccessRights(letters: letters.utf8) else {
            throw AdminFailure(
                "“\(letters)” are no rights", advice: "write read, write or all, or letters among lrswipkxtea")
        }
        guard let who = try await mailStore.party(named: party) else {
            throw AdminFailure(
                "“\(party)” is nobody here",
                advice: "name an account, a list, a domain like @example.org, or anyone")
        }
        let mailboxes =
            if let name { [try await mailbox(name, owner)] } else {
                try await mailStore.list(for: owner.id).filter { $0.namespace == .personal }
            }
        for mailbox in mailboxes {
            try await mailStore.changeAccess(to: mailbox.key, of: who, .granted, .replace(rights))
        }
        var reports: [MailboxReport] = []
        for mailbox in mailboxes { reports.append(try await report(mailbox, owner)) }
        return reports
    }

    private func reports(of owner: Owner) async throws -> [MailboxReport] {
        var reports: [MailboxReport] = []
        for mailbox in try await mailStore.list(for: owner.id) where mailbox.namespace == .personal {
            reports.append(try await report(mailbox, owner))
        }
        return reports
    }

    private func report(_ mailbox: AccessibleMailbox, _ owner: Owner) async throws -> MailboxReport {
        MailboxReport(
            name: mailbox.name, nameForOthers: owner.prefix + mailbox.name,
            specialUse: mailbox.specialUse?.rawValue, messages: mailbox.messages, unread: mailbox.unseen,
            bytes: mailbox.octets,
            sharedWith: try await mailStore.accessList(of: mailbox.key).map {
                MailboxReport.Access(party: $0.name, rights: "\($0.granted)", denied: "\($0.denied)")
            })
    }
}
