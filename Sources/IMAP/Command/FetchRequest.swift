package import MailCore

/// FETCH and UID FETCH (RFC 9051 §6.4.5, RFC 4466 §2.4).
package struct FetchRequest: Hashable, Sendable {
    /// Which kind of numbers the set has.
    package let numbering: MessageNumbering
    /// Which messages.
    package let messages: SequenceSet
    /// What of each, in the order asked; UID is there for UID FETCH although it need not be asked for.
    package let attributes: [FetchAttribute]
    /// Only messages changed after this (RFC 7162 §3.1.4.1).
    package let changedSince: ModSeq?
    /// Whether expunged messages of the set are to be told (RFC 7162 §3.2.6).
    package let expunged: ExpungedReport
    /// Only a page of the messages (RFC 9394 §3.3).
    package let partial: PartialRange?

    /// Whether `VANISHED (EARLIER)` is asked for.
    package enum ExpungedReport: Hashable, Sendable {
        case none
        case vanishedEarlier
    }
}
