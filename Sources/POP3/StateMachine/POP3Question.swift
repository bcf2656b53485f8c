package import SASL

/// What the machine asks its session; each has one `answer`.
package enum POP3Question: Sendable {
    /// The SCRAM credentials of a (prepared) user name.
    case credentials(userName: String)
    /// Is the password right? Names and password are prepared.
    case password(SASLPasswordClaim)
    /// An exchange has failed by the client's fault: it is noted, perhaps waited for.
    case refusal(SASLFailure)
    /// The authenticated client's maildrop, locked (RFC 1939 §4); also whether it may act as `authorizationID`.
    case maildrop(SASLIdentity)
    /// Open the message at an index (from 0) of the maildrop.
    case message(index: Int, POP3Encoding)
    /// Delete the marked messages, all of them or as many as can be. Only QUIT leads here: a session that ends otherwise
    /// deletes nothing (RFC 1939 §6).
    case commit(DeletionMarks)
}

/// Whether the client takes messages with UTF-8 headers (RFC 6856 §2.1).
package enum POP3Encoding: Hashable, Sendable {
    case ascii
    case utf8
}

/// Why the session cannot answer (RFC 3206 §4).
package enum POP3SystemFailure: Hashable, Sendable {
    case temporary
    case permanent

    var code: POP3Reply.Code { self == .temporary ? .systemTemporary : .systemPermanent }
}

/// To `credentials`.
package enum POP3CredentialsAnswer: Sendable {
    case found(SCRAMCredentials)
    /// No such user, or none that uses SCRAM; the exchange goes on as if there were.
    case none
    /// The client may not even try; the connection closes with this text.
    case locked(String)
    case failed(POP3SystemFailure)
}

/// To `refusal`.
package enum POP3RefusalAnswer: Hashable, Sendable {
    /// The client is told that its login failed.
    case noted
    /// It was one failure too many; the connection closes with this text.
    case locked(String)
}

/// To `password`.
package enum POP3PasswordAnswer: Hashable, Sendable {
    case right
    /// Or no such user.
    case wrong
    /// The client may not even try, or it was one failure too many; the connection closes with this text.
    case locked(String)
    case failed(POP3SystemFailure)
}

/// To `maildrop`.
package enum POP3MaildropAnswer: Sendable {
    case open(Maildrop)
    /// Another session holds the lock.
    case inUse
    /// The account logged in too recently (RFC 2449 §8.1.1).
    case loginDelay
    /// The client may not act as `authorizationID`, or the account may not use POP3.
    case notAuthorized
    case failed(POP3SystemFailure)
}

/// To `message`.
package enum POP3MessageAnswer: Hashable, Sendable {
    /// It is open and will be streamed.
    case ready
    /// Removed by another (IMAP, retention) since the maildrop was opened.
    case vanished
    /// Its header is UTF-8, the client's mode is not.
    case requiresUTF8
    case failed(POP3SystemFailure)
}

/// To `commit`.
package enum POP3CommitAnswer: Hashable, Sendable {
    case done
    /// Only so many are gone.
    case partial(removed: Int)
    /// None is gone.
    case failed(POP3SystemFailure)
}
