internal import MailCore

/// What a look through a whole segment found.
struct SegmentSurvey: Sendable {
    /// The checksums of the bodies of all whole records, by where they begin.
    private(set) var wholeBodies: [Int64: UInt32] = [:]
    /// The notes, each table's key once.
    private(set) var notes: [LogNote] = []
    /// Accounts that records or notes are about.
    private(set) var accounts: Set<AccountID> = []
    /// Octets that are no whole record.
    private(set) var unreadable: Int64 = 0
    /// How far the look went.
    private(set) var size: Int64 = 0

    /// Reads every octet of the segment. A segment that is gone has no records.
    init(_ segments: SegmentFiles, _ number: Int64, keepsNotes: Bool = false, progress: (Int64) -> Void) throws {
        guard let file = try segments.fileIfThere(number) else { return }
        var seen: Set<LogNote> = []
        var scanner = try LogScanner(file: file, segment: number, from: 0)
        while let finding = try scanner.next() {
            if case .record(let header, let redo, let position) = finding {
                switch header.kind {
                case .delivery:
                    wholeBodies[position.offset + header.bodyOffset] = header.bodyChecksum
                    if keepsNotes { keep(try DeliveryRecord(octets: redo), &seen) }
                case .note:
                    if keepsNotes { keep(try LogNote(octets: redo), &seen) }
                }
            }
            switch finding {
            case .record: break
            case .damaged(let header, _, _, _): unreadable += header.recordLength
            case .gap(_, let octets): unreadable += octets
            }
            size = scanner.offset
            progress(size)
        }
    }

    /// What a message settled holds on when the message itself is gone.
    private mutating func keep(_ record: DeliveryRecord, _ seen: inout Set<LogNote>) {
        accounts.formUnion(record.copies.map(\.account))
        for settlement in record.settles { keep(.settled(settlement), &seen) }
    }

    private mutating func keep(_ note: LogNote, _ seen: inout Set<LogNote>) {
        switch note {
        case .rows(let table, let key, _):
            guard seen.insert(.rows(table: table, key: key, rows: [])).inserted else { return }
        case .filed(_, let copy): accounts.insert(copy.account)
        case .expunged(let account, _, _, _), .flags(let account, _, _, _, _, _): accounts.insert(account)
        case .settled: break
        }
        notes.append(note)
    }
}
