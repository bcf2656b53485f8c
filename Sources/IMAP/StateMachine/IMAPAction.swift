package import NIOCore

/// What the driver does next.
package enum IMAPAction: Sendable {
    /// Write it and go on.
    case send(ByteBuffer)
    /// Flush, ask the session, which writes its untagged responses, and give its answer to the machine.
    case ask(IMAPQuestion)
    /// Octets of the message for which the session has opened a place; go on.
    case messageOctets(ByteBuffer)
    /// Throw away all messages of the command; go on.
    case abandonMessages
    /// Write it and go on; from here on the session tells changes as they come, until it is asked `idleEnded`.
    case idle(ByteBuffer)
    /// Write, flush, drop all input that is there, shake hands, call `tlsEstablished`.
    case startTLS(ByteBuffer)
    /// Write, flush; from here on all octets are deflated, input that is there already, too (RFC 4978 §3).
    case startCompression(ByteBuffer)
    /// Write, flush, close.
    case close(ByteBuffer)
}
