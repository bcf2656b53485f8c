import AgentTestSupport
import MailCore
import NIOCore
import Storage
import Testing

@testable import MailQueue

@Suite struct MailQueueTests {
    static let parameters: [EnvelopeParameters] = [
        EnvelopeParameters(),
        EnvelopeParameters(body: .eightBitMIME, dsnReturn: .full, envelopeID: "QQ314159"),
        EnvelopeParameters(body: .binaryMIME, smtpUTF8: .needed, requireTLS: .required, dsnReturn: .headers),
        EnvelopeParameters(envelopeID: ""),
        EnvelopeParameters(holdUntil: 1_000, deliverBy: .init(deadline: 2_000, mode: .notify, trace: .wanted)),
        EnvelopeParameters(deliverBy: .init(deadline: 1, mode: .returnMessage)),
    ]

    @Test(arguments: parameters) func whatMailCarriedComesBack(_ parameters: EnvelopeParameters) async throws {
        try await withTestStore { test in
            var message = queued([try recipient("a@elsewhere.example")])
            message.parameters = parameters
            let email = try await enqueue(message, "x", in: test)
            #expect(try await test.store.read { try MailQueue.queued(email, in: $0) } == message)
        }
    }

    @Test func whatRcptCarriedComesBack() async throws {
        try await withTestStore { test in
            let sender = ReversePath.address(try address("ana@example.test"))
            let list = ReversePath.address(try address("news-bounces@example.test"))
            let original = EnvelopeRecipient.OriginalRecipient(addressType: "utf-8", address: "josé@example.test")
            let message = queued([
                try recipient("a@elsewhere.example", reversePath: sender, notify: []),
                try recipient("b@elsewhere.example", reversePath: list, notify: .never, original: original),
                try recipient("\"c d\"@xn--bcher-kva.example", notify: [.success, .failure, .delay]),
                try recipient("josé@elsewhere.example", reversePath: sender),
            ])
            let email = try await enqueue(message, "x", in: test)
            #expect(try await test.store.read { try MailQueue.queued(email, in: $0) } == message)
            #expect(try await test.store.read { try MailQueue.queued(EmailID(rawValue: 99_999), in: $0) } == nil)
        }
    }

    /// An address that could not be read again would go to nobody.
    static let addresses = [
        "a@[192.0.2.1]", "a@[IPv6:2001:db8::1]", "\"a@b\"@c.example", "\"a\\\"b\\\\c\"@d.example", "\" \"@d.example",
        "a.b+c@xn--bcher-kva.example", "josé@bücher.example", "\"josé x\"@bücher.example",
        "\"a..b\"@c.example", "\".\"@c.example", "A'b/c=d@C.EXAMPLE",
    ]

    @Test(arguments: addresses) func addressesComeBack(_ text: String) async throws {
        let path = try address(text)
        try await withTestStore { test in
            let message = queued([try recipient(text, reversePath: .address(path))])
            let email = try await enqueue(message, "x", in: test)
            let now = try await test.store.read { try MailQueue.queued(email, in: $0) }
            #expect(now == message)
            #expect(now?.recipients.first?.recipient.path.address?.written == path.written)
        }
    }

    @Test func theSameMessageIsQueuedOnce() async throws {
        try await withTestStore { test in
            let message = queued([try recipient("a@elsewhere.example")])
            let email = try await enqueue(message, "x", in: test)
            try await test.store.change { transaction in
                try MailQueue.enqueue(message, email, in: transaction)
                try MailQueue.replay(
                    DeliveryRecord(email: email, copies: [], queued: queued([])), in: transaction)
                try MailQueue.replay(DeliveryRecord(email: email, copies: [], queued: nil), in: transaction)
            }
            #expect(try await test.queue.count() == 1)
            #expect(try await test.store.read { try MailQueue.queued(email, in: $0) } == message)
            #expect(try await test.complaints() == [])
        }
    }

    @Test func pagesGoOnWhereTheLastOneEnded() async throws {
        try await withTestStore { test in
            var all: [QueueID] = []
            for number in 1...7 {
                let message = queued(
                    [
                        try recipient("a\(number)@elsewhere.example"),
                        try recipient("b\(number)@elsewhere.example"),
                    ], at: Int64(number))
                let email = try await enqueue(message, String(repeating: "x", count: number), in: test)
                all.append(QueueID(rawValue: email.rawValue))
            }
            var seen: [QueueEntry] = []
            while true {
                let page = try await test.queue.list(after: seen.last?.queueID, limit: 3)
                if page.isEmpty { break }
                #expect(page.count == (seen.count == 6 ? 1 : 3))
                seen += page
            }
            #expect(seen.map(\.queueID) == all)
            #expect(seen.map(\.octets) == Array(1...7))
            #expect(seen.map(\.acceptedAt) == Array(1...7))
            let first = try #require(seen.first)
            #expect(first.recipients.map(\.forwardPath) == ["a1@elsewhere.example", "b1@elsewhere.example"])
            #expect(first.recipients.map(\.nextAttempt) == [1, 1])
            #expect(first.recipients.map(\.reversePath) == ["", ""])
            #expect(try await test.queue.entry(all[3]) == seen[3])
            #expect(try await test.queue.entry(QueueID(rawValue: 99_999)) == nil)
            #expect(try await test.queue.count() == 7)
        }
    }

    @Test func anEntryHoldsItsMessage() async throws {
        try await withTestStore { test in
            let message = queued([try recipient("a@elsewhere.example")])
            let email = try await enqueue(message, "x", in: test)
            #expect(try await test.count("SELECT references_count FROM content") == 1)
            #expect(try await test.complaints() == [])
            try await test.store.change { transaction in
                _ = try transaction.run("DELETE FROM queue_message WHERE queue_id = ?1", .integer(email.rawValue))
            }
            #expect(try await test.complaints().count == 1)
        }
    }

    @Test func policiesOfOthersAreKept() async throws {
        func policy(_ number: Int64, id: String = "a") -> KeptPolicy {
            KeptPolicy(domain: "\(number).example", id: id, text: "version: STSv1\r\n", fetchedAt: number)
        }
        try await withTestStore { test in
            let queue = MailQueue(store: test.store)
            #expect(try await queue.policies(limit: 10).isEmpty)
            for number in 1...4 { try await queue.keep(policy(Int64(number)), limit: 3) }
            #expect(try await queue.policies(limit: 10) == [policy(4), policy(3), policy(2)])
            var newer = policy(2, id: "b")
            newer.fetchedAt = 9
            try await queue.keep(newer, limit: 3)
            #expect(try await queue.policies(limit: 2) == [newer, policy(4)])
        }
    }
}
