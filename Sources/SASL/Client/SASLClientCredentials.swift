/// What a client logs in with.
package struct SASLClientCredentials: Sendable {
    /// The name whose password this is.
    package let userName: String
    /// As the user knows it: UTF-8.
    package let password: SecretBytes
    /// As whom to act; nil for the user's own name.
    package let authorizationID: String?

    /// A name and its password.
    package init(userName: String, password: SecretBytes, authorizationID: String? = nil) {
        self.userName = userName
        self.password = password
        self.authorizationID = authorizationID
    }
}

extension SASLClientCredentials: CustomStringConvertible {
    /// The name; never the password.
    package var description: String { "<credentials of \(userName)>" }
}
