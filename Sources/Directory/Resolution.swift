public import MailCore

/// What becomes of a recipient.
public enum Resolution: Sendable, Hashable {
    /// Its domain is not one of this server's.
    case notOurDomain
    /// Its domain is ours, and nobody has this address; also an alias all of whose targets are gone.
    case unknownUser
    /// The account is disabled.
    case disabled
    /// It leads back to itself and to nobody else.
    case loop
    /// A list without members.
    case emptyList
    /// More copies or deeper nesting than `DirectoryLimits` allow.
    case tooLarge
    /// At least one copy.
    case deliver(Expansion)

    /// The code that a refusal is given with (RFC 3463 §3); nil for `deliver`.
    public var refusal: EnhancedStatusCode? {
        switch self {
        case .notOurDomain: EnhancedStatusCode(.permanentFailure, 7, 1)
        case .unknownUser: EnhancedStatusCode(.permanentFailure, 1, 1)
        case .disabled: EnhancedStatusCode(.permanentFailure, 2, 1)
        case .loop: EnhancedStatusCode(.permanentFailure, 4, 6)
        case .emptyList, .tooLarge: EnhancedStatusCode(.permanentFailure, 2, 4)
        case .deliver: nil
        }
    }
}

/// The copies that one recipient becomes.
public struct Expansion: Sendable, Hashable {
    /// At most one per account, in the order in which aliases and lists name them.
    public var localCopies: [LocalCopy] = []
    /// At most one per address.
    public var remoteCopies: [RemoteCopy] = []
    /// What was left out and why; the rest is delivered all the same.
    public var problems: [ResolutionProblem] = []

    /// Nothing yet.
    public init() {}
}

extension Expansion {
    /// One recipient elsewhere, for a sender who may send through us.
    public init(submittedTo address: EmailAddress) {
        remoteCopies = [RemoteCopy(address: address, originalTo: address, reason: .submission)]
    }
}

/// A copy for one of our accounts.
public struct LocalCopy: Sendable, Hashable {
    /// Whose.
    public var account: AccountID
    /// The account's address that it came to in the end, with the subaddress: the Delivered-To field.
    public var deliveredTo: EmailAddress
    /// The recipient as the client named it: the X-Original-To field. `<Postmaster>` has got the first domain here.
    public var originalTo: EmailAddress
    /// `tag` of `user+tag@example.test` (RFC 5233 §1 calls it detail).
    public var subaddress: String?
    /// Where reports go instead of to the sender, when a list made this copy (RFC 5321 §3.9.2).
    public var returnPath: ReversePath?
    /// What the account may hold, in octets; 0 for any number.
    public var quotaBytes: Int64

    /// A copy.
    public init(
        account: AccountID, deliveredTo: EmailAddress, originalTo: EmailAddress, subaddress: String? = nil,
        returnPath: ReversePath? = nil, quotaBytes: Int64 = 0
    ) {
        self.account = account
        self.deliveredTo = deliveredTo
        self.originalTo = originalTo
        self.subaddress = subaddress
        self.returnPath = returnPath
        self.quotaBytes = quotaBytes
    }
}

/// A copy for somebody elsewhere.
public struct RemoteCopy: Sendable, Hashable {
    /// What sent it there.
    public enum Reason: Sendable, Hashable {
        /// An alias: the sender stays the sender (RFC 5321 §3.9.1), but for the return path that `forwarding` gives it.
        case alias
        /// A list (RFC 5321 §3.9.2).
        case list
        /// Nothing of ours: the sender named it, and may send through us (RFC 6409).
        case submission
    }

    /// For whom.
    public var address: EmailAddress
    /// The recipient as the client named it.
    public var originalTo: EmailAddress
    /// Where reports go instead of to the sender: to the list that made this copy, or to us, who pass them on.
    public var returnPath: ReversePath?
    /// What sent it there.
    public var reason: Reason

    /// A copy.
    public init(address: EmailAddress, originalTo: EmailAddress, returnPath: ReversePath? = nil, reason: Reason) {
        self.address = address
        self.originalTo = originalTo
        self.returnPath = returnPath
        self.reason = reason
    }
}

/// A branch of an alias or list that leads nowhere.
public enum ResolutionProblem: Sendable, Hashable {
    /// This alias or list is already being expanded.
    case loop(EmailAddress)
    /// Nobody has this address (any more).
    case unknownTarget(EmailAddress)
    /// Its account is disabled.
    case disabledTarget(EmailAddress)
    /// This list has no members.
    case emptyList(EmailAddress)
}
