/// Something that happened to a message: what it was, when, and the facts in the order in which they are told.
public struct TraceEvent: Sendable, Equatable {
    /// What happened.
    public enum Kind: UInt8, Sendable, CaseIterable {
        /// This server took responsibility for it (RFC 5321 §6.1): from whom, for whom, filed where.
        case accepted = 1
        /// A remote server was tried.
        case attempt = 2
        /// A report about it went out.
        case reported = 3
        /// It was put on hold by hand.
        case held = 4
        /// It was let go on by hand.
        case released = 5
        /// It was taken out of the queue by hand.
        case removed = 6
        /// Its time was up.
        case expired = 7
    }

    /// What a fact is about.
    public enum Field: UInt8, Sendable, CaseIterable {
        /// `smtp`, `submission`, `lmtp`, `report` …
        case via = 1
        /// The other side's address, and port.
        case peer = 2
        /// How the client named itself.
        case helo = 3
        /// Protocol and cipher, and how the other side was verified.
        case tls = 4
        /// Who logged in.
        case login = 5
        /// The reverse-path.
        case from = 6
        /// A recipient, as it was named in RCPT or is tried now; what follows is about it.
        case to = 7
        /// `account/mailbox/uid`: a copy was filed there.
        case filed = 8
        /// An address elsewhere that was put into the queue.
        case queued = 9
        /// Octets of the message.
        case octets = 10
        /// The Message-ID field, without its brackets.
        case messageID = 11
        /// The remote host, as MX or configuration names it.
        case host = 12
        /// What the other server said.
        case reply = 13
        /// `delivered`, `deferred`, `failed`, `delayed`, `relayed`, `expanded`.
        case outcome = 14
        /// When it is tried again, in seconds since 1970, UTC.
        case nextAttempt = 15
        /// The queue id of the report.
        case report = 16
        /// Anything else, in plain words.
        case note = 17
        /// `d=example.org s=2026a (rsa-sha256)`: a signature that was added.
        case signed = 18
    }

    /// One fact.
    public struct Fact: Sendable, Equatable {
        /// What it is about.
        public var field: Field
        /// The fact.
        public var text: String
    }

    /// What happened.
    public var kind: Kind
    /// When, in seconds since 1970, UTC.
    public var at: Int64
    /// The facts.
    public private(set) var facts: [Fact] = []

    /// An event without facts.
    public init(_ kind: Kind, at seconds: Int64) {
        self.kind = kind
        at = seconds
    }

    /// Adds a fact, if there is one; a long text is cut.
    public mutating func add(_ field: Field, _ text: String?) {
        guard let text, !text.isEmpty else { return }
        let cut =
            text.utf8.count > Self.octetsMax ? String(text.unicodeScalars.prefix(Self.octetsMax / 4 - 1)) + "…" : text
        facts.append(Fact(field: field, text: cut))
    }

    /// The first fact of a kind.
    public func first(_ field: Field) -> String? {
        facts.first { $0.field == field }?.text
    }

    /// Octets of a fact.
    static let octetsMax = 4096
}
