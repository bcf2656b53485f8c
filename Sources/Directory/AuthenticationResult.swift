public import MailCore

/// Who has logged in.
public struct AuthenticatedAccount: Sendable, Hashable {
    /// The account.
    public let id: AccountID
    /// Its address.
    public let address: EmailAddress

    /// An account and its address.
    public init(id: AccountID, address: EmailAddress) {
        self.id = id
        self.address = address
    }
}

/// What came of a login.
public enum AuthenticationResult: Sendable, Hashable {
    /// The password is right.
    case accepted(AuthenticatedAccount)
    /// No such account, wrong password, or a disabled account: nobody is told which.
    case refused
    /// Too many logins at once, or the store cannot be read: try later (RFC 4954 §6, `454 4.7.0`).
    case unavailable
}
