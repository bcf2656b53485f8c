public import Storage

extension RemoteAccounts {
    /// The tables of accounts elsewhere and of what was fetched from them; keyed by account first.
    public static let schema = SchemaPart(
        name: "remoteaccounts",
        versions: [
            [
                """
                CREATE TABLE remote_account (
                    account BIGINT NOT NULL,
                    remote BIGINT NOT NULL,
                    name TEXT NOT NULL,
                    settings TEXT NOT NULL,
                    secret BLOB NOT NULL,
                    PRIMARY KEY (account, remote),
                    UNIQUE (account, name)
                ) WITHOUT ROWID
                """,
                // How it goes; what is lost here is made anew by the next run.
                """
                CREATE TABLE remote_state (
                    account BIGINT NOT NULL,
                    remote BIGINT NOT NULL,
                    next_run BIGINT NOT NULL,
                    last_run BIGINT NOT NULL,
                    last_success BIGINT NOT NULL,
                    last_error TEXT NOT NULL,
                    failures BIGINT NOT NULL,
                    messages BIGINT NOT NULL,
                    octets BIGINT NOT NULL,
                    PRIMARY KEY (account, remote)
                ) WITHOUT ROWID
                """,
                // Folders there, by number; 0 is POP3's maildrop.
                """
                CREATE TABLE remote_folder (
                    account BIGINT NOT NULL,
                    remote BIGINT NOT NULL,
                    folder BIGINT NOT NULL,
                    name TEXT NOT NULL,
                    uid_validity BIGINT NOT NULL,
                    mailbox BIGINT NOT NULL,
                    PRIMARY KEY (account, remote, folder),
                    UNIQUE (account, remote, name)
                ) WITHOUT ROWID
                """,
                // What was fetched. `gone_at`: since when the server does not list it any more, 0 while it does.
                """
                CREATE TABLE remote_message (
                    account BIGINT NOT NULL,
                    remote BIGINT NOT NULL,
                    folder BIGINT NOT NULL,
                    message_key BLOB NOT NULL,
                    fingerprint BLOB NOT NULL,
                    email BIGINT NOT NULL,
                    fetched_at BIGINT NOT NULL,
                    gone_at BIGINT NOT NULL,
                    PRIMARY KEY (account, remote, folder, message_key)
                ) WITHOUT ROWID
                """,
                // A message whose name there has changed is known again by its fingerprint.
                "CREATE INDEX remote_message_by_fingerprint ON remote_message (account, remote, folder, fingerprint)",
                // For the record of a message that a compaction writes anew.
                "CREATE INDEX remote_message_by_email ON remote_message (email)",
            ],
            [
                // The access token of an account whose secret is a grant of OAuth 2.0; what is lost here is got anew.
                """
                CREATE TABLE remote_token (
                    account BIGINT NOT NULL,
                    remote BIGINT NOT NULL,
                    token BLOB NOT NULL,
                    expires_at BIGINT NOT NULL,
                    PRIMARY KEY (account, remote)
                ) WITHOUT ROWID
                """,
                // The copy's MODSEQ here as fetching left it, 0 for unknown: with that one still, nobody has touched the copy.
                "ALTER TABLE remote_message ADD COLUMN mod_seq BIGINT NOT NULL DEFAULT 0",
                // A folder there as the last look found it when all of it was done; what is lost here costs another look.
                """
                CREATE TABLE remote_view (
                    account BIGINT NOT NULL,
                    remote BIGINT NOT NULL,
                    folder BIGINT NOT NULL,
                    uid_validity BIGINT NOT NULL,
                    uid_next BIGINT NOT NULL,
                    messages BIGINT NOT NULL,
                    mod_seq BIGINT NOT NULL,
                    PRIMARY KEY (account, remote, folder)
                ) WITHOUT ROWID
                """,
            ],
        ], salvaged: [("remote_account", "account"), ("remote_folder", "account")])
}
