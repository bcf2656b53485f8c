package import RemoteLinks

/// Why something with a mailbox did not succeed, and what its user can do.
package struct MailFailure: Error, Hashable, Sendable {
    /// What kind of failure it is.
    package enum Kind: Hashable, Sendable {
        /// The connection broke or did not come about: a later try may succeed.
        case connection
        /// Name or password is wrong.
        case login
        /// The server said no, or what was asked for is not there.
        case refused
        /// Something here is wrong: a file, a draft, the settings.
        case here
    }

    /// What kind of failure it is.
    package let kind: Kind
    /// What is wrong, without a full stop.
    package let problem: String
    /// What to do next; may be empty.
    package let advice: String

    /// Puts the parts together.
    package init(_ kind: Kind, _ problem: String, advice: String = "") {
        self.kind = kind
        self.problem = problem
        self.advice = advice
    }

    /// A failure of the link to `host`.
    package init(_ failure: RemoteFailure, at host: String) {
        switch failure {
        case .loginRefused:
            self.init(
                .login, "\(host): \(failure)", advice: "check the user's name and the password of this account")
        case .notSecured:
            self.init(
                .connection, "\(host): \(failure)",
                advice: "if the certificate is the right one, name it with ca_file or certificate_fingerprint")
        case .notConnected, .connectionLost, .timedOut, .unavailable, .cancelled:
            self.init(.connection, "\(host): \(failure)", advice: "try again in a moment")
        default: self.init(.here, "\(host): \(failure)")
        }
    }

    /// The server said no to `wish`, in its words.
    static func refused(_ wish: String, _ words: String) -> MailFailure {
        MailFailure(.refused, "the server does not \(wish): “\(words)”")
    }
}
