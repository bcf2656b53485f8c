package import MailCore

/// What a reader of mail files tells, piece by piece: a message begins, its octets, it ends.
package enum MailFileEvent: Hashable, Sendable {
    /// A message begins. Then come its octets.
    case begins(folder: String)
    /// Octets of the message with CRLF at the end of each line. Any number of times; then it ends.
    case octets([UInt8])
    /// The message has ended.
    case ends(MailFileMark)
    /// A message cannot be read and is left out: where it is, and why.
    case unreadable(name: String, reason: String)
}

/// What a mail file says of a message beside its octets.
package struct MailFileMark: Hashable, Sendable {
    /// Its flags.
    package var flags: SystemFlags
    /// Its other flags.
    package var keywords: [Keyword]
    /// When it arrived, in seconds since 1970, UTC; nil when the file does not tell.
    package var dateSeconds: Int64?

    /// Puts the parts together.
    package init(flags: SystemFlags = [], keywords: [Keyword] = [], dateSeconds: Int64? = nil) {
        self.flags = flags
        self.keywords = keywords
        self.dateSeconds = dateSeconds
    }
}

/// Why mail files cannot be read or written.
package enum MailFileError: Error, Hashable, Sendable {
    /// The system refused.
    case system(operation: String, path: String, errno: Int32)
    /// The file does not begin like an mbox file.
    case notMbox(path: String)
    /// The folder has none of `cur`, `new` and `tmp`.
    case notMaildir(path: String)
    /// It is there already and would be written over.
    case exists(path: String)
}

/// The sizes that readers and writers work with; memory does not grow with the file or the message.
enum MailFileLimits {
    /// Octets that are read at once, and handed on at once.
    static let chunkOctets = 64 * 1024
    /// Octets of a header field whose value matters here; the rest of a longer one is not looked at.
    static let markFieldOctets = 4096
}
