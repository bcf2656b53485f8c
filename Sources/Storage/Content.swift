public import MailCore

extension SQLTransaction {
    /// The row that says where a message's octets stand. A record that is there already, as in a replay, stays.
    ///
    /// - Returns: whether the row is new.
    @discardableResult
    func insertContent(_ record: DeliveryRecord, _ header: RecordHeader, at position: LogPosition) throws -> Bool {
        let references = record.copies.count + (record.queued == nil ? 0 : 1)
        return try run(
            """
            INSERT INTO content VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (email) DO NOTHING
            """, .integer(record.email.rawValue), .integer(position.segment),
            .integer(position.offset + header.bodyOffset), .integer(header.bodyLength),
            .integer(Int64(header.bodyChecksum)), .integer(header.recordLength), .integer(Int64(references))) > 0
    }

    /// The message's octets now stand in another record; the old one is free.
    func moveContent(of email: EmailID, _ header: RecordHeader, to position: LogPosition) throws {
        let old = try first(
            "SELECT segment, record_length FROM content WHERE email = ?1", .integer(email.rawValue)
        ) { ($0.integer(0), $0.integer(1)) }
        guard let (segment, length) = old else { throw StorageError(.notFound, "the message is gone") }
        try addLive(-length, in: segment)
        try run(
            """
            UPDATE content SET segment = ?2, body_offset = ?3, body_length = ?4, body_checksum = ?5, record_length = ?6
            WHERE email = ?1
            """, .integer(email.rawValue), .integer(position.segment), .integer(position.offset + header.bodyOffset),
            .integer(header.bodyLength), .integer(Int64(header.bodyChecksum)), .integer(header.recordLength))
    }
}

extension SQLTransaction {
    /// The segment's row may not be there yet when the group that begins it is under way.
    func addLive(_ octets: Int64, in segment: Int64) throws {
        try run(
            """
            INSERT INTO segment (segment, total, live) VALUES (?1, 0, ?2)
            ON CONFLICT (segment) DO UPDATE SET live = live + excluded.live
            """, .integer(segment), .integer(octets))
    }

    /// Where a message's octets stand, or nil when nothing refers to it any more.
    public func content(of email: EmailID) throws -> StoredOctets? {
        try first(
            "SELECT segment, body_offset, body_length, body_checksum FROM content WHERE email = ?1",
            .integer(email.rawValue)
        ) { row in
            StoredOctets(
                position: LogPosition(segment: row.integer(0), offset: row.integer(1)), count: row.integer(2),
                checksum: UInt32(truncatingIfNeeded: row.integer(3)))
        }
    }

    /// One more copy or queue entry refers to the message.
    public func retain(_ email: EmailID) throws {
        try run(
            "UPDATE content SET references_count = references_count + 1 WHERE email = ?1", .integer(email.rawValue))
    }

    /// A copy is gone in a database that is made anew: a later note may file the message again, so its row stays until all
    /// is counted.
    public func lower(_ email: EmailID) throws {
        try run(
            "UPDATE content SET references_count = references_count - 1 WHERE email = ?1", .integer(email.rawValue))
    }

    /// A copy or queue entry is gone. With the last one the message's octets become free, and its row is deleted.
    ///
    /// - Returns: whether it was the last one.
    @discardableResult
    public func release(_ email: EmailID) throws -> Bool {
        let rest = try first(
            """
            UPDATE content SET references_count = references_count - 1 WHERE email = ?1
            RETURNING references_count, segment, record_length
            """, .integer(email.rawValue)
        ) { ($0.integer(0), $0.integer(1), $0.integer(2)) }
        guard let (references, segment, length) = rest, references <= 0 else { return false }
        try run("DELETE FROM content WHERE email = ?1", .integer(email.rawValue))
        try addLive(-length, in: segment)
        return true
    }
}
