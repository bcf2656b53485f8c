/// How an account elsewhere is reached, and what is done with its mail.
public struct RemoteSettings: Sendable, Hashable, Codable {
    /// What its server speaks.
    public enum Service: String, Sendable, Hashable, Codable, CaseIterable {
        case pop3
        case imap
    }

    /// When TLS begins; the certificate is checked always.
    public enum TLS: String, Sendable, Hashable, Codable, CaseIterable {
        /// With the first octet (RFC 8314 §3.2, §3.3).
        case implicit
        /// By STLS or STARTTLS, and nothing is said without (RFC 2595).
        case starttls
        /// Not at all: for a server on this machine or behind a tunnel. A password is shown to loopback addresses only.
        case none
    }

    /// What proves who the user is.
    public enum SecretKind: String, Sendable, Hashable, Codable, CaseIterable {
        case password
        /// An OAuth 2.0 access token.
        case token
        /// What access tokens are got for (`OAuthGrant`), where the `OAuthSettings` say.
        case grant
    }

    /// What becomes of a message there once it is here.
    public enum Keeping: Sendable, Hashable {
        case forever
        /// It is deleted that many days later; 0: in the same session.
        case days(Int)
    }

    /// Which folders of an IMAP account are fetched.
    public enum Folders: String, Sendable, Hashable, Codable, CaseIterable {
        case inbox
        /// All but those that show what stands in others, too.
        case all
    }

    /// What the server speaks.
    public var service: Service
    /// Its name or address.
    public var host: String
    /// Its port.
    public var port: Int
    /// When TLS begins.
    public var tls: TLS
    /// A PEM file whose certificates are trusted beside the system's.
    public var authorityFile: String?
    /// The user's name there.
    public var userName: String
    /// What proves who the user is.
    public var secretKind: SecretKind
    /// Where access tokens come from; nil where none are got.
    public var oauth: OAuthSettings?
    /// What becomes of a message there.
    public var keeping: Keeping
    /// Which folders are fetched.
    public var folders: Folders
    /// How often it is looked for mail; 0: only when somebody asks for it.
    public var pollSeconds: Int64
    /// The mailbox here that gets the mail. For IMAP: the mailbox that stands for INBOX and above the other folders; empty:
    /// INBOX and the uses go where they go here, the others keep their names.
    public var mailbox: String

    /// Settings with what most want.
    public init(
        service: Service, host: String, port: Int, tls: TLS = .implicit, userName: String,
        secretKind: SecretKind = .password, keeping: Keeping = .forever, pollSeconds: Int64 = 300,
        mailbox: String = "INBOX", folders: Folders = .all, authorityFile: String? = nil,
        oauth: OAuthSettings? = nil
    ) {
        self.service = service
        self.host = host
        self.port = port
        self.tls = tls
        self.userName = userName
        self.secretKind = secretKind
        self.keeping = keeping
        self.pollSeconds = pollSeconds
        self.mailbox = mailbox
        self.folders = folders
        self.authorityFile = authorityFile
        self.oauth = oauth
    }
}

extension RemoteSettings.Keeping: Codable {
    /// Reads `"forever"` or a number of days.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let days = try? container.decode(Int.self) {
            self = .days(days)
        } else {
            self = .forever
        }
    }

    /// Writes `"forever"` or a number of days.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .forever: try container.encode("forever")
        case .days(let days): try container.encode(days)
        }
    }
}
