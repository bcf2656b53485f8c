/// What names a message of a mailbox: a sequence number or a UID.
package protocol MessageNumber: Hashable, Comparable, Sendable {
    /// From 1 up.
    var rawValue: UInt32 { get }
    /// From its number.
    init(rawValue: UInt32)
}

extension UID: MessageNumber {}
