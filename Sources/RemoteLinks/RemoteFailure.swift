/// Why the work with an account on another server ended before its time, in words for its user.
package enum RemoteFailure: Error, Sendable, Hashable {
    /// No connection came about.
    case notConnected(String)
    /// No TLS, or with another server than the one that was meant.
    case notSecured(String)
    /// The server does not take name and password.
    case loginRefused(String)
    /// The provider gives no access token for the refresh token any more.
    case grantRefused(String)
    /// The server does not take an access token that the provider has just given.
    case tokenRefused(String)
    /// The server says that it cannot now.
    case unavailable(String)
    /// What the server said is not what it should.
    case notUnderstood(String)
    /// It lacks what is needed.
    case lacking(String)
    /// It closed the connection, or the network did.
    case connectionLost
    /// It said nothing for too long.
    case timedOut
    /// The mailbox here is full.
    case mailboxFull
    /// The disk here is full.
    case diskFull
    /// The store or the account's settings here.
    case here(String)
    /// The server here stops.
    case cancelled
}

extension RemoteFailure: CustomStringConvertible {
    /// For people.
    package var description: String {
        switch self {
        case .notConnected(let why): "cannot connect: \(why)"
        case .notSecured(let why): "no secure connection: \(why)"
        case .loginRefused(let text): "the server refuses name or password\(Self.quoted(text))"
        case .grantRefused(let text):
            "the provider does not accept the refresh token any more\(Self.quoted(text)); give another: paloma fetch password"
        case .tokenRefused(let text): "the server refuses the access token that the provider gives\(Self.quoted(text))"
        case .unavailable(let text): "the server cannot serve this account now\(Self.quoted(text))"
        case .notUnderstood(let what): "the server's answer is not understood: \(what)"
        case .lacking(let what): "the server lacks what is needed: \(what)"
        case .connectionLost: "the connection was lost"
        case .timedOut: "the server said nothing for too long"
        case .mailboxFull: "the mailbox here is full; the rest stays there until there is room"
        case .diskFull: "the disk here is full"
        case .here(let text): text
        case .cancelled: "stopped"
        }
    }

    private static func quoted(_ text: String) -> String { text.isEmpty ? "" : ": “\(text)”" }
}
