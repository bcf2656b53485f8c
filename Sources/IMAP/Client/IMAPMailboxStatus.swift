/// What STATUS tells of a mailbox (RFC 9051 §7.3.4); nil for what was not asked or not told.
package struct IMAPMailboxStatus: Hashable, Sendable {
    /// As on the wire.
    package var name: [UInt8]
    package var messages: UInt32?
    package var unseen: UInt32?
    package var uidNext: UInt32?
    package var uidValidity: UInt32?
    package var highestModSeq: UInt64?

    /// Nothing known.
    package init(name: [UInt8]) { self.name = name }
}
