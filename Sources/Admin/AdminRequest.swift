package import RemoteAccounts

/// What a command asks of the store, whether a server holds it or the command itself.
///
/// Addresses and names are as their user typed them: `AdminService` reads them and complains.
package enum AdminRequest: Codable, Sendable {
    /// Whether somebody is there.
    case ping

    case domainAdd(name: String, postmaster: String?, catchAll: String? = nil)
    case domainRemove(name: String, withAddresses: Bool)
    case domainShow(name: String)
    case domainList
    /// nil leaves a setting as it is, an empty text takes it away.
    case domainSet(name: String, catchAll: String?, postmaster: String?, separator: String?)
    /// The keys that sign a domain's mail, after the step.
    case domainKeys(name: String, step: AdminKeyStep)

    /// Without a password one is generated. A welcome is a message in its mailbox, in a language.
    case accountAdd(
        address: String, name: String, quotaBytes: Int64, role: AdminRole, password: AdminSecret?,
        welcome: AdminLanguage? = nil)
    case accountRemove(address: String)
    case accountShow(address: String)
    case accountList(domain: String?)
    case accountPassword(address: String, password: AdminSecret?)
    case accountRename(address: String, to: String)
    /// nil leaves a setting as it is.
    case accountSet(
        address: String, name: String?, quotaBytes: Int64?, state: AdminAccountState?, role: AdminRole?)

    /// The password is generated.
    case appPasswordAdd(account: String, name: String)
    case appPasswordList(account: String)
    case appPasswordRemove(account: String, id: Int64)
    /// Browsers that are logged in.
    case sessionList(account: String)
    case sessionsEnd(account: String)
    /// For somebody whose phone is lost: the password alone logs in again.
    case secondFactorOff(account: String)

    /// Makes the alias, or adds targets to one.
    case aliasAdd(address: String, targets: [String])
    /// Takes targets away, or the whole alias when none is named.
    case aliasRemove(address: String, targets: [String])
    case aliasShow(address: String)
    case aliasList(domain: String?)

    case listAdd(address: String, name: String, owner: String?, members: [String])
    case listRemove(address: String)
    case listShow(address: String)
    case listList(domain: String?)
    case listMembersAdd(address: String, members: [String])
    case listMembersRemove(address: String, members: [String])

    case mailboxList(account: String)
    case mailboxCreate(account: String, name: String)
    case mailboxDelete(account: String, name: String)
    case mailboxRename(account: String, name: String, to: String)
    /// Without a name all mailboxes of the account. Rights are letters (RFC 4314 §2.1); none take the party from the list.
    case mailboxShare(account: String, name: String?, with: String, rights: String)
    case mailboxRights(account: String, name: String)
    /// Whether others see the account's mailboxes as a person's or as a team's.
    case mailboxOwner(account: String, kind: AdminOwnerKind)

    /// A page of the queue, from behind a queue id on.
    case queueList(after: String?, limit: Int)
    case queueShow(id: String)
    case queueHold(id: String)
    /// Without an id everything that is not held.
    case queueRetry(id: String?)
    case queueRemove(id: String)
    /// A queue id, a Message-ID or an address.
    case trace(subject: String, limit: Int)

    /// Paths are absolute.
    case importMbox(account: String, path: String, mailbox: String)
    case importMaildir(account: String, path: String)
    case exportMbox(account: String, path: String, mailbox: String)
    case exportMaildir(account: String, path: String)

    /// An account elsewhere whose mail is fetched for one here.
    case fetchAdd(AdminRemoteAccount, secret: AdminSecret)
    /// Another password or token for one.
    case fetchPassword(account: String, name: String, secret: AdminSecret)
    case fetchRemove(account: String, name: String)
    case fetchShow(account: String, name: String)
    /// Those of one account, or all.
    case fetchList(account: String?)
    /// All that is in an account elsewhere, once; goes on where it was interrupted.
    case fetchImport(AdminRemoteAccount, secret: AdminSecret)
    /// Looks for mail at once.
    case fetchRun(account: String, name: String)

    case check(repair: Bool)
    case backup(path: String)
    case compact
}

extension AdminRequest {
    /// Whether the work ends when nobody waits for it any more.
    var endsWithItsClient: Bool {
        switch self {
        case .fetchRun, .fetchImport: true
        default: false
        }
    }
}

/// An account elsewhere, as it is added.
package struct AdminRemoteAccount: Codable, Sendable {
    /// The account here.
    package var account: String
    /// What its user calls it; nil for `user@host`.
    package var name: String?
    /// How it is reached.
    package var settings: RemoteSettings

    /// All of it.
    package init(account: String, name: String?, settings: RemoteSettings) {
        self.account = account
        self.name = name
        self.settings = settings
    }
}

/// What is done with the keys of a domain.
package enum AdminKeyStep: String, Codable, Sendable {
    /// Nothing.
    case none
    /// New ones are made, which do not sign yet.
    case rotate
    /// The new ones sign from here on.
    case activate
}

/// Where others see the mailboxes that an account shares.
package enum AdminOwnerKind: String, Codable, Sendable, CaseIterable {
    /// Below `Users/`.
    case person
    /// Below `Shared/`.
    case team
}

/// What a message of the server is written in.
package enum AdminLanguage: String, Codable, Sendable, CaseIterable {
    case english = "en"
    case spanish = "es"
}

/// What an account may do.
package enum AdminRole: String, Codable, Sendable, CaseIterable {
    /// Its own mail.
    case user
    /// Administer the server.
    case administrator
}

/// Whether an account can be used.
package enum AdminAccountState: String, Codable, Sendable, CaseIterable {
    /// It can.
    case enabled
    /// It cannot.
    case disabled
}

/// A password on its way from the command to the store, over a socket that only the same user can reach.
package struct AdminSecret: Codable, Sendable {
    /// The characters.
    package let text: String

    /// As typed.
    package init(_ text: String) { self.text = text }

    package init(from decoder: any Decoder) throws {
        text = try decoder.singleValueContainer().decode(String.self)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}

extension AdminSecret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Never the password.
    package var description: String { "(hidden)" }
    /// Never the password.
    package var debugDescription: String { "(hidden)" }
    /// Nothing for `dump` to find.
    package var customMirror: Mirror { Mirror(self, children: [(label: String?, value: Any)]()) }
}
