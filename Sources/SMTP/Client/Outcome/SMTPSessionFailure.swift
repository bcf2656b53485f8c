package import SASL

/// Why a session could not be set up, or ended before its time.
package enum SMTPSessionFailure: Error, Hashable, Sendable {
    /// The greeting, or EHLO and HELO, got a refusal.
    case refused(SMTPReply, at: SMTPStage)
    /// TLS is asked for, and the server does not announce STARTTLS.
    case tlsNotOffered
    /// TLS is asked for, and STARTTLS was refused.
    case tlsRefused(SMTPReply)
    /// The handshake failed; where TLS is not asked for, another connection in the clear may be tried (RFC 7435 §3).
    case tlsHandshakeFailed(String)
    /// The handshake succeeded with somebody who is not the server that was meant.
    case tlsNotVerified(String)
    /// Octets came behind STARTTLS's reply in the clear: somebody tries to inject replies (RFC 3207 §6).
    case octetsBeforeTLS
    /// A login is asked for, and the server offers no mechanism that may be used on this connection.
    case noMechanism(offered: [String])
    /// The server refused the login.
    case loginRefused(SMTPReply)
    /// The exchange was given up on our side.
    case loginGivenUp(SASLClientFailure)
    /// What the server said is no reply.
    case notUnderstood(SMTPReplyError)
    /// A reply that has no meaning where it came.
    case unexpectedReply(SMTPReply, at: SMTPStage)
    /// 421 (RFC 5321 §3.8).
    case serviceClosing(SMTPReply, at: SMTPStage)
    /// No connection came about; the system's word for it.
    case notConnected(String)
    /// The connection broke, or the server closed it.
    case connectionLost(at: SMTPStage)
    /// The server was silent for too long (RFC 5321 §4.5.3.2).
    case timedOut(at: SMTPStage)
    /// The message's octets could not be read on our side.
    case messageUnreadable(String)
    /// Our side does not want to go on.
    case cancelled
}

extension SMTPSessionFailure {
    /// The server's own word, where it has one.
    package var reply: SMTPReply? {
        switch self {
        case .refused(let reply, _), .tlsRefused(let reply), .loginRefused(let reply), .unexpectedReply(let reply, _),
            .serviceClosing(let reply, _):
            reply
        default: nil
        }
    }
}

extension SMTPSessionFailure: CustomStringConvertible {
    /// A line for logs and reports.
    package var description: String {
        switch self {
        case .refused(let reply, let stage): "refused at \(stage.rawValue): \(reply.line)"
        case .tlsNotOffered: "TLS is required, and the server does not offer STARTTLS"
        case .tlsRefused(let reply): "TLS is required, and the server refused STARTTLS: \(reply.line)"
        case .tlsHandshakeFailed(let reason): "TLS handshake failed: \(reason)"
        case .tlsNotVerified(let reason): "the server's certificate was not accepted: \(reason)"
        case .octetsBeforeTLS: "the server sent octets in the clear behind its reply to STARTTLS"
        case .noMechanism(let offered):
            "no usable login mechanism; offered: \(offered.isEmpty ? "none" : offered.joined(separator: " "))"
        case .loginRefused(let reply): "login refused: \(reply.line)"
        case .loginGivenUp(let failure): "login given up: \(failure)"
        case .notUnderstood(let error): "the server's answer is no SMTP reply: \(error)"
        case .unexpectedReply(let reply, let stage): "unexpected reply at \(stage.rawValue): \(reply.line)"
        case .serviceClosing(let reply, let stage): "the server closed the session at \(stage.rawValue): \(reply.line)"
        case .notConnected(let reason): "no connection: \(reason)"
        case .connectionLost(let stage): "connection lost at \(stage.rawValue)"
        case .timedOut(let stage): "timed out at \(stage.rawValue)"
        case .messageUnreadable(let reason): "the message could not be read: \(reason)"
        case .cancelled: "cancelled"
        }
    }
}

extension SMTPReply {
    /// All lines in one, for a log.
    package var line: String { description.replacing("\n", with: " / ") }
}
