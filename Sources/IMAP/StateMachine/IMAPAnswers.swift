package import SASL

/// Why the session cannot log a client in.
package enum IMAPLoginFailure: Hashable, Sendable {
    /// Later, perhaps.
    case temporary
    /// Not before somebody mends it.
    case permanent
}

/// To `credentials`.
package enum IMAPCredentialsAnswer: Sendable {
    case found(SCRAMCredentials)
    /// No such user, or none that uses SCRAM; the exchange goes on as if there were.
    case none
    /// Nobody logs in so from where the client is, for now; with what it is told.
    case locked(String)
    case failed(IMAPLoginFailure)
}

/// To `password`.
package enum IMAPPasswordAnswer: Hashable, Sendable {
    case right
    /// Or no such user.
    case wrong
    /// Nobody logs in so from where the client is, for now; with what it is told.
    case locked(String)
    case failed(IMAPLoginFailure)
}

/// To `refusal`.
package enum IMAPRefusalAnswer: Hashable, Sendable {
    case noted
    /// That was one too many; with what the client is told.
    case locked(String)
}

/// To `account`.
package enum IMAPAccountAnswer: Hashable, Sendable {
    case open
    /// The client may not act as `authorizationID`, or the account may not use IMAP.
    case notAuthorized
    /// Too many connections of the account.
    case tooMany
    case failed(IMAPLoginFailure)
}

/// To `appendPart`.
package enum AppendPartAnswer: Hashable, Sendable {
    /// A place is open, or the part's octets are taken.
    case taken
    /// The whole command is refused; the session has thrown its messages away.
    case refused(IMAPCompletion)
}
