/// What the driver does next.
package enum POP3Action: Sendable {
    /// Write it and go on.
    case send(POP3Reply)
    /// Take the listing's chunks, writing each as the client has room, and go on.
    case sendListing(Listing)
    /// Write the reply, stream the message through, finish it, and go on.
    case sendMessage(POP3Reply, MessageStream)
    /// Flush, ask the session, give its answer to the machine.
    case ask(POP3Question)
    /// Write, flush, drop all input that is there, shake hands, call `tlsEstablished`.
    case startTLS(POP3Reply)
    /// Write, flush, close.
    case close(POP3Reply)
}
