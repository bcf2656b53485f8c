/// What a mechanism asks of its protocol, or has concluded.
package enum SASLStep: Sendable {
    /// Send this (possibly empty) challenge, then give the answer to `receive`.
    case challenge([UInt8])
    /// Look the user up, then `provide` the credentials, nil where there are none.
    case needCredentials(userName: String)
    /// The mechanism is over; the claim is true if the password is.
    case verifyPassword(SASLPasswordClaim)
    /// The mechanism is over and the client is `authenticationID`; whether it may act as `authorizationID` is the
    /// session's to say.
    case success(SASLIdentity)
    /// The mechanism is over.
    case failure(SASLFailure)
}

/// Who a client is, and as whom it wants to act; both prepared by SASLprep.
package struct SASLIdentity: Hashable, Sendable {
    /// Nil where the client asks for no other name than its own.
    package let authorizationID: String?
    /// The name whose secret was shown.
    package let authenticationID: String

    /// Both names, prepared.
    package init(authorizationID: String? = nil, authenticationID: String) {
        self.authorizationID = authorizationID
        self.authenticationID = authenticationID
    }
}

/// A name and the password that came with it, prepared and not yet verified; the password describes itself as a secret.
package struct SASLPasswordClaim: Sendable {
    /// Who the client says it is.
    package let identity: SASLIdentity
    /// UTF-8, prepared by SASLprep.
    package let password: SecretBytes

    /// A claim from outside a mechanism (POP3's USER and PASS).
    package init(identity: SASLIdentity, password: SecretBytes) {
        self.identity = identity
        self.password = password
    }
}

extension SASLPasswordClaim: Hashable {
    /// The same names and the same password, compared in constant time.
    package static func == (left: SASLPasswordClaim, right: SASLPasswordClaim) -> Bool {
        left.identity == right.identity && left.password.isEqual(to: right.password)
    }

    /// By the names alone: a secret leaves no hash.
    package func hash(into hasher: inout Hasher) { hasher.combine(identity) }
}

/// Why an exchange failed: for the log and the counters; the client is told no more than that it failed.
package enum SASLFailure: Hashable, Sendable {
    /// The message does not follow the mechanism's grammar.
    case malformed
    case tooLong
    /// A name or a password that SASLprep refuses.
    case unpreparable(SASLprep.Failure)
    /// A mandatory extension (RFC 5802 §5.1 `m`).
    case extensionNotSupported
    /// The client believes that we cannot bind channels although we can: somebody may have removed -PLUS from our
    /// list (RFC 5802 §6).
    case downgrade
    case channelBindingNotSupported
    case channelBindingTypeUnsupported
    case channelBindingMismatch
    case nonceMismatch
    /// Unknown user or wrong password; the two are not told apart.
    case wrongProof
    /// A message where none was due.
    case outOfTurn
}
