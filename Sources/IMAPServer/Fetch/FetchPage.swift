internal import IMAP
internal import MailCore
internal import NIOCore

/// The responses for some messages, ready to send.
struct FetchPage: Sendable {
    /// What is sent, one behind the other.
    enum Piece: Sendable {
        case octets(ByteBuffer)
        /// Too large to be held.
        case stream(SectionStream)
    }

    /// What could not be told as it was asked for.
    struct Faults: OptionSet, Sendable {
        let rawValue: UInt8
        /// A message is not what was written.
        static let damaged = Faults(rawValue: 1)
        /// Nobody knows how to decode a part (RFC 3516 §4.3).
        static let unknownEncoding = Faults(rawValue: 2)
    }

    var pieces: [Piece] = []
    /// The messages that were told of.
    var told = UIDSet()
    /// Keywords that they have.
    var keywords: [Keyword] = []
    /// The account's clock when they were read.
    var clock: ModSeq
    var faults: Faults = []
    /// Where the next page begins.
    var end: FetchWalk.Place
    /// Whether there is one.
    var isLast: Bool
}
