package import MailCore

/// Which messages of a mailbox are wanted: a tree of bounded depth, with everything resolved that depends on a session or a
/// clock. IMAP's search keys become one, JMAP's filters may.
package indirect enum MessageFilter: Sendable {
    case all
    case nothing
    case and([MessageFilter])
    case or([MessageFilter])
    case not(MessageFilter)
    /// These messages.
    case uids(UIDSet)
    /// All these flags are set.
    case flagged(SystemFlags)
    /// None of these is set.
    case unflagged(SystemFlags)
    case keyword(Keyword)
    /// INTERNALDATE in seconds since 1970, UTC.
    case received(Range<Int64>)
    /// SAVEDATE, the same.
    case saved(Range<Int64>)
    /// The Date field's day since 1970 by the sender's clock.
    case sent(Range<Int64>)
    /// RFC822.SIZE.
    case octets(Range<Int64>)
    /// A MODSEQ at least this.
    case modSeq(ModSeq)
    case email(EmailID)
    case thread(ThreadID)
    /// A text that is a substring of what the scope says (RFC 9051 §6.4.4).
    case text(SearchText)
}

/// A text that is looked for.
package struct SearchText: Hashable, Sendable {
    /// Where it is looked for.
    package enum Scope: Hashable, Sendable {
        /// Header and body.
        case anywhere
        case body
        case from
        case to
        case cc
        case bcc
        case subject
        /// A field by its name.
        case field(String)
    }

    /// Where it is looked for.
    package let scope: Scope
    let needle: Needle

    /// The text as it was given. An empty one is in every text, and in every field that is there.
    package init(_ text: String, in scope: Scope) {
        self.scope = scope.simplified
        needle = Needle(text)
    }

    /// Whether a term in one of the scope's zones is in the scope for sure: a field without a zone of its own must be
    /// looked at, and so must whether a field is there at all.
    var isDecidedByZone: Bool {
        if case .field = scope { return false }
        return !needle.octets.isEmpty || scope.fieldTerm == nil
    }
}

extension SearchText.Scope {
    /// The same without a name where the field has a case of its own.
    fileprivate var simplified: SearchText.Scope {
        guard case .field(let name) = self else { return self }
        switch name.lowercased() {
        case "from": return .from
        case "to": return .to
        case "cc": return .cc
        case "bcc": return .bcc
        case "subject": return .subject
        default: return self
        }
    }

    /// The zones that the index has for it.
    var zones: SearchZones {
        switch self {
        case .anywhere: .everywhere
        case .body: .content
        case .from: .from
        case .to: .to
        case .cc: .cc
        case .bcc: .bcc
        case .subject: .subject
        case .field: [.from, .to, .cc, .bcc, .subject, .otherFields]
        }
    }

    /// The name of the one field that is meant, folded, with its colon.
    var fieldTerm: [UInt8]? {
        switch self {
        case .anywhere, .body: nil
        case .from: Array("FROM:".utf8)
        case .to: Array("TO:".utf8)
        case .cc: Array("CC:".utf8)
        case .bcc: Array("BCC:".utf8)
        case .subject: Array("SUBJECT:".utf8)
        case .field(let name): FoldedText.fold(name + ":")
        }
    }
}
