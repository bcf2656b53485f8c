package import MailCore

/// A message's place in one session's view of a mailbox, from 1 up (RFC 9051 §2.3.1.2).
package struct SequenceNumber: MessageNumber {
    /// From 1 up.
    package let rawValue: UInt32

    /// From its number.
    package init(rawValue: UInt32) { self.rawValue = rawValue }

    /// By place.
    package static func < (left: SequenceNumber, right: SequenceNumber) -> Bool { left.rawValue < right.rawValue }
}

/// Sequence numbers of one session's view.
package typealias SequenceNumberSet = NumberSet<SequenceNumber>
