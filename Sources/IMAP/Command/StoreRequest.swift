package import MailCore

/// STORE and UID STORE (RFC 9051 §6.4.6, RFC 7162 §3.1.3).
package struct StoreRequest: Hashable, Sendable {
    /// What happens with the flags.
    package enum Change: Hashable, Sendable {
        /// `FLAGS`
        case replace
        /// `+FLAGS`
        case add
        /// `-FLAGS`
        case remove
    }

    /// Whether the new flags are told.
    package enum Report: Hashable, Sendable {
        case flags
        /// `.SILENT`
        case silent
    }

    /// Which kind of numbers the set has.
    package let numbering: MessageNumbering
    /// Which messages.
    package let messages: SequenceSet
    /// Only messages not changed after this; 0 fits none.
    package let unchangedSince: ModSeq?
    /// What happens with the flags.
    package let change: Change
    /// Which flags.
    package let flags: FlagList
    /// Whether the new flags are told.
    package let report: Report
}
