/// Where the access tokens of an account elsewhere come from: the token endpoint of an OAuth 2.0 provider (RFC 6749 §6). The
/// refresh token, and the client's secret where it has one, are sealed like a password.
public struct OAuthSettings: Sendable, Hashable, Codable {
    /// The token endpoint's address, `https://…`.
    public var tokenEndpoint: String
    /// By what the provider knows the program that asks (RFC 6749 §2.2).
    public var clientID: String
    /// What the tokens are to be good for, separated by spaces; empty for what the refresh token is for.
    public var scope: String

    /// All of it.
    public init(tokenEndpoint: String, clientID: String, scope: String) {
        self.tokenEndpoint = tokenEndpoint
        self.clientID = clientID
        self.scope = scope
    }
}

/// A provider that need not be spelt out.
public struct OAuthProvider: Sendable, Hashable {
    /// What it is called on the command line.
    public let name: String
    /// Its token endpoint.
    public let tokenEndpoint: String
    /// Where its mail is, and what a token for that is asked for.
    public let places: [RemoteSettings.Service: Place]

    /// A service of a provider.
    public struct Place: Sendable, Hashable {
        /// The server's name.
        public let host: String
        /// As in `OAuthSettings`.
        public let scope: String
    }

    /// Those that publish fixed addresses.
    public static let all = [
        OAuthProvider(
            name: "google", tokenEndpoint: "https://oauth2.googleapis.com/token",
            places: [
                .imap: Place(host: "imap.gmail.com", scope: "https://mail.google.com/"),
                .pop3: Place(host: "pop.gmail.com", scope: "https://mail.google.com/"),
            ]),
        OAuthProvider(
            name: "microsoft", tokenEndpoint: "https://login.microsoftonline.com/common/oauth2/v2.0/token",
            places: [
                .imap: Place(
                    host: "outlook.office365.com",
                    scope: "https://outlook.office.com/IMAP.AccessAsUser.All offline_access"),
                .pop3: Place(
                    host: "outlook.office365.com",
                    scope: "https://outlook.office.com/POP.AccessAsUser.All offline_access"),
            ]),
    ]

    /// One by its name.
    public static func named(_ name: String) -> OAuthProvider? { all.first { $0.name == name.lowercased() } }
}
