public import MailCore

/// Recipients of a queued message that are done with: delivered, given up or taken away.
public struct Settlement: Sendable, Hashable {
    /// The message.
    public var email: EmailID
    /// Their numbers in its queue entry.
    public var recipients: [Int64]
    /// When, in seconds since 1970, UTC.
    public var at: Int64

    /// A settlement.
    public init(email: EmailID, recipients: [Int64], at: Int64) {
        self.email = email
        self.recipients = recipients
        self.at = at
    }

    func write(to writer: inout OctetWriter) {
        writer.write(email.rawValue)
        writer.write(count: recipients.count)
        for recipient in recipients { writer.write(recipient) }
        writer.write(at)
    }

    init(from reader: inout OctetReader) throws(StorageError) {
        email = EmailID(rawValue: try reader.readInteger())
        recipients = []
        for _ in 0..<(try reader.readCount()) { recipients.append(try reader.readInteger()) }
        at = try reader.readInteger()
    }
}
