/// An account, for ever: never given to another.
public struct AccountID: Hashable, Sendable, Comparable {
    /// From 1 up.
    public let rawValue: Int64
    /// From its number.
    public init(rawValue: Int64) { self.rawValue = rawValue }
    /// By number, that is by age.
    public static func < (left: AccountID, right: AccountID) -> Bool { left.rawValue < right.rawValue }
}

/// A mailbox of one account (IMAP's and JMAP's folder), for ever, whatever its name becomes (RFC 8474 §5.1).
public struct MailboxID: Hashable, Sendable, Comparable {
    /// From 1 up, within the account.
    public let rawValue: Int64
    /// From its number.
    public init(rawValue: Int64) { self.rawValue = rawValue }
    /// By number, that is by age.
    public static func < (left: MailboxID, right: MailboxID) -> Bool { left.rawValue < right.rawValue }
}

/// A message within a mailbox; strictly ascending, never given again (RFC 9051 §2.3.1.1).
public struct UID: Hashable, Sendable, Comparable {
    /// From 1 to 2³²−1.
    public let rawValue: UInt32
    /// From its number.
    public init(rawValue: UInt32) { self.rawValue = rawValue }
    /// By number, that is by the order of arrival.
    public static func < (left: UID, right: UID) -> Bool { left.rawValue < right.rawValue }
}

/// Tells one life of a mailbox from another of the same name (RFC 9051 §2.3.1.1).
public struct UIDValidity: Hashable, Sendable {
    /// From 1 to 2³²−1.
    public let rawValue: UInt32
    /// From its number.
    public init(rawValue: UInt32) { self.rawValue = rawValue }
}

/// The account's clock of changes; it only grows (RFC 7162 §3.1.1).
public struct ModSeq: Hashable, Sendable, Comparable {
    /// From 1 to 2⁶³−1.
    public let rawValue: Int64
    /// From its number.
    public init(rawValue: Int64) { self.rawValue = rawValue }
    /// By number, that is by time.
    public static func < (left: ModSeq, right: ModSeq) -> Bool { left.rawValue < right.rawValue }
}

/// The octets of one message and what was read from them, stored once however many copies refer to it; within an
/// account it is also the message's e-mail id (RFC 8474 §5.2, RFC 8621 §4).
public struct EmailID: Hashable, Sendable, Comparable {
    /// From 1 up, in the order of arrival.
    public let rawValue: Int64
    /// From its number.
    public init(rawValue: Int64) { self.rawValue = rawValue }
    /// By number, that is by the order of arrival.
    public static func < (left: EmailID, right: EmailID) -> Bool { left.rawValue < right.rawValue }
}

/// A conversation within an account (RFC 8474 §5.3).
public struct ThreadID: Hashable, Sendable {
    /// The number of the first message that was seen of it.
    public let rawValue: Int64
    /// From its number.
    public init(rawValue: Int64) { self.rawValue = rawValue }
}

/// One accepted message, from the reply that took it to the last attempt for its last recipient.
public struct QueueID: Hashable, Sendable {
    /// From 1 up; the message's own number.
    public let rawValue: Int64
    /// From its number.
    public init(rawValue: Int64) { self.rawValue = rawValue }

    /// Letters and digits that are not taken for one another when read aloud.
    private static let alphabet = Array("0123456789BCDFGHJKLMNPQRSTVWXYZ".utf8)

    /// Reads what `description` writes, in either case.
    public init?(_ text: some StringProtocol) {
        guard (8...13).contains(text.utf8.count) else { return nil }
        var value: Int64 = 0
        for octet in text.uppercased().utf8 {
            guard let digit = QueueID.alphabet.firstIndex(of: octet) else { return nil }
            let (product, overflow) = value.multipliedReportingOverflow(by: Int64(QueueID.alphabet.count))
            let (sum, carried) = product.addingReportingOverflow(Int64(digit))
            guard !overflow, !carried else { return nil }
            value = sum
        }
        self.rawValue = value
    }
}

extension QueueID: CustomStringConvertible {
    /// As logs and replies show it: at least eight letters and digits.
    public var description: String {
        var digits: [UInt8] = []
        var rest = rawValue.magnitude
        let base = UInt64(QueueID.alphabet.count)
        while rest > 0 || digits.count < 8 {
            digits.append(QueueID.alphabet[Int(rest % base)])
            rest /= base
        }
        return String(decoding: digits.reversed(), as: UTF8.self)
    }
}
