package import MailCore
package import Storage

/// What is to be read of each message, beside its own row.
package struct MessageColumns: OptionSet, Hashable, Sendable {
    /// The bits.
    package let rawValue: UInt8
    /// From bits.
    package init(rawValue: UInt8) { self.rawValue = rawValue }

    /// `MessageRow.wireOctets`.
    package static let wireSize = MessageColumns(rawValue: 1)
    /// ENVELOPE, BODYSTRUCTURE and all else that was read from the message.
    package static let facts = MessageColumns(rawValue: 2)
    /// `MessageRow.content` and the prefix.
    package static let content = MessageColumns(rawValue: 4)
    /// Of the facts the ENVELOPE alone.
    package static let envelope = MessageColumns(rawValue: 8)
    /// The prefix beside all that comes without asking.
    package static let prefix = MessageColumns(rawValue: 16)
}

/// One message of a mailbox as the store has it, valid until the closure that was given it returns. Only what was asked for
/// by `MessageColumns` may be looked at.
package struct MessageRow {
    let row: SQLRow

    /// Its number in the mailbox.
    package var uid: UID { UID(rawValue: UInt32(truncatingIfNeeded: row.integer(0))) }
    /// EMAILID.
    package var email: EmailID { EmailID(rawValue: row.integer(1)) }
    /// THREADID.
    package var thread: ThreadID { ThreadID(rawValue: row.integer(2)) }
    /// MODSEQ.
    package var modSeq: ModSeq { ModSeq(rawValue: row.integer(3)) }
    /// Its flags.
    package var flags: SystemFlags { SystemFlags(rawValue: UInt8(truncatingIfNeeded: row.integer(4))) }
    /// Its other flags as written, sorted.
    package var keywords: [String] {
        row.withOctets(5) { $0.isEmpty ? [] : row.text(5).split(separator: " ").map(String.init) }
    }
    /// The same, with a space between them.
    package func withKeywords<T>(_ body: (UnsafeRawBufferPointer) throws -> T) rethrows -> T {
        try row.withOctets(5, body)
    }
    /// INTERNALDATE in seconds since 1970, UTC.
    package var internalDate: Int64 { row.integer(6) }
    /// SAVEDATE, the same (RFC 8514).
    package var saveDate: Int64 { row.integer(7) }
    /// RFC822.SIZE: the prefix and the stored message.
    package var octets: Int64 { row.integer(8) }
    /// Header lines of this copy that come before the stored octets, each ended by CRLF; with `prefix`,
    /// `content` or `facts`.
    package func withPrefix<T>(_ body: (UnsafeRawBufferPointer) throws -> T) rethrows -> T {
        try row.withOctets(9, body)
    }

    // MARK: .wireSize

    /// Its size when every line of it ends in CRLF, as POP3 sends it.
    package var wireOctets: Int64 { octets + row.integer(10) }

    // MARK: .facts

    /// Whether they are there: a damaged store may have lost them.
    package var hasFacts: Bool { !row.isNull(11) }
    /// ENVELOPE, ready to send.
    package func withEnvelope<T>(_ body: (UnsafeRawBufferPointer) throws -> T) rethrows -> T {
        try row.withOctets(11, body)
    }
    /// BODYSTRUCTURE, ready to send.
    package func withBodyStructure<T>(_ body: (UnsafeRawBufferPointer) throws -> T) rethrows -> T {
        try row.withOctets(12, body)
    }
    /// Where the message's parts stand (`MessageFacts.partIndex`).
    package func withParts<T>(_ body: (UnsafeRawBufferPointer) throws -> T) rethrows -> T {
        try row.withOctets(13, body)
    }
    /// The decoded subject.
    package var subject: String { row.text(14) }
    /// PREVIEW (RFC 8970).
    package var preview: String { row.text(15) }
    /// The same, its octets.
    package func withPreview<T>(_ body: (UnsafeRawBufferPointer) throws -> T) rethrows -> T {
        try row.withOctets(15, body)
    }
    /// The Date field in seconds since 1970, UTC; nil where there is none that can be read.
    package var sentDate: Int64? { row.optionalInteger(16) }
    /// Whether a part of it is an attachment.
    package var hasAttachment: Bool { row.integer(17) != 0 }

    // MARK: .content

    /// Whether it is known where the octets stand: a damaged store may have lost that.
    package var hasContent: Bool { !row.isNull(18) }
    /// Where the octets behind the prefix stand.
    package var content: StoredOctets {
        StoredOctets(
            position: LogPosition(segment: row.integer(18), offset: row.integer(19)), count: row.integer(20),
            checksum: UInt32(truncatingIfNeeded: row.integer(21)))
    }
}
