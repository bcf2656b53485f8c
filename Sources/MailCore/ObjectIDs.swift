/// The identifiers of OBJECTID (RFC 8474), which are also JMAP's: one that a client has from IMAP is good there too (RFC 9698).
/// Each number has one spelling.
extension EmailID {
    /// EMAILID (RFC 8474 §5.2), and the id of a JMAP Email.
    public var objectID: String { "E\(rawValue)" }

    /// Reads what `objectID` writes.
    public init?(objectID: some StringProtocol) {
        guard objectID.utf8.first == UInt8(ascii: "E"), let number = Int64(spelled: objectID.utf8.dropFirst()) else {
            return nil
        }
        self.init(rawValue: number)
    }
}

extension ThreadID {
    /// THREADID (RFC 8474 §5.3), and the id of a JMAP Thread.
    public var objectID: String { "T\(rawValue)" }

    /// Reads what `objectID` writes.
    public init?(objectID: some StringProtocol) {
        guard objectID.utf8.first == UInt8(ascii: "T"), let number = Int64(spelled: objectID.utf8.dropFirst()) else {
            return nil
        }
        self.init(rawValue: number)
    }
}

extension MailboxKey {
    /// MAILBOXID (RFC 8474 §4), and the id of a JMAP Mailbox: the same whatever its name becomes and whoever asks, never
    /// another's.
    public var objectID: String { "M\(account.rawValue)-\(mailbox.rawValue)" }

    /// Reads what `objectID` writes.
    public init?(objectID: some StringProtocol) {
        guard objectID.utf8.first == UInt8(ascii: "M") else { return nil }
        let numbers = objectID.utf8.dropFirst().split(
            separator: UInt8(ascii: "-"), maxSplits: 1, omittingEmptySubsequences: false)
        guard numbers.count == 2, let account = Int64(spelled: numbers[0]), let mailbox = Int64(spelled: numbers[1])
        else { return nil }
        self.init(account: AccountID(rawValue: account), mailbox: MailboxID(rawValue: mailbox))
    }
}

extension Int64 {
    /// From 1 up; neither signs nor zeros come first.
    fileprivate init?(spelled digits: some Collection<UInt8>) {
        guard (1...19).contains(digits.count), digits.first != UInt8(ascii: "0"),
            digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let number = Int64(String(decoding: digits, as: UTF8.self))
        else { return nil }
        self = number
    }
}
