public import MailCore
public import Storage

/// What an annotation belongs to (RFC 5464 §3).
public enum AnnotationSubject: Hashable, Sendable {
    /// The server: shared ones are everybody's, private ones the account's.
    case server
    /// A mailbox.
    case mailbox(MailboxKey)
}

/// An annotation: a name in lower case that begins with `/private/` or `/shared/`, and its value.
public struct Annotation: Hashable, Sendable {
    /// Which.
    public var entry: String
    /// Any octets.
    public var value: [UInt8]

    /// As above.
    public init(entry: String, value: [UInt8]) {
        self.entry = entry
        self.value = value
    }

    /// Who sees it.
    public enum Scope: Hashable, Sendable {
        /// The account that made it, alone.
        case personal
        /// All who see the mailbox.
        case shared
    }

    /// Who sees the annotations of a name.
    public static func scope(of entry: String) -> Scope {
        entry.utf8.starts(with: "/private/".utf8) ? .personal : .shared
    }
}

/// Notes that programs attach to mailboxes and to the server.
extension MailStore {
    /// The annotations of a subject that an account sees, of the names given and, as deep as said, of those below them.
    ///
    /// - Parameter depth: levels below each name; nil for all.
    public func annotations(
        of subject: AnnotationSubject, for account: AccountID, _ entries: [String], depth: Int?
    ) async throws -> [Annotation] {
        try await store.read { try Self.annotations(of: subject, for: account, entries, depth: depth, in: $0) }
    }

    /// The annotations of a subject that an account sees.
    public static func annotations(
        of subject: AnnotationSubject, for account: AccountID, _ entries: [String], depth: Int?,
        in transaction: SQLTransaction
    ) throws -> [Annotation] {
        var found: [Annotation] = []
        var seen: Set<String> = []
        for entry in entries {
            let row = AnnotationRow(subject, entry, account)
            let levels = entry.utf8.count { $0 == separator }
            try transaction.query(
                """
                SELECT entry, value FROM annotation WHERE account = ?1 AND mailbox = ?2 AND reader = ?3
                    AND (entry = ?4 OR (?6 > 0 AND entry > ?4 || '/' AND entry < ?5)) ORDER BY entry
                """, row.account, row.mailbox, row.reader, .text(entry), .text(entry + "0"),
                .integer(Int64(depth ?? Int(Int32.max)))
            ) { row in
                let name = row.text(0)
                let below = name.utf8.count { $0 == separator } - levels
                guard below <= depth ?? .max, seen.insert(name).inserted else { return }
                found.append(Annotation(entry: name, value: row.octets(1)))
            }
        }
        return found
    }

    /// Sets annotations, all or none; nil takes one away.
    public func annotate(
        _ subject: AnnotationSubject, for account: AccountID, _ changes: [(entry: String, value: [UInt8]?)]
    ) async throws {
        let limits = limits
        try await store.change { transaction in
            for (entry, value) in changes {
                try Self.annotate(subject, for: account, entry, value, limits, in: transaction)
            }
        }
    }

    static func annotate(
        _ subject: AnnotationSubject, for account: AccountID, _ entry: String, _ value: [UInt8]?,
        _ limits: MailStoreLimits, in transaction: SQLTransaction
    ) throws {
        let row = AnnotationRow(subject, entry, account)
        if case .mailbox(let key) = subject, try !hasMailbox(key.mailbox, key.account, in: transaction) {
            throw MailStoreError.noSuchMailbox("number \(key.mailbox.rawValue)")
        }
        if let value {
            guard value.count <= limits.annotationOctetsMax, entry.utf8.count <= limits.annotationNameOctetsMax else {
                throw MailStoreError.annotationTooLong(limits.annotationOctetsMax)
            }
            let others = try transaction.first(
                """
                SELECT count(*) FROM annotation WHERE account = ?1 AND mailbox = ?2 AND reader = ?3 AND entry <> ?4
                """, row.account, row.mailbox, row.reader, .text(entry)
            ) { $0.integer(0) }
            guard others ?? 0 < Int64(limits.annotationsMax) else {
                throw MailStoreError.tooManyAnnotations(limits.annotationsMax)
            }
            try transaction.run(
                "INSERT INTO annotation VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO UPDATE SET value = excluded.value",
                row.account, row.mailbox, row.reader, .text(entry), .octets(value))
        } else {
            try transaction.run(
                "DELETE FROM annotation WHERE account = ?1 AND mailbox = ?2 AND reader = ?3 AND entry = ?4",
                row.account, row.mailbox, row.reader, .text(entry))
        }
        try transaction.salvage(
            table: "annotation",
            key: ["account": row.account, "mailbox": row.mailbox, "reader": row.reader, "entry": .text(entry)])
        switch (subject, Annotation.scope(of: entry)) {
        case (.mailbox(let key), .shared): transaction.announce(.metadata(key, key.account, entry: entry))
        case (.mailbox(let key), .personal): transaction.announce(.metadata(key, account, entry: entry))
        case (.server, _): transaction.announce(.metadata(nil, account, entry: entry))
        }
    }

    /// Where an annotation stands: those of the server under mailbox 0, shared ones under reader 0.
    private struct AnnotationRow {
        var account: SQLValue
        var mailbox: SQLValue
        var reader: SQLValue

        init(_ subject: AnnotationSubject, _ entry: String, _ reader: AccountID) {
            let scope = Annotation.scope(of: entry)
            self.reader = .integer(scope == .personal ? reader.rawValue : 0)
            switch subject {
            case .server:
                account = self.reader
                mailbox = 0
            case .mailbox(let key):
                account = .integer(key.account.rawValue)
                mailbox = .integer(key.mailbox.rawValue)
            }
        }
    }

    static func forgetAnnotations(of key: MailboxKey, in transaction: SQLTransaction) throws {
        let (account, mailbox) = (SQLValue.integer(key.account.rawValue), SQLValue.integer(key.mailbox.rawValue))
        let gone = try transaction.run(
            "DELETE FROM annotation WHERE account = ?1 AND mailbox = ?2", account, mailbox)
        if gone > 0 { try transaction.salvage(table: "annotation", key: ["account": account, "mailbox": mailbox]) }
    }

    /// Takes away what an account has annotated for itself, and all annotations of its mailboxes.
    static func forgetAnnotations(of account: AccountID, in transaction: SQLTransaction) throws {
        let key = SQLValue.integer(account.rawValue)
        for column: StaticString in ["account", "reader"] {
            let gone =
                column.description == "account"
                ? try transaction.run("DELETE FROM annotation WHERE account = ?1", key)
                : try transaction.run("DELETE FROM annotation WHERE reader = ?1 AND reader > 0", key)
            if gone > 0 { try transaction.salvage(table: "annotation", key: column, key) }
        }
    }
}
