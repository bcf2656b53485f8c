public import MailCore

/// The highest numbers that records of the log name: none of them is given again, even when what had it is gone from the
/// database, since a rebuild would give the new owner what the log has of the old one.
public struct NumbersSeen: Sendable, Equatable {
    /// What is numbered in one row.
    public enum Series: Sendable, Hashable {
        /// A counter of the directory.
        case directory(String)
        /// The mailboxes of an account.
        case mailboxes(AccountID)
    }

    /// The highest number of each series.
    public private(set) var highest: [Series: Int64] = [:]

    /// None.
    public init() {}

    /// A number was given.
    public mutating func see(_ number: Int64, of series: Series) {
        highest[series] = max(highest[series] ?? 0, number)
    }

    /// A copy was filed.
    mutating func see(_ copy: FiledCopy) {
        see(copy.account, copy.mailbox)
    }

    /// A note was written.
    mutating func see(_ note: LogNote, _ describing: LogDescribing) throws {
        switch note {
        case .rows(let table, let key, let rows):
            try describing.numbers(NotedRows(table: table, key: key, rows: rows), &self)
        case .filed(_, let copy): see(copy)
        case .expunged(let account, let mailbox, _, _), .flags(let account, let mailbox, _, _, _, _):
            see(account, mailbox)
        case .settled: break
        }
    }

    private mutating func see(_ account: AccountID, _ mailbox: MailboxID) {
        see(account.rawValue, of: .directory(Self.accounts))
        see(mailbox.rawValue, of: .mailboxes(account))
    }

    /// The directory's counter of accounts.
    public static let accounts = "account"
}

/// The rows of a table under a key, as a note has them.
public struct NotedRows: Sendable {
    /// The table.
    public var table: String
    /// The columns and values under which the rows are noted.
    public var key: [LogNote.Column]
    /// The rows' columns.
    public var rows: [[LogNote.Column]]

    /// A row's number in a column, if it has one.
    public static func integer(_ name: String, of row: [LogNote.Column]) -> Int64? {
        guard case .integer(let number) = row.first(where: { $0.name == name })?.value else { return nil }
        return number
    }
}
