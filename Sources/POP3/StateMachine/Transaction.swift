/// What the TRANSACTION state knows: the maildrop as it was opened and what the client has marked.
struct Transaction: Sendable {
    let maildrop: Maildrop
    var marks: DeletionMarks
    private(set) var deletedOctets: UInt64 = 0

    init(maildrop: Maildrop) {
        self.maildrop = maildrop
        marks = DeletionMarks(capacity: maildrop.count)
    }

    /// Messages that are not marked.
    var count: Int { maildrop.count - marks.count }

    /// Their octets.
    var octets: UInt64 { maildrop.octets - deletedOctets }

    /// As replies say it: `2 messages (320 octets)`.
    var summary: String { "\(count) \(count == 1 ? "message" : "messages") (\(octets) octets)" }

    /// The index behind a number, or the refusal's text.
    func index(of number: MessageNumber) throws(NoSuchMessage) -> Int {
        guard number.rawValue <= maildrop.count else {
            throw NoSuchMessage(text: "No such message, only \(maildrop.count) in maildrop")
        }
        guard !marks.contains(number.rawValue - 1) else {
            throw NoSuchMessage(text: "Message \(number.rawValue) already deleted")
        }
        return number.rawValue - 1
    }

    mutating func delete(at index: Int) {
        marks.insert(index)
        deletedOctets += UInt64(maildrop.sizes[index])
    }

    mutating func reset() {
        marks.removeAll()
        deletedOctets = 0
    }
}

/// A number that names no message, or a deleted one.
struct NoSuchMessage: Error, Hashable, Sendable {
    var text: String
}
