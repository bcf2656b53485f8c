internal import Directory
internal import IMAP
internal import MailCore
internal import MailStore
internal import ServerRuntime
internal import Storage

/// GETMETADATA and SETMETADATA (RFC 5464).
extension IMAPSession {
    nonisolated(nonsending)
        func getMetadata(
            _ request: GetMetadataRequest, _ tag: CommandTag, _ replies: ReplyWriter
        ) async -> IMAPCompletion
    {
        guard let account = account?.id else { return .notLoggedIn }
        do {
            let values = try await context.store.read { transaction in
                let subject = try Self.subject(request.subject, for: account, in: transaction)
                return try AnnotationReader(account: account).values(
                    of: subject, request.entries, depth: request.depth, in: transaction)
            }
            let octetsMax = request.sizeOctetsMax ?? .max
            let short = values.filter { UInt64($0.value?.count ?? 0) <= octetsMax }
            let longest = values.compactMap(\.value?.count).max().map(UInt64.init) ?? 0
            if !short.isEmpty { respond(replies) { $0.metadata(request.subject, short) } }
            return .ok(code: longest > octetsMax ? .metadataLongEntries(longest) : nil)
        } catch {
            return completion(of: error, in: "reading annotations")
        }
    }

    nonisolated(nonsending)
        func setMetadata(
            _ request: SetMetadataRequest, _ tag: CommandTag, _ replies: ReplyWriter
        ) async -> IMAPCompletion
    {
        guard let account = account?.id else { return .notLoggedIn }
        do {
            let entries = request.entries.map { (entry: $0.name.text, value: $0.value) }
            let subject = try await context.store.read {
                try Self.subject(request.subject, for: account, in: $0)
            }
            if subject == .server, entries.contains(where: { Annotation.scope(of: $0.entry) == .shared }) {
                throw IMAPCompletion.no("The postmaster sets what is shared by all", code: .noPermission)
            }
            let others = try await context.mailStore.annotate(subject, for: account, entries)
            for name in others.compactMap({ MailboxName($0) }) {
                respond(replies) {
                    $0.metadata(.mailbox(name), [MetadataValue(name: .specialUse, value: nil)])
                }
            }
            return .ok()
        } catch {
            return completion(of: error, in: "annotating")
        }
    }

    /// What a subject is to the store: of a mailbox where the user may (RFC 5464 §3.3).
    private static func subject(
        _ subject: MetadataSubject, for account: AccountID, in transaction: SQLTransaction
    ) throws -> AnnotationSubject {
        switch subject {
        case .server: return .server
        case .mailbox(let name):
            let found = try MailStore.require(.lookup, name.text, for: account, in: transaction)
            guard found.permitsAnnotations else { throw MailStoreError.notPermitted(name.text) }
            return .mailbox(found.key)
        }
    }
}

/// Reads annotations as an account sees them.
struct AnnotationReader {
    let account: AccountID

    /// Those asked for; one that is named and is not there is told as NIL, those below it only where they are.
    func values(
        of subject: AnnotationSubject, _ entries: [MetadataEntryName], depth: GetMetadataRequest.Depth,
        in transaction: SQLTransaction
    ) throws -> [MetadataValue] {
        let levels: Int? =
            switch depth {
            case .entry: 0
            case .children: 1
            case .infinity: nil
            }
        let found = try MailStore.annotations(
            of: subject, for: account, entries.map(\.text), depth: levels, in: transaction)
        var values = found.compactMap { annotation in
            MetadataEntryName(Array(annotation.entry.utf8)).map { MetadataValue(name: $0, value: annotation.value) }
        }
        guard depth == .entry else { return values }
        let known = Set(values.map(\.name))
        var missing: Set<MetadataEntryName> = []
        for entry in entries where !known.contains(entry) && missing.insert(entry).inserted {
            values.append(MetadataValue(name: entry, value: nil))
        }
        return values
    }
}

extension AccessibleMailbox {
    /// Whether the account may read and set annotations of the mailbox (RFC 5464 §3.3).
    var permitsAnnotations: Bool {
        rights.contains(.lookup) && !rights.isDisjoint(with: [.read, .seen, .write, .insert, .post])
    }
}
