public import MailCore

/// A change that the database alone makes durable, told to the log too, so that a rebuild knows of it.
public enum LogNote: Sendable, Hashable {
    /// A column's name and value.
    public struct Column: Sendable, Hashable {
        /// The column.
        public var name: String
        /// What it holds.
        public var value: SQLValue

        /// A column.
        public init(name: String, value: SQLValue) {
            self.name = name
            self.value = value
        }
    }

    /// The rows of a table under a key of one column or several are now these.
    case rows(table: String, key: [Column], rows: [[Column]])
    /// A message that was here already was filed once more: a copy or a move.
    case filed(EmailID, FiledCopy)
    /// Messages went from a mailbox, at this tick of the account's clock.
    case expunged(AccountID, MailboxID, [UID], ModSeq)
    /// The flags of messages are now these.
    case flags(AccountID, MailboxID, [UID], ModSeq, SystemFlags, keywords: [String])
    /// Recipients of a queued message are done with.
    case settled(Settlement)

    /// Whether a power cut may take the note away although the change stays: cheap notes ride along with the next
    /// flush, and a rebuild without them brings back at most a message that was expunged, an older flag, or a recipient
    /// who has the message already.
    var isCheap: Bool {
        switch self {
        case .rows, .filed: false
        case .expunged, .flags, .settled: true
        }
    }

    /// Whether recovery does the note's change when the database has lost it. Who has got a message has got it, whether
    /// or not that was confirmed here.
    var isObeyed: Bool {
        switch self {
        case .settled: true
        case .rows, .filed, .expunged, .flags: false
        }
    }

    var octets: [UInt8] {
        var writer = OctetWriter()
        switch self {
        case .rows(let table, let key, let rows):
            writer.write(octet: 1)
            writer.write(table)
            Self.write(key, to: &writer)
            writer.write(count: rows.count)
            for row in rows { Self.write(row, to: &writer) }
        case .filed(let email, let copy):
            writer.write(octet: 2)
            writer.write(email.rawValue)
            copy.write(to: &writer)
        case .expunged(let account, let mailbox, let uids, let modSeq):
            writer.write(octet: 3)
            writer.write(account.rawValue)
            writer.write(mailbox.rawValue)
            Self.write(uids, to: &writer)
            writer.write(modSeq.rawValue)
        case .flags(let account, let mailbox, let uids, let modSeq, let flags, let keywords):
            writer.write(octet: 4)
            writer.write(account.rawValue)
            writer.write(mailbox.rawValue)
            Self.write(uids, to: &writer)
            writer.write(modSeq.rawValue)
            writer.write(octet: flags.rawValue)
            writer.write(count: keywords.count)
            for keyword in keywords { writer.write(keyword) }
        case .settled(let settlement):
            writer.write(octet: 5)
            settlement.write(to: &writer)
        }
        return writer.octets
    }

    init(octets: [UInt8]) throws(StorageError) {
        var reader = OctetReader(octets)
        switch try reader.readOctet() {
        case 1:
            let table = try reader.readString()
            let key = try Self.readColumns(&reader)
            guard !key.isEmpty else { throw Self.unreadable }
            var rows: [[Column]] = []
            for _ in 0..<(try reader.readCount()) { rows.append(try Self.readColumns(&reader)) }
            self = .rows(table: table, key: key, rows: rows)
        case 2:
            let email = EmailID(rawValue: try reader.readInteger())
            self = .filed(email, try FiledCopy(from: &reader))
        case 3:
            let account = AccountID(rawValue: try reader.readInteger())
            let mailbox = MailboxID(rawValue: try reader.readInteger())
            let uids = try Self.readUIDs(&reader)
            self = .expunged(account, mailbox, uids, ModSeq(rawValue: try reader.readInteger()))
        case 4:
            let account = AccountID(rawValue: try reader.readInteger())
            let mailbox = MailboxID(rawValue: try reader.readInteger())
            let uids = try Self.readUIDs(&reader)
            let modSeq = ModSeq(rawValue: try reader.readInteger())
            let flags = SystemFlags(rawValue: try reader.readOctet())
            var keywords: [String] = []
            for _ in 0..<(try reader.readCount()) { keywords.append(try reader.readString()) }
            self = .flags(account, mailbox, uids, modSeq, flags, keywords: keywords)
        case 5:
            self = .settled(try Settlement(from: &reader))
        default:
            throw Self.unreadable
        }
    }

    /// Each as its distance from the one before: neighbours are frequent.
    private static func write(_ uids: [UID], to writer: inout OctetWriter) {
        writer.write(count: uids.count)
        var previous: Int64 = 0
        for uid in uids {
            writer.write(Int64(uid.rawValue) - previous)
            previous = Int64(uid.rawValue)
        }
    }

    private static func readUIDs(_ reader: inout OctetReader) throws(StorageError) -> [UID] {
        var uids: [UID] = []
        var previous: Int64 = 0
        for _ in 0..<(try reader.readCount()) {
            previous &+= try reader.readInteger()
            uids.append(UID(rawValue: UInt32(truncatingIfNeeded: previous)))
        }
        return uids
    }

    private static func write(_ columns: [Column], to writer: inout OctetWriter) {
        writer.write(count: columns.count)
        for column in columns {
            writer.write(column.name)
            switch column.value {
            case .null: writer.write(octet: 0)
            case .integer(let number):
                writer.write(octet: 1)
                writer.write(number)
            case .text(let text):
                writer.write(octet: 2)
                writer.write(text)
            case .octets(let octets):
                writer.write(octet: 3)
                writer.write(octets: octets)
            }
        }
    }

    private static func readColumns(_ reader: inout OctetReader) throws(StorageError) -> [Column] {
        var columns: [Column] = []
        for _ in 0..<(try reader.readCount()) {
            let name = try reader.readString()
            switch try reader.readOctet() {
            case 0: columns.append(Column(name: name, value: .null))
            case 1: columns.append(Column(name: name, value: .integer(try reader.readInteger())))
            case 2: columns.append(Column(name: name, value: .text(try reader.readString())))
            case 3: columns.append(Column(name: name, value: .octets(try reader.readOctets())))
            default: throw unreadable
            }
        }
        return columns
    }

    private static var unreadable: StorageError { StorageError(.corrupt, "a note in the log cannot be read") }
}
