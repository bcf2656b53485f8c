internal import Directory
internal import IMAP
internal import MailCore
internal import MailStore
internal import NIOCore
internal import ServerRuntime
internal import Storage

/// LIST and LSUB (RFC 9051 §6.3.9, RFC 5258, RFC 3501 §6.3.9).
extension IMAPSession {
    nonisolated(nonsending)
        func list(_ request: ListRequest, _ tag: CommandTag, _ replies: ReplyWriter) async -> IMAPCompletion
    {
        if request.form == .basic, request.patterns == [""] {
            respond(replies) { $0.listSeparator() }
            return .ok()
        }
        return await list(.list, request, replies)
    }

    nonisolated(nonsending)
        func lsub(_ request: ListRequest, _ tag: CommandTag, _ replies: ReplyWriter) async -> IMAPCompletion
    {
        await list(.lsub, request, replies)
    }

    private enum Verb {
        case list
        case lsub
    }

    /// All names, the answer and what goes with each name come of one snapshot, on a reader's thread.
    nonisolated(nonsending)
        private func list(_ verb: Verb, _ request: ListRequest, _ replies: ReplyWriter) async -> IMAPCompletion
    {
        guard let account = account?.id else { return .notLoggedIn }
        let dialect = machine.dialect
        let appendLimit = context.limits.messageOctetsMax
        do {
            let pieces = try await context.store.read { transaction in
                let names = MailboxNames(
                    try MailStore.list(for: account, in: transaction),
                    subscriptions: try MailStore.subscriptions(of: account, in: transaction))
                let selection = ListSelection(request, names)
                guard selection.isAffordable else {
                    throw IMAPCompletion.no("Too many wildcards for so many mailboxes", code: .limit)
                }
                var answer = PiecedAnswer(dialect)
                switch verb {
                case .lsub: for mailbox in selection.lsub() { answer.add { $0.lsub(mailbox) } }
                case .list:
                    let style: ListSelection.Style =
                        request.form == .extended || dialect.enabled.contains(.imap4rev2) ? .extended : .basic
                    for found in selection.list(style) {
                        let data = ListedData(found, request, account, appendLimit: appendLimit)
                        try data.write(to: &answer, in: transaction)
                    }
                }
                return answer.pieces()
            }
            for piece in pieces { try await replies.write(piece) }
            return .ok()
        } catch {
            return completion(of: error, in: "listing mailboxes")
        }
    }
}

/// A long answer, cut into pieces between responses.
struct PiecedAnswer {
    private static let pieceOctets = 131_072
    private var writer: IMAPResponseWriter
    private var written: [ByteBuffer] = []

    init(_ dialect: IMAPDialect) { writer = IMAPResponseWriter(dialect: dialect) }

    mutating func add(_ write: (inout IMAPResponseWriter) -> Void) {
        write(&writer)
        if writer.octetCount >= Self.pieceOctets { written.append(writer.take()) }
    }

    /// All of it; none is empty.
    mutating func pieces() -> [ByteBuffer] {
        if writer.octetCount > 0 { written.append(writer.take()) }
        return written
    }
}

/// What is told behind a LIST response: STATUS (RFC 5819), MYRIGHTS (RFC 8440), METADATA (RFC 9590).
private struct ListedData {
    let found: ListSelection.Found
    let request: ListRequest
    let account: AccountID
    let appendLimit: UInt64

    init(_ found: ListSelection.Found, _ request: ListRequest, _ account: AccountID, appendLimit: UInt64) {
        self.found = found
        self.request = request
        self.account = account
        self.appendLimit = appendLimit
    }

    func write(to answer: inout PiecedAnswer, in transaction: SQLTransaction) throws {
        var listed = found.listed
        guard let mailbox = found.mailbox, found.isSelected else { return answer.add { $0.list(listed) } }
        var status: [StatusValue] = []
        if !request.status.isEmpty {
            if mailbox.rights.contains(.read) {
                status = try StatusReader(appendLimit: appendLimit).values(request.status, of: mailbox, in: transaction)
            } else {
                // RFC 5819 §2: who may not read it, to whom it cannot be selected.
                listed.attributes.insert(.noSelect)
            }
        }
        answer.add { $0.list(listed) }
        if !status.isEmpty { answer.add { $0.status(listed.name, status) } }
        if request.returning.contains(.myRights) { answer.add { $0.myRights(listed.name, mailbox.rights) } }
        if !request.metadata.isEmpty, mailbox.permitsAnnotations {
            let values = try AnnotationReader(account: account).values(
                of: .mailbox(mailbox.key), request.metadata, depth: .entry, in: transaction)
            answer.add { $0.metadata(.mailbox(listed.name), values) }
        }
    }
}
