public import MailCore

/// Where a message was fetched: what keeps it from being fetched again.
public struct Retrieval: Sendable, Hashable {
    /// Whose it is.
    public var account: AccountID
    /// The account elsewhere, by its number in the account here.
    public var remote: Int64
    /// The folder there, by its number; 0 where there is one only.
    public var folder: Int64
    /// What the message is called there: its unique id, or UIDVALIDITY and UID.
    public var key: [UInt8]
    /// A hash that knows it again under another name; empty for none.
    public var fingerprint: [UInt8]
    /// When, in seconds since 1970, UTC.
    public var at: Int64

    /// A retrieval.
    public init(account: AccountID, remote: Int64, folder: Int64, key: [UInt8], fingerprint: [UInt8], at: Int64) {
        self.account = account
        self.remote = remote
        self.folder = folder
        self.key = key
        self.fingerprint = fingerprint
        self.at = at
    }

    func write(to writer: inout OctetWriter) {
        writer.write(account.rawValue)
        writer.write(remote)
        writer.write(folder)
        writer.write(octets: key)
        writer.write(octets: fingerprint)
        writer.write(at)
    }

    init(from reader: inout OctetReader) throws(StorageError) {
        account = AccountID(rawValue: try reader.readInteger())
        remote = try reader.readInteger()
        folder = try reader.readInteger()
        key = try reader.readOctets()
        fingerprint = try reader.readOctets()
        at = try reader.readInteger()
    }
}
