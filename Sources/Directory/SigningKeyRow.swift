internal import MailCore
internal import SenderAuthentication
internal import Storage

/// A row of `signing_key`.
struct SigningKeyRow {
    var id: Int64
    var selector: DKIMSelector
    var privateKey: DKIMPrivateKey
    var state: SigningKeyState
    var createdSeconds: Int64

    fileprivate init?(_ row: SQLRow) {
        guard let selector = DKIMSelector(row.text(1)), let key = try? DKIMPrivateKey(der: row.octets(2)),
            let state = SigningKeyState(rawValue: row.integer(3))
        else { return nil }
        id = row.integer(0)
        self.selector = selector
        privateKey = key
        self.state = state
        createdSeconds = row.integer(4)
    }

    var signingKey: DKIMSigningKey { DKIMSigningKey(selector: selector, privateKey: privateKey) }
}

extension SQLTransaction {
    /// The keys of a domain by age.
    func signingKeys(of domain: DomainRow) throws -> [SigningKeyRow] {
        var rows: [SigningKeyRow] = []
        try query(
            "SELECT id, selector, private_key, state, created FROM signing_key WHERE domain_id = ?1 ORDER BY id",
            .integer(domain.id)
        ) { if let row = SigningKeyRow($0) { rows.append(row) } }
        return rows
    }

    /// Adds a key under a selector that the domain does not use.
    func addSigningKey(
        _ key: DKIMPrivateKey, of domain: DomainRow, _ state: SigningKeyState, at seconds: Int64
    ) throws {
        let id = SQLValue.integer(try allocate(.signingKey))
        let taken = Set(try signingKeys(of: domain).map(\.selector))
        let selector = DKIMSelector.unused(for: key.algorithm, at: seconds, taken: taken)
        try run(
            """
            INSERT INTO signing_key (id, domain_id, selector, algorithm, private_key, state, created)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
            """, id, .integer(domain.id), .text(selector.text), .text(key.algorithm.rawValue), .octets(key.pkcs8),
            .integer(state.rawValue), .integer(seconds))
        try salvage(table: "signing_key", key: "id", id)
    }

    func setState(_ state: SigningKeyState, of key: SigningKeyRow) throws {
        try run("UPDATE signing_key SET state = ?2 WHERE id = ?1", .integer(key.id), .integer(state.rawValue))
        try salvage(table: "signing_key", key: "id", .integer(key.id))
    }

    func removeSigningKey(_ key: SigningKeyRow) throws {
        try run("DELETE FROM signing_key WHERE id = ?1", .integer(key.id))
        try salvage(table: "signing_key", key: "id", .integer(key.id))
    }

    func removeSigningKeys(of domain: DomainRow) throws {
        for key in try signingKeys(of: domain) { try removeSigningKey(key) }
    }
}

extension DKIMSelector {
    /// `rsa-20261121`, with another letter behind it when the domain has got that already.
    fileprivate static func unused(
        for algorithm: DKIMAlgorithm, at seconds: Int64, taken: Set<DKIMSelector>
    ) -> DKIMSelector {
        let kind = algorithm == .rsaSHA256 ? "rsa" : "ed"
        let stem = "\(kind)-\(UTCDay(seconds: seconds).digits)"
        for suffix in [""] + "bcdefghijklmnopqrstuvwxyz".map(String.init) {
            if let selector = DKIMSelector(stem + suffix), !taken.contains(selector) { return selector }
        }
        // Nobody makes that many on one day; the number is new in any case.
        guard let selector = DKIMSelector("\(stem)-\(taken.count)") else { preconditionFailure("a selector of digits") }
        return selector
    }
}
