package import MailCore

/// MODSEQ's arguments (RFC 7162 §3.1.5).
package struct ModSeqCriterion: Hashable, Sendable {
    /// Whose value of a flag is meant.
    package enum Scope: Hashable, Sendable {
        case `private`
        case shared
        case all
    }

    /// The entry that is asked about: a flag's.
    package struct Entry: Hashable, Sendable {
        /// `/flags/\\seen`
        package let name: String
        /// Whose value.
        package let scope: Scope
    }

    /// At least this; 0 fits all.
    package let modSeq: ModSeq
    /// A server with one mod-sequence a message disregards it.
    package let entry: Entry?

    /// As above.
    package init(modSeq: ModSeq, entry: Entry? = nil) {
        self.modSeq = modSeq
        self.entry = entry
    }
}
