package import MailCore

/// A command, parsed. APPEND and REPLACE are not among them: their octets come while they are read (`AppendPart`).
package enum IMAPCommand: Hashable, Sendable {
    // Any state (RFC 9051 §6.1)
    case capability
    case noop
    case logout
    case id(Identification)
    case language([String])

    // Not authenticated (RFC 9051 §6.2)
    case startTLS
    case authenticate(IMAPAuthentication)
    case login(IMAPLogin)

    // Authenticated or selected (RFC 9051 §6.3)
    case enable([IMAPCapability])
    case select(SelectRequest)
    case create(CreateRequest)
    case delete(MailboxName)
    case rename(from: MailboxName, to: MailboxName)
    case subscribe(MailboxName)
    case unsubscribe(MailboxName)
    case list(ListRequest)
    /// IMAP4rev1's; one pattern.
    case lsub(ListRequest)
    case namespace
    case status(MailboxName, [StatusItem])
    case idle
    case getACL(MailboxName)
    case setACL(MailboxName, AccessIdentifier, AccessRightsChange)
    case deleteACL(MailboxName, AccessIdentifier)
    case listRights(MailboxName, AccessIdentifier)
    case myRights(MailboxName)
    case getQuota(root: String)
    case getQuotaRoot(MailboxName)
    case setQuota(root: String, [QuotaLimit])
    case getMetadata(GetMetadataRequest)
    case setMetadata(SetMetadataRequest)
    case notify(NotifyRequest)
    case multiSearch(MultiSearchRequest)
    case compress
    case unauthenticate
    case jmapAccess

    // Selected (RFC 9051 §6.4)
    case check
    case close
    case unselect
    /// Nil for all that are `\Deleted`; UID EXPUNGE names some (RFC 4315 §2.1).
    case expunge(SequenceSet?)
    case search(SearchRequest)
    case sort(SortRequest)
    case thread(ThreadRequest)
    case fetch(FetchRequest)
    case store(StoreRequest)
    case copy(CopyRequest)
    case move(CopyRequest)
    case uidBatches(BatchesRequest)
    /// Tags of searches that are told no more (RFC 5267 §4.3.5).
    case cancelUpdate([String])
}

extension IMAPCommand: CustomStringConvertible {
    /// Its name, for the log and the reply's text; arguments may be credentials.
    package var description: String {
        switch self {
        case .capability: "CAPABILITY"
        case .noop: "NOOP"
        case .logout: "LOGOUT"
        case .id: "ID"
        case .language: "LANGUAGE"
        case .startTLS: "STARTTLS"
        case .authenticate: "AUTHENTICATE"
        case .login: "LOGIN"
        case .enable: "ENABLE"
        case .select(let request): request.access == .readOnly ? "EXAMINE" : "SELECT"
        case .create: "CREATE"
        case .delete: "DELETE"
        case .rename: "RENAME"
        case .subscribe: "SUBSCRIBE"
        case .unsubscribe: "UNSUBSCRIBE"
        case .list: "LIST"
        case .lsub: "LSUB"
        case .namespace: "NAMESPACE"
        case .status: "STATUS"
        case .idle: "IDLE"
        case .getACL: "GETACL"
        case .setACL: "SETACL"
        case .deleteACL: "DELETEACL"
        case .listRights: "LISTRIGHTS"
        case .myRights: "MYRIGHTS"
        case .getQuota: "GETQUOTA"
        case .getQuotaRoot: "GETQUOTAROOT"
        case .setQuota: "SETQUOTA"
        case .getMetadata: "GETMETADATA"
        case .setMetadata: "SETMETADATA"
        case .notify: "NOTIFY"
        case .multiSearch: "ESEARCH"
        case .compress: "COMPRESS"
        case .unauthenticate: "UNAUTHENTICATE"
        case .jmapAccess: "GETJMAPACCESS"
        default: selectedName
        }
    }

    private var selectedName: String {
        switch self {
        case .check: "CHECK"
        case .close: "CLOSE"
        case .unselect: "UNSELECT"
        case .expunge(let messages): messages == nil ? "EXPUNGE" : "UID EXPUNGE"
        case .search(let request): named("SEARCH", request.numbering)
        case .sort(let request): named("SORT", request.numbering)
        case .thread(let request): named("THREAD", request.numbering)
        case .fetch(let request): named("FETCH", request.numbering)
        case .store(let request): named("STORE", request.numbering)
        case .copy(let request): named("COPY", request.numbering)
        case .move(let request): named("MOVE", request.numbering)
        case .uidBatches: "UIDBATCHES"
        case .cancelUpdate: "CANCELUPDATE"
        default: "Command"
        }
    }

    private func named(_ name: String, _ numbering: MessageNumbering) -> String {
        numbering == .uids ? "UID " + name : name
    }
}
