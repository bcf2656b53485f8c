package import InternetMessage
package import MailCore
package import RemoteLinks
package import SASL

/// An account that mail is read from and sent by.
package struct MailAccount: Sendable {
    /// Where its password comes from.
    package enum PasswordSource: Sendable {
        /// Its user is asked.
        case asked
        case known(SecretBytes)
        /// A shell command, whose first line of output it is.
        case command(String)
    }

    /// What becomes of a copy of what is sent.
    package enum SentCopy: Sendable, Hashable {
        /// It is put into the folder for sent mail.
        case kept
        /// The server does that by itself.
        case left
    }

    /// What its user calls it.
    package var name: String
    /// The author of what is sent.
    package var author: MessageBuilder.NamedAddress
    /// More addresses of the same person: a reply to all does not go to them.
    package var otherAddresses: [EmailAddress] = []
    /// Where mail is read.
    package var imap: RemoteEndpoint
    /// Where mail is sent; nil for an account that only reads.
    package var submission: RemoteEndpoint?
    /// The name to log in with.
    package var userName: String
    /// Where its password comes from.
    package var password = PasswordSource.asked
    /// Whether that is a password or a token.
    package var secretKind = SASLClientCredentials.Secret.password
    /// Stands below what is written; empty for none.
    package var signature = ""
    /// What becomes of a copy of what is sent.
    package var sentCopy = SentCopy.kept

    /// An account with what most have.
    package init(
        name: String, author: MessageBuilder.NamedAddress, imap: RemoteEndpoint, submission: RemoteEndpoint?,
        userName: String
    ) {
        self.name = name
        self.author = author
        self.imap = imap
        self.submission = submission
        self.userName = userName
    }

    /// As a login wants them.
    package func credentials(_ secret: SecretBytes) -> SASLClientCredentials {
        SASLClientCredentials(userName: userName, password: secret, secret: secretKind)
    }

    /// Whether an address is this person's.
    package func isOwn(_ address: String) -> Bool {
        let key = address.lowercased()
        return key == author.address.written.lowercased()
            || otherAddresses.contains { $0.written.lowercased() == key }
    }
}
