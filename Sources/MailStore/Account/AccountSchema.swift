/// What the history of an account takes: which messages, conversations and mailboxes came, changed and went since a tick of its
/// clock.
enum AccountSchema {
    static let version5 = [
        // The tick when a copy came into its mailbox; 0: before this column did.
        "ALTER TABLE message ADD COLUMN created BIGINT NOT NULL DEFAULT 0",
        // Conversations: the first message of each has its number, the others are here. A delivery that begins a conversation
        // writes to nothing, an answer near the index's end.
        "CREATE INDEX message_in_thread ON message (thread) WHERE thread <> email",
        // What went, and when it had come; 0 before these columns did.
        "ALTER TABLE expunged ADD COLUMN email BIGINT NOT NULL DEFAULT 0",
        "ALTER TABLE expunged ADD COLUMN thread BIGINT NOT NULL DEFAULT 0",
        "ALTER TABLE expunged ADD COLUMN created BIGINT NOT NULL DEFAULT 0",
        // The tick when a mailbox was made, and that of the last change of what it is: its name, place, use, order, who is
        // subscribed to it and who may use it.
        "ALTER TABLE mailbox ADD COLUMN created BIGINT NOT NULL DEFAULT 0",
        "ALTER TABLE mailbox ADD COLUMN changed BIGINT NOT NULL DEFAULT 0",
        // JMAP's sortOrder (RFC 8621 §2).
        "ALTER TABLE mailbox ADD COLUMN sort_order BIGINT NOT NULL DEFAULT 0",
        // What happened in the account up to this tick is not known whole.
        "ALTER TABLE account_state ADD COLUMN changes_floor BIGINT NOT NULL DEFAULT 0",
        "UPDATE account_state SET changes_floor = mod_seq",
        // The tick when a mailbox went whose messages are still to go.
        "ALTER TABLE removed_mailbox ADD COLUMN mod_seq BIGINT NOT NULL DEFAULT 0",
        // Mailboxes that went; what went from them, and with them, stays in `expunged` as long as they are here.
        """
        CREATE TABLE gone_mailbox (
            account BIGINT NOT NULL,
            mailbox BIGINT NOT NULL,
            created BIGINT NOT NULL,
            mod_seq BIGINT NOT NULL,
            PRIMARY KEY (account, mailbox)
        ) WITHOUT ROWID
        """,
    ]
}
