public import Storage

extension MailStore {
    /// The tables of mailboxes and messages. All of a user's data is keyed by account first.
    public static let schema = SchemaPart(
        name: "mailstore",
        versions: [
            [
                // The account's clock (RFC 7162), what it uses, and its next mailbox's number.
                """
                CREATE TABLE account_state (
                    account INTEGER PRIMARY KEY,
                    mod_seq BIGINT NOT NULL,
                    octets BIGINT NOT NULL,
                    messages BIGINT NOT NULL,
                    next_mailbox BIGINT NOT NULL
                )
                """,
                """
                CREATE TABLE mailbox (
                    account BIGINT NOT NULL,
                    mailbox BIGINT NOT NULL,
                    name TEXT NOT NULL,
                    special_use TEXT,
                    uid_validity BIGINT NOT NULL,
                    uid_next BIGINT NOT NULL,
                    mod_seq BIGINT NOT NULL,
                    messages BIGINT NOT NULL,
                    unseen BIGINT NOT NULL,
                    octets BIGINT NOT NULL,
                    subscribed INTEGER NOT NULL,
                    PRIMARY KEY (account, mailbox),
                    UNIQUE (account, name)
                ) WITHOUT ROWID
                """,
                // What differs from copy to copy; `octets` counts the prefix and the stored message.
                """
                CREATE TABLE message (
                    account BIGINT NOT NULL,
                    mailbox BIGINT NOT NULL,
                    uid BIGINT NOT NULL,
                    email BIGINT NOT NULL,
                    thread BIGINT NOT NULL,
                    mod_seq BIGINT NOT NULL,
                    flags BIGINT NOT NULL,
                    keywords TEXT NOT NULL,
                    internal_date BIGINT NOT NULL,
                    save_date BIGINT NOT NULL,
                    octets BIGINT NOT NULL,
                    prefix BLOB NOT NULL,
                    PRIMARY KEY (account, mailbox, uid)
                ) WITHOUT ROWID
                """,
                // Ascending with time, so that an insertion touches the last page only.
                "CREATE INDEX message_by_email ON message (email)",
                // What readers ask for again and again, once per message, ready to send.
                """
                CREATE TABLE email_facts (
                    email INTEGER PRIMARY KEY,
                    envelope BLOB NOT NULL,
                    body_structure BLOB NOT NULL,
                    parts BLOB NOT NULL,
                    subject TEXT NOT NULL,
                    preview TEXT NOT NULL,
                    sent_date BIGINT,
                    has_attachment INTEGER NOT NULL
                )
                """,
                // Message-IDs that were seen, with the base subject (RFC 8621 §3), and their conversation.
                """
                CREATE TABLE thread_reference (
                    account BIGINT NOT NULL,
                    reference_hash BIGINT NOT NULL,
                    thread BIGINT NOT NULL,
                    PRIMARY KEY (account, reference_hash)
                ) WITHOUT ROWID
                """,
                // What went, for clients that come back (RFC 7162 §3.2.7).
                """
                CREATE TABLE expunged (
                    account BIGINT NOT NULL,
                    mailbox BIGINT NOT NULL,
                    mod_seq BIGINT NOT NULL,
                    uid BIGINT NOT NULL,
                    PRIMARY KEY (account, mailbox, mod_seq, uid)
                ) WITHOUT ROWID
                """,
            ],
            // What went up to this tick of the clock is not in `expunged` any more.
            [
                "ALTER TABLE mailbox ADD COLUMN expunged_floor BIGINT NOT NULL DEFAULT 0",
                // What sending a message line by line adds to its octets, where it adds any: BDAT may bring bare LF, and
                // messages that end in the middle of a line.
                "CREATE TABLE wire_size (email INTEGER PRIMARY KEY, added BIGINT NOT NULL)",
                // Rows of `thread_reference` that came lately: a delivery into a large store would else write a page of its own
                // for each of them, since hashes are all over the place.
                """
                CREATE TABLE thread_recent (
                    account BIGINT NOT NULL,
                    reference_hash BIGINT NOT NULL,
                    thread BIGINT NOT NULL,
                    PRIMARY KEY (account, reference_hash)
                ) WITHOUT ROWID
                """,
            ],
            [
                // Messages from this UID on are `\Recent` to the next session that selects the mailbox (RFC 3501 §2.3.2).
                "ALTER TABLE mailbox ADD COLUMN recent_from BIGINT NOT NULL DEFAULT 1",
                // 1: MODSEQ may be greater than that of a message that came later. All others ascend with the UID, so what
                // changed since a tick is the end of the mailbox and some of these: no index that each delivery writes to.
                "ALTER TABLE message ADD COLUMN touched INTEGER NOT NULL DEFAULT 0",
                "CREATE INDEX message_touched ON message (account, mailbox, mod_seq) WHERE touched = 1",
                // What EXPUNGE takes.
                "CREATE INDEX message_deleted ON message (account, mailbox, uid) WHERE flags & 8 <> 0",
            ],
            MailboxSchema.version4,
            AccountSchema.version5,
        ], references: ["SELECT email FROM message"],
        salvaged: [
            ("mailbox", "account"), ("account_state", "account"), ("subscription", "account"), ("acl", "account"),
            ("annotation", "account"),
        ])
}
