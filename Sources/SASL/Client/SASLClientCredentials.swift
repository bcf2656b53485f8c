/// What a client logs in with.
package struct SASLClientCredentials: Sendable {
    /// What proves who somebody is.
    package enum Secret: Hashable, Sendable {
        /// A password.
        case password
        /// An OAuth 2.0 access token (RFC 6750).
        case bearerToken
    }

    /// The name whose password this is.
    package let userName: String
    /// As the user knows it: UTF-8; or the token.
    package let password: SecretBytes
    /// Which of the two it is.
    package let secret: Secret
    /// As whom to act; nil for the user's own name.
    package let authorizationID: String?

    /// A name and its password.
    package init(
        userName: String, password: SecretBytes, authorizationID: String? = nil, secret: Secret = .password
    ) {
        self.secret = secret
        self.userName = userName
        self.password = password
        self.authorizationID = authorizationID
    }
}

extension SASLClientCredentials: CustomStringConvertible {
    /// The name; never the password.
    package var description: String { "<credentials of \(userName)>" }
}
