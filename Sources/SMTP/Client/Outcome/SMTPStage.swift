/// Where a session stood when something happened: for reports, logs and the trace.
package enum SMTPStage: String, Hashable, Sendable {
    /// Before the greeting.
    case greeting = "greeting"
    /// EHLO, HELO or LHLO.
    case hello = "EHLO"
    /// STARTTLS, and the handshake.
    case startTLS = "STARTTLS"
    /// AUTH.
    case authentication = "AUTH"
    /// Nothing is under way.
    case idle = "idle"
    /// RSET.
    case reset = "RSET"
    /// MAIL.
    case mail = "MAIL"
    /// RCPT.
    case recipient = "RCPT"
    /// DATA, before the message.
    case data = "DATA"
    /// While the message's octets go out.
    case message = "message"
    /// After the message's last octet.
    case endOfData = "end of data"
    /// QUIT.
    case quit = "QUIT"
}
