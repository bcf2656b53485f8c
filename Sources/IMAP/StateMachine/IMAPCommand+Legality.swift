/// When a command is legal.
enum CommandLegality: Hashable, Sendable {
    case any
    case notAuthenticated
    /// Also where a mailbox is selected.
    case authenticated
    case selected
}

extension IMAPCommand {
    var legality: CommandLegality {
        switch self {
        case .capability, .noop, .logout, .id, .language: .any
        case .startTLS, .authenticate, .login: .notAuthenticated
        case .check, .close, .unselect, .expunge, .search, .sort, .thread, .fetch, .store, .copy, .move, .uidBatches,
            .cancelUpdate:
            .selected
        case .multiSearch(let request): request.sources == nil ? .selected : .authenticated
        default: .authenticated
        }
    }

    /// Whether messages are named by sequence numbers, which UIDONLY has not (RFC 9586 §3).
    var namesSequenceNumbers: Bool {
        switch self {
        case .search(let request): request.numbering == .sequenceNumbers || request.key.namesSequenceNumbers
        case .sort(let request): request.numbering == .sequenceNumbers || request.key.namesSequenceNumbers
        case .thread(let request): request.numbering == .sequenceNumbers || request.key.namesSequenceNumbers
        case .multiSearch(let request): request.key.namesSequenceNumbers
        case .fetch(let request): request.numbering == .sequenceNumbers
        case .store(let request): request.numbering == .sequenceNumbers
        case .copy(let request), .move(let request): request.numbering == .sequenceNumbers
        default: false
        }
    }

    /// Whether the selected mailbox must be open for writing.
    var changesMessages: Bool {
        switch self {
        case .store, .expunge, .move: true
        default: false
        }
    }

    /// What a command switches on by being said (RFC 7162 §3.1).
    package var enabling: IMAPCapabilitySet {
        switch self {
        case .select(let request): request.enabling
        case .status(_, let items): items.contains(.highestModSeq) ? [.condstore] : []
        case .list(let request): request.status.contains(.highestModSeq) ? [.condstore] : []
        case .fetch(let request):
            request.changedSince != nil || request.attributes.contains(.modSeq) ? [.condstore] : []
        case .store(let request): request.unchangedSince != nil ? [.condstore] : []
        case .search(let request): request.key.namesModSeq ? [.condstore] : []
        case .sort(let request): request.key.namesModSeq ? [.condstore] : []
        case .thread(let request): request.key.namesModSeq ? [.condstore] : []
        case .multiSearch(let request): request.key.namesModSeq ? [.condstore] : []
        default: []
        }
    }

    /// Whether expunges may be told while it is answered: not where its sequence numbers, or those of its answer, could
    /// then mean other messages (RFC 9051 §7.5.1, RFC 5256 §3).
    package var expungePermission: ExpungePermission {
        switch self {
        case .fetch(let request): request.numbering == .uids ? .permitted : .forbidden
        case .store(let request): request.numbering == .uids ? .permitted : .forbidden
        case .search(let request): request.numbering == .uids ? .permitted : .forbidden
        case .sort(let request): request.numbering == .uids ? .permitted : .forbidden
        case .thread(let request): request.numbering == .uids ? .permitted : .forbidden
        default: .permitted
        }
    }
}
