public import MailCore

/// Whether an account can be used.
public enum AccountState: Int64, Sendable, Hashable, Codable {
    /// It gets mail and can log in.
    case enabled = 0
    /// It gets no mail and cannot log in; what it has stays.
    case disabled = 1
}

/// What an account may do beside reading and sending its own mail.
public enum AccountRole: Int64, Sendable, Hashable, Codable {
    /// Nothing.
    case user = 0
    /// It may administer the server, and gets the mail for the postmaster where nobody else is named.
    case administrator = 1
}

/// An account, as commands and pages show it. Addresses are in their written form (`EmailAddress.written`).
public struct AccountSummary: Sendable, Hashable, Codable {
    /// `AccountID.rawValue`.
    public var id: Int64
    /// Its one address, which is also its login name.
    public var address: String
    /// The person's name, may be empty.
    public var name: String
    /// Whether it can be used.
    public var state: AccountState
    /// What it may do.
    public var role: AccountRole
    /// The most its messages may take; 0 for no limit.
    public var quotaBytes: Int64
    /// A language tag such as `en` or `es`; empty when not chosen.
    public var language: String
    /// Seconds since 1970.
    public var createdSeconds: Int64
    /// The aliases and lists that name its address directly.
    public var reachedBy: [String]

    /// The account.
    public var accountID: AccountID { AccountID(rawValue: id) }
}

/// A domain, as commands and pages show it.
public struct DomainSummary: Sendable, Hashable, Codable {
    /// Its comparable form, with A-labels.
    public var name: String
    /// Where mail for unknown addresses goes; nil: it is refused.
    public var catchAll: String?
    /// Where mail for postmaster and abuse goes when these addresses are not there; nil: to the first administrator.
    public var postmaster: String?
    /// What separates user and tag; empty: nothing does.
    public var subaddressSeparator: String
    /// How many accounts it has.
    public var accounts: Int
    /// How many aliases it has.
    public var aliases: Int
    /// How many lists it has.
    public var lists: Int
    /// Seconds since 1970.
    public var createdSeconds: Int64
}

/// An alias, as commands and pages show it.
public struct AliasSummary: Sendable, Hashable, Codable {
    /// Its address.
    public var address: String
    /// Where its mail goes.
    public var targets: [String]
    /// Seconds since 1970.
    public var createdSeconds: Int64
}

/// A distribution list, as commands and pages show it.
public struct ListSummary: Sendable, Hashable, Codable {
    /// Its address.
    public var address: String
    /// What it is for, may be empty.
    public var name: String
    /// Where reports and mail for the -bounces, -owner and -request addresses go; nil: to the postmaster.
    public var owner: String?
    /// Who gets the reports about its mail.
    public var reports: ListReports
    /// How many members it has.
    public var memberCount: Int
    /// The members, in the order in which they came; empty in overviews.
    public var members: [String]
    /// Seconds since 1970.
    public var createdSeconds: Int64
}

/// Who gets the reports about mail that a list could not deliver.
public enum ListReports: Int64, Sendable, Hashable, Codable {
    /// `LIST-bounces@…`, which goes to its owner (RFC 5321 §3.9.2).
    case toOwner = 0
    /// The author, as with an alias.
    case toSender = 1
}

/// What a removal took along.
public struct Removal: Sendable, Hashable, Codable {
    /// Addresses that are gone.
    public var addresses: [String] = []
    /// Aliases and lists that have lost a target or member by it.
    public var changed: [String] = []
}
