package import SASL

/// What the machine asks its session; each has one `answer`.
package enum IMAPQuestion: Sendable {
    /// The SCRAM credentials of a (prepared) user name.
    case credentials(userName: String)
    /// Is the password right? Names and password are prepared.
    case password(SASLPasswordClaim)
    /// Open the authenticated client's account; also, may it act as `authorizationID`?
    case account(SASLIdentity)
    /// Carry the command out. Its untagged responses are written before it is answered.
    case command(IMAPCommand, CommandTag)
    /// Open a place for the octets that are about to come, or take them from where the part says.
    case appendPart(AppendPart)
    /// All messages of the command are there: append them, all or none (RFC 3502 §3).
    case appendEnd(AppendTarget, CommandTag)
    /// IDLE is over: tell what is left to be told.
    case idleEnded(CommandTag)
}

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
    case failed(IMAPLoginFailure)
}

/// To `password`.
package enum IMAPPasswordAnswer: Hashable, Sendable {
    case right
    /// Or no such user.
    case wrong
    case failed(IMAPLoginFailure)
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
