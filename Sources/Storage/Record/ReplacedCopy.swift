public import MailCore

/// A copy that goes when a delivery comes in its place (RFC 8508): the two are one change, in the log as in the database.
public struct ReplacedCopy: Sendable, Hashable {
    /// Where it was.
    public var mailbox: MailboxKey
    /// Which it was.
    public var uid: UID
    /// The tick of the account's clock at which it went.
    public var modSeq: ModSeq

    /// A copy that goes.
    public init(mailbox: MailboxKey, uid: UID, modSeq: ModSeq) {
        self.mailbox = mailbox
        self.uid = uid
        self.modSeq = modSeq
    }

    func write(to writer: inout OctetWriter) {
        writer.write(mailbox.account.rawValue)
        writer.write(mailbox.mailbox.rawValue)
        writer.write(unsigned: UInt64(uid.rawValue))
        writer.write(modSeq.rawValue)
    }

    init(from reader: inout OctetReader) throws(StorageError) {
        mailbox = MailboxKey(
            account: AccountID(rawValue: try reader.readInteger()),
            mailbox: MailboxID(rawValue: try reader.readInteger()))
        uid = UID(rawValue: UInt32(truncatingIfNeeded: try reader.readUnsigned()))
        modSeq = ModSeq(rawValue: try reader.readInteger())
    }
}
