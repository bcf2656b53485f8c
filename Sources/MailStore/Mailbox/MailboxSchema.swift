/// The tables of what belongs to mailboxes beside their messages.
enum MailboxSchema {
    static let version4 = [
        // Where others see the account's mailboxes (`MailboxNamespace`), and the last UIDVALIDITY given.
        "ALTER TABLE account_state ADD COLUMN seen_in BIGINT NOT NULL DEFAULT 1",
        "ALTER TABLE account_state ADD COLUMN uid_validity BIGINT NOT NULL DEFAULT 0",
        """
        UPDATE account_state SET uid_validity = coalesce(
            (SELECT max(uid_validity) FROM mailbox WHERE mailbox.account = account_state.account), 0)
        """,
        // Names, not mailboxes: a subscription outlives what it is to (RFC 9051 §6.3.7).
        """
        CREATE TABLE subscription (
            account BIGINT NOT NULL,
            name TEXT NOT NULL,
            PRIMARY KEY (account, name)
        ) WITHOUT ROWID
        """,
        "INSERT INTO subscription SELECT account, name FROM mailbox WHERE subscribed = 1",
        "ALTER TABLE mailbox DROP COLUMN subscribed",
        // Who may do what with a mailbox beside its owner: kind and grantee as in `AccessParty`, rights as in
        // `AccessRights`, those given and those taken.
        """
        CREATE TABLE acl (
            account BIGINT NOT NULL,
            mailbox BIGINT NOT NULL,
            kind BIGINT NOT NULL,
            grantee BIGINT NOT NULL,
            granted BIGINT NOT NULL,
            denied BIGINT NOT NULL,
            PRIMARY KEY (account, mailbox, kind, grantee)
        ) WITHOUT ROWID
        """,
        // What is shared with somebody.
        "CREATE INDEX acl_by_grantee ON acl (kind, grantee)",
        // METADATA (RFC 5464). Mailbox 0 is the server, account 0 nobody's; reader is the account that sees a private one,
        // 0 for shared ones.
        """
        CREATE TABLE annotation (
            account BIGINT NOT NULL,
            mailbox BIGINT NOT NULL,
            reader BIGINT NOT NULL,
            entry TEXT NOT NULL,
            value BLOB NOT NULL,
            PRIMARY KEY (account, mailbox, reader, entry)
        ) WITHOUT ROWID
        """,
        "CREATE INDEX annotation_by_reader ON annotation (reader) WHERE reader > 0",
        // Mailboxes that are gone and whose messages are still to go.
        """
        CREATE TABLE removed_mailbox (
            account BIGINT NOT NULL,
            mailbox BIGINT NOT NULL,
            PRIMARY KEY (account, mailbox)
        ) WITHOUT ROWID
        """,
    ]
}
