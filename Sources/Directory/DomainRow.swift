import MailCore
import Storage

/// A row of `domain`.
struct DomainRow {
    var id: Int64
    var name: Domain
    var catchAll: EmailAddress?
    var postmaster: EmailAddress?
    var separator: String
    var createdSeconds: Int64

    fileprivate init?(_ row: SQLRow) {
        guard let name = Domain(row.text(1)) else { return nil }
        id = row.integer(0)
        self.name = name
        catchAll = row.optionalText(2).flatMap { EmailAddress($0) }
        postmaster = row.optionalText(3).flatMap { EmailAddress($0) }
        separator = row.text(4)
        createdSeconds = row.integer(5)
    }
}

extension SQLTransaction {
    /// The domain, if it is ours.
    func domain(_ name: Domain) throws -> DomainRow? {
        try first(
            """
            SELECT id, name, catch_all, postmaster, subaddress_separator, created FROM domain WHERE name = ?1
            """, .text(name.ascii)
        ) { DomainRow($0) } ?? nil
    }

    /// The domain, which has to be ours.
    func requireDomain(_ name: Domain) throws -> DomainRow {
        guard let row = try domain(name) else { throw DirectoryError.unknownDomain(name) }
        return row
    }

    /// All of our domains by age; the first is the primary one.
    func domains() throws -> [DomainRow] {
        var rows: [DomainRow] = []
        try query(
            """
            SELECT id, name, catch_all, postmaster, subaddress_separator, created FROM domain ORDER BY id
            """
        ) { if let row = DomainRow($0) { rows.append(row) } }
        return rows
    }

    /// The domain that names without one belong to: the oldest.
    func primaryDomain() throws -> DomainRow? {
        try first(
            """
            SELECT id, name, catch_all, postmaster, subaddress_separator, created FROM domain ORDER BY id LIMIT 1
            """
        ) { DomainRow($0) } ?? nil
    }
}
