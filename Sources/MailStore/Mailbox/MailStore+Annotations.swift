internal import Directory
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
        (entry + "/").utf8.starts(with: "/private/".utf8) ? .personal : .shared
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
            let levels = entry.utf8.count { $0 == separator }
            func add(_ annotation: Annotation) {
                let below = annotation.entry.utf8.count { $0 == separator } - levels
                guard below <= depth ?? .max, seen.insert(annotation.entry).inserted else { return }
                found.append(annotation)
            }
            for annotation in try computed(subject, account, in: transaction) {
                let isBelow = annotation.entry.utf8.starts(with: (entry + "/").utf8)
                if annotation.entry == entry || isBelow { add(annotation) }
            }
            let row = AnnotationRow(subject, entry, account)
            try transaction.query(
                """
                SELECT entry, value FROM annotation WHERE account = ?1 AND mailbox = ?2 AND reader = ?3
                    AND (entry = ?4 OR (entry > ?4 || '/' AND entry < ?5)) ORDER BY entry
                """, row.account, row.mailbox, row.reader, .text(entry), .text(entry + "0")
            ) { add(Annotation(entry: $0.text(0), value: $0.octets(1))) }
        }
        return found
    }

    /// Annotations that say what is known otherwise: who looks after the server (RFC 5464 §6.2.2), and what a mailbox is
    /// for (RFC 6154 §4).
    private static func computed(
        _ subject: AnnotationSubject, _ account: AccountID, in transaction: SQLTransaction
    ) throws -> [Annotation] {
        switch subject {
        case .server:
            guard let postmaster = try Directory.postmasterAddress(in: transaction) else { return [] }
            return [Annotation(entry: administratorEntry, value: Array("mailto:\(postmaster)".utf8))]
        case .mailbox(let key):
            guard let use = try specialUse(of: key, for: account, in: transaction) else { return [] }
            return [Annotation(entry: specialUseEntry, value: Array(use.rawValue.utf8))]
        }
    }

    private static let administratorEntry = "/shared/admin"

    /// Sets annotations, all or none; nil takes one away.
    ///
    /// - Returns: names of mailboxes that are no more for what the annotated one is for from here on.
    @discardableResult
    public func annotate(
        _ subject: AnnotationSubject, for account: AccountID, _ changes: [(entry: String, value: [UInt8]?)]
    ) async throws -> [String] {
        let limits = limits
        return try await store.change { transaction in
            var losers: [String] = []
            for (entry, value) in changes {
                if case .mailbox(let key) = subject, entry == Self.specialUseEntry {
                    losers += try Self.setSpecialUse(of: key, for: account, value, in: transaction)
                } else {
                    try Self.annotate(subject, for: account, entry, value, limits, in: transaction)
                }
            }
            return losers
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

    /// INBOX keeps its annotations, and what its messages move to has them as well (RFC 5464 §4.1).
    static func copyAnnotations(
        from source: MailboxKey, to target: MailboxKey, in transaction: SQLTransaction
    ) throws {
        let (account, mailbox) = (SQLValue.integer(target.account.rawValue), SQLValue.integer(target.mailbox.rawValue))
        let copied = try transaction.run(
            """
            INSERT INTO annotation SELECT ?3, ?4, reader, entry, value FROM annotation
            WHERE account = ?1 AND mailbox = ?2
            """, .integer(source.account.rawValue), .integer(source.mailbox.rawValue), account, mailbox)
        if copied > 0 { try transaction.salvage(table: "annotation", key: ["account": account, "mailbox": mailbox]) }
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
