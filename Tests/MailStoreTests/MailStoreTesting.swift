import AgentTestSupport
import Delivery
import MailCore
import NIOCore
import Storage
import Synchronization
import Testing

@testable import MailStore

extension UIDSet {
    /// Numbers written in a test.
    static func of(_ numbers: UInt32...) -> UIDSet { UIDSet(numbers.map(UID.init(rawValue:))) }

    /// All numbers.
    var numbers: [UInt32] {
        var numbers: [UInt32] = []
        forEach { numbers.append($0.rawValue) }
        return numbers
    }
}

extension TestStore {
    /// An account's INBOX.
    func inboxKey(_ account: AccountID) -> MailboxKey { MailboxKey(account: account, mailbox: .inbox) }

    /// Makes another mailbox.
    func addMailbox(_ name: String, _ account: AccountID) async throws -> MailboxKey {
        let mailbox = try await store.change {
            try MailStore.createMailbox(
                name, account, specialUse: nil, UIDValidity(rawValue: 1_700_000_001), in: $0)
        }
        return MailboxKey(account: account, mailbox: mailbox)
    }

    /// Appends messages with one line each.
    func append(
        _ count: Int, to key: MailboxKey, _ flags: SystemFlags = [], keywords: [Keyword] = []
    ) async throws {
        for _ in 0..<count {
            let copy = NewCopy(
                account: key.account, mailbox: key.mailbox, flags: flags, keywords: keywords, internalDate: 7,
                saveDate: 8)
            _ = try await delivery.append(MessageBody(ByteBuffer(string: "Subject: s\r\n\r\nx\r\n")), copy)
        }
        // Who listens from here on does not hear of these: they are told when a reader sees them.
        try await store.read { _ in }
    }

    /// The messages of a mailbox, each as its number, flags and keywords.
    func listing(_ key: MailboxKey) async throws -> [String] {
        try await store.read { transaction in
            var lines: [String] = []
            try MailStore.rows(of: UIDSet(ranges: [1...UInt32.max]), in: key, [], transaction) { row in
                lines.append("\(row.uid.rawValue) \(row.flags.rawValue) \(row.keywords.joined(separator: ","))")
            }
            return lines
        }
    }
}

/// Keeps what it hears, in its order.
final class ChangeRecorder: Sendable {
    private let heard = Mutex<[MailChange]>([])

    /// What was heard since the last call.
    func take() -> [MailChange] {
        heard.withLock { heard in
            defer { heard = [] }
            return heard
        }
    }

    /// Keeps a change.
    @Sendable func receive(_ change: MailChange) { heard.withLock { $0.append(change) } }

    /// Listens until the subscription goes.
    func listen(_ test: TestStore, _ accounts: AccountID...) -> MailChanges.Subscription {
        test.mailStore.changes.subscribe(to: Set(accounts), receive)
    }
}

func keyword(_ text: String) throws -> Keyword {
    try #require(Keyword(text))
}
