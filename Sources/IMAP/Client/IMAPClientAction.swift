package import NIOCore
package import SASL

/// What a client's machine has for its driver.
package enum IMAPClientAction: Sendable {
    /// Begin TLS, then call `tlsEstablished`. Nothing is taken from the input before.
    case startTLS
    /// Compute the keys where that may take a while, then `provide` them.
    case deriveKeys(SCRAMDerivation)
    /// Logged in: commands may be sent.
    case ready
    /// A message begins; its octets come before what else is told of it.
    case messageBegins(octets: Int64)
    /// Octets of a message, in order.
    case octets(ByteBuffer)
    /// Give the octets of the message that `append` announced, piece by piece, to `sendMessage`.
    case messageWanted(octets: Int64)
    /// What the server told: mailboxes, numbers, messages, changes.
    case response(IMAPServerResponse)
    /// IDLE has begun: the server tells changes until `endIdle`.
    case idling
    /// The command is done, well or not.
    case done(IMAPClientCommand, IMAPServerStatus)
    /// The session is over; nil after LOGOUT was answered.
    case ended(IMAPClientFailure?)
}

/// Why a session ended before its time.
package enum IMAPClientFailure: Error, Hashable, Sendable {
    /// The server does not want to talk, or not any more.
    case closedByServer(IMAPServerStatus)
    /// The server has no STARTTLS, or took it out of its list on the way, or says that we are logged in already
    /// (RFC 9051 §6.2.1, §7.1.4).
    case tlsNotOffered
    /// The server said that it has STARTTLS, and did not begin it.
    case tlsRefused(IMAPServerStatus)
    /// Octets stood behind STARTTLS's response that came in the clear: somebody put them there.
    case injectedBeforeTLS
    /// No mechanism that both sides have, with this channel.
    case noCommonMechanism
    /// Name or password is wrong, or the server cannot look now (`IMAPServerStatus.isTemporary`).
    case loginRefused(IMAPServerStatus)
    /// The exchange was given up on our side.
    case loginGivenUp(SASLClientFailure)
    /// What the server says is no IMAP.
    case notUnderstood
    /// More than `IMAPClientLimits` allow.
    case tooMuch
    /// The driver lost the connection, or ended it.
    case connectionLost
}
