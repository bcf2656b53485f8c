/// What the mail client takes from servers and from its user.
package struct MailClientLimits: Sendable {
    /// Folders of one account.
    package static let foldersMax = 10_000
    /// Octets of a message that are fetched to be read; the rest comes when it is asked for.
    package static let readOctetsMax: Int64 = 1 << 20
    /// Octets of text that are shown of one message.
    package static let textOctetsMax = 4 << 20
    /// Messages whose summaries are asked for in one command.
    package static let summariesMax = 500
    /// Messages of one conversation.
    package static let conversationMax = 1_000
    /// Octets of one attachment that is sent.
    package static let attachmentOctetsMax: Int64 = 1 << 30
    /// Octets of a draft's text.
    package static let draftOctetsMax = 16 << 20
    /// Octets of the file of accounts.
    package static let accountsFileOctetsMax = 1 << 20
    /// A wait for news; servers end an IDLE of half an hour (RFC 2177 §3).
    package static let idleSecondsMax: Int64 = 1_500
}
