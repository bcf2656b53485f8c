package import MailCore
package import NIOCore
package import SASL

/// What the driver of a connection has to do next.
package enum SMTPServerAction: Hashable, Sendable {
    /// Write it and go on; several may go out in one flush.
    case send(SMTPReply)
    /// LMTP after the data: one for each accepted recipient, in order (RFC 2033 §4.2). Write all and go on.
    case sendEach([SMTPReply])
    /// Ask the session; call `receive` no more until the matching `answer` was given.
    case ask(SMTPQuestion)
    /// Octets of the message, unstuffed, for the spool; go on.
    case bodyChunk(ByteBuffer)
    /// Throw away the spool and the recipients of the transaction; go on.
    case abortTransaction
    /// Write the reply, flush, drop whatever input there is, make the handshake, then call `tlsEstablished()`.
    case startTLS(SMTPReply)
    /// Write the reply if there is one, flush, close; a transaction that is open is thrown away with the connection.
    case close(SMTPReply?)
}

/// What only the session can know.
package enum SMTPQuestion: Hashable, Sendable {
    /// Somebody connected: may they?
    case connected
    /// They named themselves.
    case hello(HelloName, TransmissionType)
    /// The SCRAM credentials of a (prepared) user name; answered by a `CredentialsAnswer`.
    case credentials(userName: String)
    /// A client claims or has proven to be somebody, or has failed to: may it come in? The yes logs it in, the no is its
    /// reply.
    case login(LoginAttempt)
    /// A transaction is to begin.
    case mail(ReversePath, MailParameters)
    /// One more recipient.
    case recipient(ForwardPath, RecipientParameters)
    /// Octets are about to come: open a spool.
    case beginData
    /// The message is whole: deliver it. Answered by a `DeliveryAnswer`.
    case endOfData(ReceivedData)
}

/// Where an exchange of AUTH has come to.
package enum LoginAttempt: Hashable, Sendable {
    /// Is the password right, and may the client act as the name that it asks for?
    case password(SASLPasswordClaim)
    /// The client has shown that it knows the secret; may it act as the name that it asks for?
    case proven(SASLIdentity)
    /// The client has not. There is no yes to this.
    case failed(SASLFailure)
}

/// The answer to `credentials`.
package enum CredentialsAnswer: Sendable {
    case found(SCRAMCredentials)
    /// No such user, or none that uses SCRAM; the exchange goes on as if there were.
    case none
    /// The exchange ends with this reply.
    case refused(SMTPReply)
}

/// What is known of a message that came in whole.
package struct ReceivedData: Hashable, Sendable {
    /// Octets handed to the spool.
    package let octets: Int
    /// What was noticed; nil for BDAT, whose octets are not looked at.
    package let traits: DataTraits?
    /// For the Received field.
    package let transmissionType: TransmissionType
}

/// The answer to every question but `endOfData` and `credentials`.
package enum Verdict: Hashable, Sendable {
    /// Yes; the machine has the reply.
    case accepted
    /// No. A 421 closes the connection.
    case refused(SMTPReply)
}

/// The answer to `endOfData`. There is no plain yes: who takes a message says under which id.
package enum DeliveryAnswer: Hashable, Sendable {
    /// The same for the whole message; LMTP says it for each recipient.
    case message(SMTPReply)
    /// LMTP: one for each accepted recipient, in the order of their acceptance.
    case eachRecipient([SMTPReply])
}
