public import MailCore

/// One copy of a message in a mailbox: all that is needed to file it there again (docs/store-format.md).
public struct FiledCopy: Sendable, Hashable {
    /// Whose it is.
    public var account: AccountID
    /// Where it lies.
    public var mailbox: MailboxID
    /// Its number there.
    public var uid: UID
    /// The account's clock when it was filed or last changed.
    public var modSeq: ModSeq
    /// The conversation that it belongs to.
    public var thread: ThreadID
    /// Its flags.
    public var flags: SystemFlags
    /// Its other flags, as written, sorted.
    public var keywords: [String]
    /// INTERNALDATE in seconds since 1970, UTC.
    public var internalDate: Int64
    /// When it came into this mailbox, in seconds since 1970, UTC (RFC 8514).
    public var saveDate: Int64
    /// Header lines of this copy alone that stand before the stored octets: Return-Path, Delivered-To, X-Original-To.
    public var prefix: [UInt8]

    /// A copy from all of its fields.
    public init(
        account: AccountID, mailbox: MailboxID, uid: UID, modSeq: ModSeq, thread: ThreadID, flags: SystemFlags,
        keywords: [String], internalDate: Int64, saveDate: Int64, prefix: [UInt8]
    ) {
        self.account = account
        self.mailbox = mailbox
        self.uid = uid
        self.modSeq = modSeq
        self.thread = thread
        self.flags = flags
        self.keywords = keywords
        self.internalDate = internalDate
        self.saveDate = saveDate
        self.prefix = prefix
    }

    func write(to writer: inout OctetWriter) {
        writer.write(account.rawValue)
        writer.write(mailbox.rawValue)
        writer.write(unsigned: UInt64(uid.rawValue))
        writer.write(modSeq.rawValue)
        writer.write(thread.rawValue)
        writer.write(octet: flags.rawValue)
        writer.write(count: keywords.count)
        for keyword in keywords { writer.write(keyword) }
        writer.write(internalDate)
        writer.write(saveDate)
        writer.write(octets: prefix)
    }

    init(from reader: inout OctetReader) throws(StorageError) {
        account = AccountID(rawValue: try reader.readInteger())
        mailbox = MailboxID(rawValue: try reader.readInteger())
        uid = UID(rawValue: UInt32(truncatingIfNeeded: try reader.readUnsigned()))
        modSeq = ModSeq(rawValue: try reader.readInteger())
        thread = ThreadID(rawValue: try reader.readInteger())
        flags = SystemFlags(rawValue: try reader.readOctet())
        keywords = []
        for _ in 0..<(try reader.readCount()) { keywords.append(try reader.readString()) }
        internalDate = try reader.readInteger()
        saveDate = try reader.readInteger()
        prefix = try reader.readOctets()
    }
}
