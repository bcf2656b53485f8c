/// What a mechanism asks of its protocol, on the client's side.
package enum SASLClientStep: Sendable {
    /// Begin without an initial response, then give the first challenge to `receive`.
    case awaitChallenge
    /// Send this (possibly empty) response; what the server says next goes to `receive`, or to `succeed`.
    case respond([UInt8])
    /// Compute the keys off the event loop, then `provide` them.
    case derive(SCRAMDerivation)
    /// Cancel the exchange: nothing more is sent but the protocol's sign for that.
    case failure(SASLClientFailure)
}

/// Why a client gives an exchange up.
package enum SASLClientFailure: Error, Hashable, Sendable {
    /// What the server sent does not follow the mechanism's grammar.
    case malformed
    /// The server sent more than `SASLClientLimits` allow.
    case tooLong
    /// A name or a password that the mechanism cannot carry.
    case unpreparable(SASLprep.Failure)
    /// A mandatory extension (RFC 5802 §5.1 `m`).
    case extensionNotSupported
    /// The server's nonce does not begin with ours, or adds nothing.
    case nonceMismatch
    /// Fewer iterations than RFC 7677 §4 asks for: whoever records the exchange could guess the password.
    case tooFewIterations(Int)
    /// More than `SASLClientLimits.iterationsMax`: the server wants to keep us busy.
    case tooManyIterations(Int)
    /// The server said `e=` (RFC 5802 §7).
    case refused(String)
    /// The server's signature is wrong, or success came without one: it does not know the password (RFC 5802 §5).
    case serverNotVerified
    /// A message where none was due.
    case outOfTurn
}

/// What a client lets a server ask of it.
package struct SASLClientLimits: Hashable, Sendable {
    /// One challenge, decoded: 12,288 base64 octets (RFC 4954 §4) hold 9,216.
    package var challengeOctetsMax = 9_216
    /// Iterations of SCRAM above which the exchange is given up; each 100,000 cost about 50 ms.
    package var iterationsMax = 1_000_000

    /// The limits as they stand above.
    package init() {}
}
