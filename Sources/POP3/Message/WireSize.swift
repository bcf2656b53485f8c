/// Counts the octets that RETR sends for a message, without the stuffing and the closing `.`: a bare LF counts as two, a
/// missing CRLF at the end is added. For a store that keeps messages as they came.
package struct WireSize: Sendable {
    private var octets: UInt64 = 0
    private var last: UInt8?

    /// Of an empty message.
    package init() {}

    /// Takes the next octets of the message.
    package mutating func count(_ chunk: some Sequence<UInt8>) {
        for octet in chunk {
            octets &+= octet == 0x0A && last != 0x0D ? 2 : 1
            last = octet
        }
    }

    /// The size if the message ends here.
    package var total: UInt64 { last == nil || last == 0x0A ? octets : octets &+ 2 }
}
