package import MailCore
package import NIOCore

/// A maildrop as it stood when the session began, in the order of arrival: eight octets a message.
///
/// Messages that arrive later belong to the next session (RFC 1939 §5).
package struct Maildrop: Sendable {
    /// Each message's octets as RETR sends them, not counting stuffing (RFC 1939 §11, RFC 6856 §2.1): a bare LF
    /// counts as two, a missing CRLF at the end is added.
    package let sizes: [UInt32]
    /// Each message's UID, ascending.
    package let uids: [UInt32]
    /// The mailbox's life, a part of every unique-id.
    package let uidValidity: UIDValidity
    /// The sum of `sizes`.
    package let octets: UInt64

    /// A snapshot; nil where the two lists do not go together.
    package init?(sizes: [UInt32], uids: [UInt32], uidValidity: UIDValidity) {
        guard sizes.count == uids.count else { return nil }
        self.sizes = sizes
        self.uids = uids
        self.uidValidity = uidValidity
        octets = sizes.reduce(0) { $0 + UInt64($1) }
    }

    /// How many messages, deleted ones too.
    package var count: Int { sizes.count }

    /// Writes the message's unique-id: UIDVALIDITY and UID, eight hexadecimal digits each. This spelling is for ever:
    /// another would make every client fetch everything again (RFC 1939 §7 UIDL).
    package func writeUniqueID(at index: Int, to output: inout ByteBuffer) {
        Self.writeHexadecimal(uidValidity.rawValue, to: &output)
        Self.writeHexadecimal(uids[index], to: &output)
    }

    /// As `writeUniqueID` writes it.
    package func uniqueID(at index: Int) -> String {
        var output = ByteBuffer()
        writeUniqueID(at: index, to: &output)
        return String(buffer: output)
    }

    private static func writeHexadecimal(_ number: UInt32, to output: inout ByteBuffer) {
        var digits: UInt64 = 0
        for shift in stride(from: 28, through: 0, by: -4) {
            let digit = UInt64(truncatingIfNeeded: number >> UInt32(shift)) & 0xF
            digits = digits << 8 | (digit < 10 ? 0x30 + digit : 0x57 + digit)
        }
        output.writeInteger(digits)
    }
}

/// Which messages are marked as deleted: one bit a message.
package struct DeletionMarks: Hashable, Sendable {
    private var words: [UInt64]
    /// How many are marked.
    package private(set) var count = 0

    /// No marks on `capacity` messages.
    package init(capacity: Int) {
        words = Array(repeating: 0, count: (capacity + 63) / 64)
    }

    /// Whether the message is marked.
    package func contains(_ index: Int) -> Bool {
        words[index >> 6] & (1 << UInt64(index & 63)) != 0
    }

    /// Marks the message; it must not be marked yet.
    package mutating func insert(_ index: Int) {
        guard !contains(index) else { return }
        words[index >> 6] |= 1 << UInt64(index & 63)
        count += 1
    }

    /// Unmarks all.
    package mutating func removeAll() {
        for position in words.indices { words[position] = 0 }
        count = 0
    }

    /// Calls `body` with each marked index, ascending.
    package func forEach(_ body: (Int) throws -> Void) rethrows {
        for (position, word) in words.enumerated() {
            var rest = word
            while rest != 0 {
                try body((position << 6) + rest.trailingZeroBitCount)
                rest &= rest &- 1
            }
        }
    }
}
