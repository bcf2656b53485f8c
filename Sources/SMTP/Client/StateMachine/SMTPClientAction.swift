package import SASL

/// What a machine wants done.
package enum SMTPClientAction: Sendable {
    /// Greeted, secured and logged in, as asked: `begin` may be called.
    case ready
    /// Do the handshake, then call `tlsEstablished`, or `end`.
    case startTLS
    /// Compute the keys off the event loop, then give them to `provide`.
    case deriveKeys(SCRAMDerivation)
    /// Give the message's octets to `send`, then call `endMessage`.
    case sendMessage
    /// The transaction is over, with or without the message.
    case finished(SMTPTransactionOutcome)
    /// The session is over, nil after QUIT: write what there is to write, then close.
    case ended(SMTPSessionFailure?)
}

/// A line of the dialog, for whoever watches it.
package enum SMTPDialogLine: Hashable, Sendable {
    /// What we said, without secrets and without the message.
    case client(String)
    /// What the server said.
    case server(String)
    /// What happened besides.
    case event(String)
}

extension SMTPDialogLine: CustomStringConvertible {
    /// `C: …`, `S: …`, or the event in brackets.
    package var description: String {
        switch self {
        case .client(let line): "C: \(line)"
        case .server(let line): "S: \(line)"
        case .event(let text): "[\(text)]"
        }
    }
}
