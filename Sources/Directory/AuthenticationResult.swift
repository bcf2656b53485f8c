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

/// By what somebody has logged in: it decides what they may change.
package enum LoginMeans: Sendable, Hashable {
    /// The account's own password.
    case password
    /// A password for one program, by its number.
    case appPassword(Int64)
    /// A browser's session, by its number.
    case session(Int64)
}

/// Who has logged in, and how.
package struct ProvenLogin: Sendable, Hashable {
    /// Who.
    package let account: AuthenticatedAccount
    /// By what.
    package let means: LoginMeans

    /// Both.
    package init(account: AuthenticatedAccount, means: LoginMeans) {
        self.account = account
        self.means = means
    }
}

/// What a name and a password prove.
package enum LoginProof: Sendable, Hashable {
    /// Who it is.
    case accepted(ProvenLogin)
    /// The account's own password is right, and a code is wanted beside it.
    case codeNeeded(ProvenLogin)
    /// No such account, wrong password, or a disabled account: nobody is told which.
    case refused
    /// Too many logins at once, or the store cannot be read.
    case unavailable
}
