internal import IMAP
internal import MailCore
internal import MailStore

/// What one FETCH tells of each message.
struct FetchPlan: Sendable {
    /// In the order in which they are written, each once.
    let items: [FetchAttribute]
    /// How it is written.
    let dialect: IMAPDialect

    /// What a request asks for, with what goes along unasked.
    init(_ request: FetchRequest, dialect: IMAPDialect) {
        var items: [FetchAttribute] = []
        // RFC 9051 §6.4.9; a UIDFETCH response has the UID in its place already (RFC 9586 §3).
        if request.numbering == .uids, !dialect.namesByUID { items.append(.uid) }
        items += request.attributes
        // RFC 7162 §3.1.4.1.
        if request.changedSince != nil { items.append(.modSeq) }
        self.init(items, dialect: dialect)
    }

    /// These attributes and no others, each once.
    init(_ attributes: [FetchAttribute], dialect: IMAPDialect) {
        self.dialect = dialect
        var seen: Set<FetchAttribute> = []
        items = attributes.filter { seen.insert($0).inserted }
    }

    /// Whether the messages become `\Seen`.
    var effect: SeenEffect {
        let sets = items.contains { item in
            switch item {
            case .section(let fetch): fetch.effect == .sets
            case .binary(let fetch): fetch.effect == .sets
            default: false
            }
        }
        return sets ? .sets : .leaves
    }

    /// What is read of each message's rows.
    var columns: MessageColumns {
        var columns: MessageColumns = readsContent ? .content : []
        for item in items {
            switch item {
            case .body, .bodyStructure, .preview, .binary, .binarySize: columns.insert(.facts)
            // Where a whole message ends needs no index of its parts.
            case .section(let fetch) where !fetch.section.isWhole: columns.insert(.facts)
            case .envelope: columns.insert(.envelope)
            default: break
            }
        }
        return columns.contains(.facts) ? columns.subtracting(.envelope) : columns
    }

    /// Whether the messages' octets are read.
    var readsContent: Bool {
        items.contains { item in
            switch item {
            case .section, .binary, .binarySize: true
            default: false
            }
        }
    }

    /// Whether what is told are flags and UIDs alone.
    var tellsNothingButFlags: Bool { tellsFlags && items.allSatisfy { $0 == .flags || $0 == .uid } }

    /// Whether all flags of the messages are told.
    var tellsFlags: Bool { items.contains(.flags) }

    /// What is told in addition of a message that has become `\Seen` by this command: its flags (RFC 9051 §6.4.5), and
    /// to clients that follow mod-sequences its number and its mod-sequence (RFC 7162 §3.2.4).
    var itemsOfNewlySeen: [FetchAttribute] {
        var more: [FetchAttribute] = [.flags]
        if dialect.tellsModSeq { more += dialect.namesByUID ? [.modSeq] : [.uid, .modSeq] }
        return more.filter { !items.contains($0) }
    }
}
