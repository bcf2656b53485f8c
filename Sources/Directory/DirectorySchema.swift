public import Storage

extension Directory {
    /// The directory's tables. Each of the first version has a key of one column, under which its rows go into the message
    /// log as well. What was sent today is not in the log: a rebuild begins the day anew.
    public static let schema = SchemaPart(
        name: "directory",
        versions: [
            [
                // The last number given of each kind, so that none is ever given twice.
                """
                CREATE TABLE directory_counter (
                    name TEXT NOT NULL PRIMARY KEY,
                    value BIGINT NOT NULL)
                """,
                """
                CREATE TABLE directory_setting (
                    name TEXT NOT NULL PRIMARY KEY,
                    value TEXT NOT NULL)
                """,
                """
                CREATE TABLE domain (
                    id BIGINT NOT NULL PRIMARY KEY,
                    name TEXT NOT NULL UNIQUE,
                    catch_all TEXT,
                    postmaster TEXT,
                    subaddress_separator TEXT NOT NULL,
                    created BIGINT NOT NULL)
                """,
                """
                CREATE TABLE account (
                    id BIGINT NOT NULL PRIMARY KEY,
                    address TEXT NOT NULL,
                    name TEXT NOT NULL,
                    password_hash TEXT NOT NULL,
                    scram TEXT NOT NULL,
                    quota_bytes BIGINT NOT NULL,
                    state INTEGER NOT NULL,
                    role INTEGER NOT NULL,
                    language TEXT NOT NULL,
                    created BIGINT NOT NULL)
                """,
                // Aliases and lists count together.
                """
                CREATE TABLE alias (
                    id BIGINT NOT NULL PRIMARY KEY,
                    address TEXT NOT NULL,
                    created BIGINT NOT NULL)
                """,
                """
                CREATE TABLE mailing_list (
                    id BIGINT NOT NULL PRIMARY KEY,
                    address TEXT NOT NULL,
                    name TEXT NOT NULL,
                    owner TEXT,
                    reports INTEGER NOT NULL,
                    created BIGINT NOT NULL)
                """,
                // Where an alias or list leads: owner_id is the id of either.
                """
                CREATE TABLE address_target (
                    id BIGINT NOT NULL PRIMARY KEY,
                    owner_id BIGINT NOT NULL,
                    lookup_key TEXT NOT NULL,
                    address TEXT NOT NULL,
                    UNIQUE (owner_id, lookup_key))
                """,
                "CREATE INDEX address_target_by_key ON address_target (lookup_key)",
                // Every address of ours, once; kind as in AddressKind, object_id the id in that kind's table.
                """
                CREATE TABLE address (
                    lookup_key TEXT NOT NULL PRIMARY KEY,
                    domain_id BIGINT NOT NULL,
                    kind INTEGER NOT NULL,
                    object_id BIGINT NOT NULL)
                """,
                "CREATE INDEX address_by_domain ON address (domain_id, kind)",
            ],
            [
                // The keys with which mail of a domain is signed; state as in SigningKeyState, private_key in PKCS #8.
                """
                CREATE TABLE signing_key (
                    id BIGINT NOT NULL PRIMARY KEY,
                    domain_id BIGINT NOT NULL,
                    selector TEXT NOT NULL,
                    algorithm TEXT NOT NULL,
                    private_key BLOB NOT NULL,
                    state INTEGER NOT NULL,
                    created BIGINT NOT NULL,
                    UNIQUE (domain_id, selector))
                """
            ],
            [
                // What an account has sent on its last day with mail; days are those since 1970, UTC.
                """
                CREATE TABLE sending_day (
                    account BIGINT NOT NULL PRIMARY KEY,
                    day BIGINT NOT NULL,
                    messages BIGINT NOT NULL,
                    recipients BIGINT NOT NULL)
                """,
                // To whom, each once a day; older days are removed when a newer one begins.
                """
                CREATE TABLE sending_recipient (
                    day BIGINT NOT NULL,
                    account BIGINT NOT NULL,
                    lookup_key TEXT NOT NULL,
                    PRIMARY KEY (day, account, lookup_key)) WITHOUT ROWID
                """,
            ],
            [
                // Passwords for one program each; hash as in CredentialHash, last_used 0 for never.
                """
                CREATE TABLE app_password (
                    id BIGINT NOT NULL PRIMARY KEY,
                    account BIGINT NOT NULL,
                    name TEXT NOT NULL,
                    hash BLOB NOT NULL UNIQUE,
                    created BIGINT NOT NULL,
                    last_used BIGINT NOT NULL)
                """,
                "CREATE INDEX app_password_by_account ON app_password (account)",
                // Browsers that are logged in. Not in the log: a rebuild logs all of them out.
                """
                CREATE TABLE web_session (
                    id BIGINT NOT NULL PRIMARY KEY,
                    account BIGINT NOT NULL,
                    token_hash BLOB NOT NULL UNIQUE,
                    made BIGINT NOT NULL,
                    seen BIGINT NOT NULL,
                    peer TEXT NOT NULL,
                    agent TEXT NOT NULL)
                """,
                "CREATE INDEX web_session_by_account ON web_session (account, seen)",
                // Codes by time; state as in SecondFactorState, last_step the last code taken, recovery the hashes of codes
                // left, 32 octets each.
                """
                CREATE TABLE second_factor (
                    account BIGINT NOT NULL PRIMARY KEY,
                    secret BLOB NOT NULL,
                    state INTEGER NOT NULL,
                    last_step BIGINT NOT NULL,
                    recovery BLOB NOT NULL,
                    created BIGINT NOT NULL)
                """,
            ],
        ],
        salvaged: [
            ("directory_counter", "name"), ("directory_setting", "name"), ("domain", "id"), ("account", "id"),
            ("alias", "id"), ("mailing_list", "id"), ("address_target", "id"), ("address", "lookup_key"),
            ("signing_key", "id"), ("app_password", "id"), ("second_factor", "account"),
        ])
}

/// What numbers are given for.
enum Counter: String {
    case domain
    case account
    case expansion
    case target
    case signingKey = "signing_key"
    case appPassword = "app_password"
    case webSession = "web_session"
}

extension SQLTransaction {
    /// A number never given before. `count` numbers are taken, of which this is the first.
    func allocate(_ counter: Counter, count: Int = 1) throws -> Int64 {
        let name = SQLValue.text(counter.rawValue)
        let step = SQLValue.integer(Int64(count))
        try run(
            """
            INSERT INTO directory_counter (name, value) VALUES (?1, ?2)
            ON CONFLICT (name) DO UPDATE SET value = directory_counter.value + excluded.value
            """, name, step)
        let last = try first("SELECT value FROM directory_counter WHERE name = ?1", name) { $0.integer(0) } ?? 1
        try salvage(table: "directory_counter", key: "name", name)
        return last - Int64(count) + 1
    }
}
