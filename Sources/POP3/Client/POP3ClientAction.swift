package import NIOCore
package import SASL

/// What a client's machine has for its driver.
package enum POP3ClientAction: Sendable {
    /// Begin TLS, then call `tlsEstablished`. Nothing is taken from the input before.
    case startTLS
    /// Compute the keys where that may take a while, then `provide` them.
    case deriveKeys(SCRAMDerivation)
    /// Logged in: commands may be sent.
    case ready
    /// Of STAT: how many messages, and their octets.
    case maildrop(messages: Int, octets: Int64)
    /// Of LIST.
    case size(message: Int, octets: Int64)
    /// Of UIDL.
    case uniqueID(message: Int, id: [UInt8])
    /// Octets of a message, in order, as they were stored: no dots are stuffed in them.
    case octets(ByteBuffer)
    /// The command is done, and all that belongs to it was told.
    case done(POP3ClientCommand)
    /// The server did not do it.
    case refused(POP3ClientCommand, POP3ServerReply)
    /// The session is over; nil after QUIT was answered.
    case ended(POP3ClientFailure?)
}

/// Why a session ended before its time.
package enum POP3ClientFailure: Error, Hashable, Sendable {
    /// The server does not want to talk.
    case greetingRefused(POP3ServerReply)
    /// The server has no STLS, or took it out of its list on the way (RFC 2595 §4).
    case tlsNotOffered
    /// The server said that it has STLS, and did not begin it.
    case tlsRefused(POP3ServerReply)
    /// Octets stood behind STLS's reply that came in the clear: somebody put them there.
    case injectedBeforeTLS
    /// No mechanism that both sides have, with this channel.
    case noCommonMechanism
    /// Name or password is wrong, or the server cannot look now (`POP3ServerReply.isTemporary`).
    case loginRefused(POP3ServerReply)
    /// The exchange was given up on our side.
    case loginGivenUp(SASLClientFailure)
    /// What the server says is no POP3.
    case notUnderstood
    /// More than `POP3ClientLimits` allow.
    case tooMuch
    /// The driver lost the connection, or ended it.
    case connectionLost
}
