package import MailCore
package import Storage

extension MailStore {
    /// Reads the messages of a mailbox that are among `uids`, ascending.
    package static func rows(
        of uids: UIDSet, in key: MailboxKey, _ columns: MessageColumns = [], _ transaction: SQLTransaction,
        each: (MessageRow) throws -> Void
    ) throws {
        _ = try page(of: uids, in: key, columns, transaction) { row in
            try each(row)
            return .more
        }
    }

    /// Reads some of the messages of a mailbox that are among `uids`, ascending, until the closure has enough.
    ///
    /// - Returns: those of `uids` behind the last row that was read: empty when all were.
    package static func page(
        of uids: UIDSet, in key: MailboxKey, _ columns: MessageColumns = [], _ transaction: SQLTransaction,
        while wanted: (MessageRow) throws -> ScanDemand
    ) throws -> UIDSet {
        for span in spans(of: uids.ranges) {
            var range = span.startIndex
            var last: UInt32?
            try scan(
                span[span.startIndex].lowerBound...span[span.endIndex - 1].upperBound, of: key, columns, transaction
            ) { row in
                let uid = row.uid.rawValue
                while span[range].upperBound < uid { range += 1 }
                guard span[range].lowerBound <= uid, try wanted(row) == .enough else { return .more }
                last = uid
                return .enough
            }
            if let last { return uids.subtracting(UIDSet(ranges: [0...last])) }
        }
        return UIDSet()
    }

    /// UIDs between two ranges that are rather read and passed over than left to another query.
    private static let gapMax: UInt32 = 16

    /// Ranges that one query reads.
    private static func spans(of ranges: [ClosedRange<UInt32>]) -> [ArraySlice<ClosedRange<UInt32>>] {
        var spans: [ArraySlice<ClosedRange<UInt32>>] = []
        var start = 0
        for index in ranges.indices {
            let isLast = index + 1 == ranges.count
            if !isLast, ranges[index + 1].lowerBound - ranges[index].upperBound <= gapMax { continue }
            spans.append(ranges[start...index])
            start = index + 1
        }
        return spans
    }

    /// Hands over the messages in a range of numbers, ascending, until the closure has enough.
    package static func scan(
        _ uids: ClosedRange<UInt32>, of key: MailboxKey, _ columns: MessageColumns, _ transaction: SQLTransaction,
        each: (MessageRow) throws -> ScanDemand
    ) throws {
        let account = SQLValue.integer(key.account.rawValue)
        let mailbox = SQLValue.integer(key.mailbox.rawValue)
        let first = SQLValue.integer(Int64(uids.lowerBound))
        let last = SQLValue.integer(Int64(uids.upperBound))
        func hand(_ row: SQLRow) throws -> ScanDemand { try each(MessageRow(row: row)) }
        // What FETCH asks for again and again has statements of its own.
        if columns.isEmpty {
            try transaction.scan(
                """
                SELECT uid, email, thread, mod_seq, flags, keywords, internal_date, save_date, octets
                FROM message WHERE account = ?1 AND mailbox = ?2 AND uid BETWEEN ?3 AND ?4 ORDER BY uid
                """, account, mailbox, first, last, each: hand)
        } else if columns == .envelope {
            try transaction.scan(
                """
                SELECT uid, message.email, thread, mod_seq, flags, keywords, internal_date, save_date, octets, NULL, NULL,
                    envelope
                FROM message LEFT JOIN email_facts ON email_facts.email = message.email
                WHERE account = ?1 AND mailbox = ?2 AND uid BETWEEN ?3 AND ?4 ORDER BY uid
                """, account, mailbox, first, last, each: hand)
        } else if columns == .content {
            try transaction.scan(
                """
                SELECT uid, message.email, thread, mod_seq, flags, keywords, internal_date, save_date, octets, prefix, NULL,
                    NULL, NULL, NULL, NULL, NULL, NULL, NULL, segment, body_offset, body_length, body_checksum
                FROM message LEFT JOIN content ON content.email = message.email
                WHERE account = ?1 AND mailbox = ?2 AND uid BETWEEN ?3 AND ?4 ORDER BY uid
                """, account, mailbox, first, last, each: hand)
        } else {
            try scanAny(columns, transaction, account, mailbox, first, last, each: hand)
        }
    }

    /// One query for all that can be asked for: what is not asked for is joined with NULL, which finds nothing and costs
    /// little.
    private static func scanAny(
        _ columns: MessageColumns, _ transaction: SQLTransaction, _ account: SQLValue, _ mailbox: SQLValue,
        _ first: SQLValue, _ last: SQLValue, each: (SQLRow) throws -> ScanDemand
    ) throws {
        try transaction.scan(
            """
            SELECT uid, message.email, thread, mod_seq, flags, keywords, internal_date, save_date, octets, prefix, added,
                envelope, body_structure, parts, subject, preview, sent_date, has_attachment,
                segment, body_offset, body_length, body_checksum
            FROM message
            LEFT JOIN wire_size ON wire_size.email = iif(?5, message.email, NULL)
            LEFT JOIN email_facts ON email_facts.email = iif(?6, message.email, NULL)
            LEFT JOIN content ON content.email = iif(?7, message.email, NULL)
            WHERE account = ?1 AND mailbox = ?2 AND uid BETWEEN ?3 AND ?4 ORDER BY uid
            """, account, mailbox, first, last, .integer(columns.contains(.wireSize) ? 1 : 0),
            .integer(columns.contains(.facts) || columns.contains(.envelope) ? 1 : 0),
            .integer(columns.contains(.content) ? 1 : 0), each: each)
    }

    /// The messages of a mailbox whose MODSEQ is greater (RFC 7162 §3.1.4.1 CHANGEDSINCE). Its time is that of its result:
    /// what came later is the end of the mailbox, what was changed otherwise is in an index.
    package static func uids(
        changedSince modSeq: ModSeq, of key: MailboxKey, in transaction: SQLTransaction
    ) throws -> UIDSet {
        let (account, mailbox) = (SQLValue.integer(key.account.rawValue), SQLValue.integer(key.mailbox.rawValue))
        let since = SQLValue.integer(modSeq.rawValue)
        let old = try transaction.first(
            """
            SELECT uid FROM message WHERE account = ?1 AND mailbox = ?2 AND mod_seq <= ?3 ORDER BY uid DESC LIMIT 1
            """, account, mailbox, since
        ) { $0.integer(0) }
        let end = SQLValue.integer(old ?? 0)
        var changed: [UInt32] = []
        try transaction.query(
            """
            SELECT uid FROM message INDEXED BY message_touched
            WHERE account = ?1 AND mailbox = ?2 AND mod_seq > ?3 AND touched = 1 AND uid < ?4
            """, account, mailbox, since, end
        ) { changed.append(UInt32(truncatingIfNeeded: $0.integer(0))) }
        changed.sort()
        var uids = UIDSet()
        for uid in changed { uids.append(uid...uid) }
        try transaction.query(
            "SELECT uid FROM message WHERE account = ?1 AND mailbox = ?2 AND uid > ?3 ORDER BY uid", account, mailbox,
            end
        ) { row in
            let uid = UInt32(truncatingIfNeeded: row.integer(0))
            uids.append(uid...uid)
        }
        return uids
    }

    /// The account's clock: all that has happened is at or before it.
    package static func clock(of account: AccountID, in transaction: SQLTransaction) throws -> ModSeq {
        try transaction.first(
            "SELECT mod_seq FROM account_state WHERE account = ?1", .integer(account.rawValue)
        ) { ModSeq(rawValue: $0.integer(0)) } ?? ModSeq(rawValue: 0)
    }

    /// The messages in a range of numbers that are not `\Seen`, ascending.
    package static func unseen(
        _ uids: ClosedRange<UInt32>, of key: MailboxKey, in transaction: SQLTransaction, each: (UID) -> Void
    ) throws {
        try transaction.query(
            """
            SELECT uid FROM message
            WHERE account = ?1 AND mailbox = ?2 AND uid BETWEEN ?3 AND ?4 AND flags & 1 = 0 ORDER BY uid
            """, .integer(key.account.rawValue), .integer(key.mailbox.rawValue), .integer(Int64(uids.lowerBound)),
            .integer(Int64(uids.upperBound))
        ) { each(UID(rawValue: UInt32(truncatingIfNeeded: $0.integer(0)))) }
    }

    /// The messages of a mailbox with `\Deleted`. Its time is that of its result.
    package static func deletedUIDs(of key: MailboxKey, in transaction: SQLTransaction) throws -> UIDSet {
        var uids = UIDSet()
        try transaction.query(
            """
            SELECT uid FROM message INDEXED BY message_deleted
            WHERE account = ?1 AND mailbox = ?2 AND flags & 8 <> 0 ORDER BY uid
            """, .integer(key.account.rawValue), .integer(key.mailbox.rawValue)
        ) { row in
            let uid = UInt32(truncatingIfNeeded: row.integer(0))
            uids.append(uid...uid)
        }
        return uids
    }
}
