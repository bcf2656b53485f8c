package import Directory
internal import MailCore

/// Why a message is not delivered.
package enum DeliveryError: Error, Sendable, Equatable {
    /// It went round (RFC 5321 §6.3).
    case loop(hops: Int)
    /// No room in any of its mailboxes.
    case mailboxesFull
    /// The message alone is larger than all of its mailboxes allow.
    case exceedsQuotas
    /// The sender has sent as much as it may.
    case sendingExcess(SendingExcess)
    /// No room on the disk.
    case diskFull
    /// The store failed.
    case storage(String)
}
