import AgentTestSupport
import Delivery
import Directory
import InternetMessage
import MailCore
import NIOCore
import Storage
import Testing

@testable import MailStore

@Suite struct MailStoreMessageTests {
    @Test func filingCountsUp() async throws {
        try await withTestStore { test in
            let ana = try await test.addAccount("ana@example.test")
            var clock = try await test.mailStore.mailboxes(ana).map(\.highestModSeq).max()
            var octets: Int64 = 0
            for number in 1...5 {
                let text = "Subject: \(number)\r\n\r\nx\r\n"
                let email = try await test.deliver(text, to: "ana@example.test").email
                let inbox = try await test.mailStore.mailboxes(ana)[0]
                let copy = try #require(try await test.store.read { try MailStore.copies(of: email, in: $0) }.first)
                #expect(copy.uid == UID(rawValue: UInt32(number)))
                #expect(copy.modSeq > clock ?? copy.modSeq)
                #expect(copy.modSeq == inbox.highestModSeq)
                clock = copy.modSeq
                octets += Int64(text.utf8.count + copy.prefix.count)
                #expect((inbox.messages, inbox.unseen, inbox.octets) == (Int64(number), Int64(number), octets))
                #expect(inbox.uidNext == Int64(number) + 1)
                #expect(
                    try await test.mailStore.usage(ana) == MailStore.Usage(octets: octets, messages: Int64(number)))
            }
            #expect(try await test.count("SELECT count(*) FROM email_facts") == 5)
            #expect(try await test.complaints() == [])
        }
    }

    @Test func whatIsSeenIsNotUnseen() async throws {
        try await withTestStore { test in
            let ana = try await test.addAccount("ana@example.test")
            let keywords = [try #require(Keyword("$Forwarded")), try #require(Keyword("$Answered"))]
            let copy = NewCopy(
                account: ana, mailbox: MailboxID(rawValue: 3), flags: [.seen, .flagged], keywords: keywords,
                internalDate: -5, saveDate: 9)
            let filed = try await test.delivery.append(MessageBody(ByteBuffer(string: "\r\nx")), copy)
            #expect(filed.keywords == ["$Answered", "$Forwarded"])
            let sent = try await test.mailStore.mailboxes(ana)[2]
            #expect((sent.name, sent.messages, sent.unseen, sent.octets) == ("Sent", 1, 0, 3))
            let source = try await test.store.read {
                try MailStore.source(ana, MailboxID(rawValue: 3), filed.uid, in: $0)
            }
            #expect(source.flags == [.seen, .flagged])
            #expect(source.keywords == filed.keywords)
            #expect(source.internalDate == -5)
            let email = EmailID(rawValue: filed.thread.rawValue)
            #expect(try await test.store.read { try MailStore.copies(of: email, in: $0) } == [filed])
            try await test.mailStore.expunge([filed.uid], from: MailboxID(rawValue: 3), ana)
            #expect(try await test.complaints() == [])
        }
    }

    @Test func aMailboxWithoutNumbersTakesNothing() async throws {
        try await withTestStore { test in
            try await test.addAccount("ana@example.test")
            try await test.store.change {
                _ = try $0.run("UPDATE mailbox SET uid_next = 4294967295 WHERE mailbox = 1")
            }
            await #expect(throws: (any Error).self) { try await test.deliver("\r\n", to: "ana@example.test") }
            #expect(try await test.count("SELECT count(*) FROM content") == 0)
        }
    }

    // MARK: Conversations

    /// Each message's header, and which of them share a conversation: the first one's index.
    static let conversations: [(headers: [String], threads: [Int])] = [
        (
            ["Message-ID: <1@a>\r\nSubject: Plan", "Message-ID: <2@a>\r\nIn-Reply-To: <1@a>\r\nSubject: Re: Plan"],
            [0, 0]
        ),
        (
            ["Message-ID: <1@a>\r\nSubject: Plan", "Message-ID: <2@a>\r\nReferences: <1@a>\r\nSubject: plan (fwd)"],
            [0, 0]
        ),
        (["Message-ID: <1@a>\r\nSubject: Plan", "Message-ID: <2@a>\r\nIn-Reply-To: <1@a>\r\nSubject: Other"], [0, 1]),
        (["Message-ID: <1@a>\r\nSubject: Plan", "Message-ID: <2@a>\r\nSubject: Plan"], [0, 1]),
        // The answer comes before what it answers.
        (
            ["Message-ID: <2@a>\r\nIn-Reply-To: <1@a>\r\nSubject: Re: Plan", "Message-ID: <1@a>\r\nSubject: Plan"],
            [0, 0]
        ),
        // Two answers to a message that never comes.
        (
            [
                "Message-ID: <2@a>\r\nReferences: <0@a> <1@a>\r\nSubject: Re: Plan",
                "Message-ID: <3@a>\r\nReferences: <0@a>\r\nSubject: Re: Plan",
            ], [0, 0]
        ),
        (["Subject: Plan", "Subject: Plan"], [0, 1]),
        (["Message-ID: <1@a>", "Message-ID: <2@a>\r\nIn-Reply-To: <1@a>"], [0, 0]),
    ]

    /// As they came, and with those that came lately put to the others before each message.
    @Test(arguments: conversations, [20_000, 0]) func threads(
        _ conversation: (headers: [String], threads: [Int]), recentThreadsMax: Int
    ) async throws {
        try await withTestStore { test in
            try await test.addAccount("ana@example.test")
            var limits = MailStoreLimits()
            limits.recentThreadsMax = recentThreadsMax
            let mailStore = MailStore(store: test.store, limits: limits)
            var threads: [ThreadID] = []
            for header in conversation.headers {
                try await mailStore.settleThreads()
                let email = try await test.deliver("\(header)\r\n\r\nx\r\n", to: "ana@example.test").email
                threads += try await test.store.read { try MailStore.copies(of: email, in: $0) }.map(\.thread)
            }
            #expect(threads.map { threads.firstIndex(of: $0) } == conversation.threads)
        }
    }

    @Test func conversationsOfAccountsAreTheirOwn() async throws {
        try await withTestStore { test in
            try await test.addAccount("ana@example.test")
            try await test.addAccount("bob@example.test")
            let first = try await test.deliver("Message-ID: <1@a>\r\n\r\n", to: "ana@example.test").email
            let second = try await test.deliver("Message-ID: <1@a>\r\n\r\n", to: "bob@example.test").email
            let threads = try await test.store.read { transaction in
                try [first, second].flatMap { try MailStore.copies(of: $0, in: transaction) }.map(\.thread.rawValue)
            }
            #expect(threads == [first.rawValue, second.rawValue])
        }
    }

    @Test func conversationsWithoutMessagesAreForgotten() async throws {
        try await withTestStore { test in
            let ana = try await test.addAccount("ana@example.test")
            try await test.deliver("Message-ID: <1@a>\r\n\r\n", to: "ana@example.test")
            try await test.deliver("Message-ID: <2@a>\r\nReferences: <1@a>\r\n\r\n", to: "ana@example.test")
            try await test.deliver("Message-ID: <3@a>\r\n\r\n", to: "ana@example.test")
            #expect(try await test.count("SELECT count(*) FROM thread_recent") == 3)
            try await test.mailStore.expunge([UID(rawValue: 1), UID(rawValue: 3)], from: .inbox, ana)
            #expect(try await test.mailStore.forgetEmptyThreads() == 1)
            #expect(try await test.mailStore.forgetEmptyThreads() == 0)
            let email = try await test.deliver("In-Reply-To: <1@a>\r\n\r\n", to: "ana@example.test").email
            let copy = try #require(try await test.store.read { try MailStore.copies(of: email, in: $0) }.first)
            #expect(copy.thread.rawValue != email.rawValue)
        }
    }

    @Test(arguments: [1, 2, 100]) func identifiersThatCameLatelyArePutToTheOthers(together: Int) async throws {
        try await withTestStore { test in
            let ana = try await test.addAccount("ana@example.test")
            try await test.addAccount("bob@example.test")
            for number in 1...5 {
                try await test.deliver(
                    "Message-ID: <\(number)@a>\r\n\r\n", to: "ana@example.test", "bob@example.test")
            }
            #expect(try await test.mailStore.settleThreads() == 0)
            var limits = MailStoreLimits()
            limits.recentThreadsMax = 10
            limits.deletedTogetherMax = together
            #expect(try await MailStore(store: test.store, limits: limits).settleThreads() == 10)
            #expect(try await test.count("SELECT count(*) FROM thread_recent") == 0)
            #expect(try await test.count("SELECT count(*) FROM thread_reference") == 10)
            // What is there already does not come again, and goes with its messages.
            try await test.deliver("Message-ID: <6@a>\r\nReferences: <1@a>\r\n\r\n", to: "ana@example.test")
            #expect(try await test.count("SELECT count(*) FROM thread_recent") == 1)
            try await test.mailStore.expunge((1...6).map { UID(rawValue: $0) }, from: .inbox, ana)
            #expect(try await test.mailStore.forgetEmptyThreads() == 6)
        }
    }

    // MARK: Expunge

    @Test func expungedIsGone() async throws {
        try await withTestStore { test in
            let ana = try await test.addAccount("ana@example.test")
            let bob = try await test.addAccount("bob@example.test")
            for text in ["one", "two", "three"] {
                try await test.deliver("\r\n\(text)\r\n", to: "ana@example.test", "bob@example.test")
            }
            let before = try await test.mailStore.mailboxes(ana)[0]
            let gone = try await test.mailStore.expunge(
                [UID(rawValue: 3), UID(rawValue: 1), UID(rawValue: 1), UID(rawValue: 9)], from: .inbox, ana)
            #expect(gone == 2)
            let after = try await test.mailStore.mailboxes(ana)[0]
            #expect((after.messages, after.unseen, after.uidNext) == (1, 1, 4))
            #expect(after.highestModSeq > before.highestModSeq)
            #expect(try await test.count("SELECT count(*) FROM expunged") == 2)
            #expect(try await test.count("SELECT count(*) FROM content") == 3)
            #expect(try await test.count("SELECT count(*) FROM email_facts") == 3)
            await #expect {
                try await test.store.read { _ = try MailStore.source(ana, .inbox, UID(rawValue: 1), in: $0) }
            } throws: { ($0 as? StorageError)?.code == .notFound }
            // With the last copy the octets go, and what was read from them.
            let all = (1...3).map { UID(rawValue: $0) }
            #expect(try await test.mailStore.expunge(all, from: .inbox, bob) == 3)
            #expect(try await test.count("SELECT count(*) FROM content") == 1)
            #expect(try await test.count("SELECT count(*) FROM email_facts") == 1)
            #expect(try await test.mailStore.expunge(all, from: .inbox, bob) == 0)
            #expect(try await test.inbox(ana).count == 1)
            #expect(try await test.mailStore.usage(bob) == MailStore.Usage(octets: 0, messages: 0))
            #expect(try await test.complaints() == [])
            // A number is never given again (RFC 9051 §2.3.1.1).
            try await test.deliver("\r\nfour\r\n", to: "bob@example.test")
            #expect(try await test.mailStore.messages(bob, .inbox).messages.map(\.uid.rawValue) == [4])
        }
    }

    // MARK: Replay

    @Test func aReplayChangesNothing() async throws {
        try await withTestStore { test in
            let ana = try await test.addAccount("ana@example.test")
            try await test.addAccount("bob@example.test")
            let text = "Message-ID: <1@a>\r\nSubject: x\r\n\r\nx\r\n"
            let email = try await test.deliver(text, to: "ana@example.test", "bob@example.test").email
            let before = try await test.mailStore.mailboxes(ana)
            let record = try await test.store.read {
                DeliveryRecord(email: email, copies: try MailStore.copies(of: email, in: $0), queued: nil)
            }
            for _ in 1...2 {
                try await test.store.change { transaction in
                    var octets = text
                    try octets.withUTF8 {
                        try MailStore.replay(record, UnsafeRawBufferPointer($0), .recovery, in: transaction)
                    }
                }
            }
            #expect(try await test.mailStore.mailboxes(ana) == before)
            #expect(try await test.store.read { try MailStore.copies(of: email, in: $0) } == record.copies)
            #expect(try await test.complaints() == [])
        }
    }

    @Test func aReplayLeavesOutCopiesWhoseMailboxIsGone() async throws {
        try await withTestStore { test in
            let ana = try await test.addAccount("ana@example.test")
            let email = try await test.deliver("\r\nx\r\n", to: "ana@example.test").email
            var record = try await test.store.read {
                DeliveryRecord(email: email, copies: try MailStore.copies(of: email, in: $0), queued: nil)
            }
            // As it stands in the log of a server that removed the second mailbox afterwards.
            var other = record.copies[0]
            other.mailbox = MailboxID(rawValue: 77)
            record.copies.append(other)
            let replayed = record
            try await test.store.change { transaction in
                try transaction.retain(email)
                try [UInt8]("\r\nx\r\n".utf8).withUnsafeBytes {
                    try MailStore.replay(replayed, $0, .recovery, in: transaction)
                }
            }
            #expect(try await test.inbox(ana).count == 1)
            #expect(try await test.count("SELECT count(*) FROM message") == 1)
            #expect(try await test.complaints() == [])
        }
    }
}
