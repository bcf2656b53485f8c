package import MailCore
package import Storage

extension MailStore {
    /// The messages that accounts have, ascending by message and account, each once: some behind a place.
    package static func forEachCopy(
        behind last: (email: Int64, account: Int64), count: Int64, _ transaction: SQLTransaction,
        _ body: (EmailID, AccountID) throws -> Void
    ) throws {
        try transaction.query(
            """
            SELECT DISTINCT email, account FROM message WHERE (email, account) > (?1, ?2)
            ORDER BY email, account LIMIT ?3
            """, .integer(last.email), .integer(last.account), .integer(count)
        ) { try body(EmailID(rawValue: $0.integer(0)), AccountID(rawValue: $0.integer(1))) }
    }

    /// The header lines of some copy that the account has of a message; nil where it has none.
    package static func prefix(
        of email: EmailID, _ account: AccountID, _ transaction: SQLTransaction
    ) throws -> [UInt8]? {
        try transaction.first(
            "SELECT prefix FROM message WHERE email = ?1 AND account = ?2 LIMIT 1", .integer(email.rawValue),
            .integer(account.rawValue)
        ) { $0.octets(0) }
    }
}
