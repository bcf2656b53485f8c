package import SASL

/// What the machine asks its session; each has one `answer`.
package enum IMAPQuestion: Sendable {
    /// The SCRAM credentials of a (prepared) user name.
    case credentials(userName: String)
    /// Is the password right? Names and password are prepared.
    case password(SASLPasswordClaim)
    /// An exchange failed for the client's fault: note it. (A wrong password the session knows of itself.)
    case refusal(SASLFailure)
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
