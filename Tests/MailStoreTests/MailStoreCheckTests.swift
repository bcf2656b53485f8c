import AgentTestSupport
import Delivery
import Directory
import MailCore
import Storage
import Testing

@testable import MailStore

@Suite struct MailStoreCheckTests {
    /// Each counter made wrong, and what is said of it.
    static let faults: [(StaticString, String)] = [
        ("UPDATE mailbox SET messages = 9 WHERE name = 'INBOX'", "says 9 messages, it holds 3"),
        ("UPDATE mailbox SET unseen = 1 WHERE name = 'INBOX'", "says 1 unseen messages, it holds 3"),
        ("UPDATE mailbox SET octets = octets + 1 WHERE name = 'INBOX'", "octets, it holds"),
        ("UPDATE mailbox SET uid_next = 3 WHERE name = 'INBOX'", "would give UID 3 next, it has given 3"),
        ("UPDATE mailbox SET mod_seq = 1 WHERE name = 'INBOX'", "is at tick 1, a message of it at"),
        ("UPDATE mailbox SET messages = 1 WHERE name = 'Sent'", "mailbox Sent"),
        (
            "UPDATE message SET mod_seq = (SELECT mod_seq FROM account_state) WHERE uid = 1",
            "has 1 messages out of the clock's order"
        ),
        ("UPDATE account_state SET messages = 0", "says 0 messages, it holds 3"),
        ("UPDATE account_state SET octets = 0", "says 0 octets, it holds"),
        ("UPDATE account_state SET mod_seq = 1", "is at tick 1, a mailbox of it at"),
        ("UPDATE account_state SET next_mailbox = 2", "would give number 2 to its next mailbox, it has 6"),
    ]

    @Test(arguments: faults.indices) func wrongCountsAreFoundAndMended(_ index: Int) async throws {
        try await withTestStore { test in
            let ana = try await test.addAccount("ana@example.test")
            for number in 1...3 { try await test.deliver("\r\n\(number)\r\n", to: "ana@example.test") }
            let right = try await test.mailStore.mailboxes(ana)
            let (fault, complaint) = Self.faults[index]
            try await test.store.change { _ = try $0.run(fault) }
            let wrong = try await test.store.read { try MailStore.wrongCounts(in: $0) }
            #expect(wrong.contains { $0.contains(complaint) }, "\(wrong)")
            try await test.store.change { try MailStore.recount(in: $0) }
            #expect(try await test.complaints() == [])
            #expect(try await test.mailStore.mailboxes(ana) == right)
        }
    }

    @Test func numbersOfMessagesThatAreGoneCount() async throws {
        try await withTestStore { test in
            let ana = try await test.addAccount("ana@example.test")
            for number in 1...3 { try await test.deliver("\r\n\(number)\r\n", to: "ana@example.test") }
            try await test.mailStore.expunge([UID(rawValue: 3)], from: .inbox, ana)
            let right = try await test.mailStore.mailboxes(ana)
            try await test.store.change { _ = try $0.run("UPDATE mailbox SET uid_next = 1, mod_seq = 1") }
            try await test.store.change { try MailStore.recount(in: $0) }
            let now = try await test.mailStore.mailboxes(ana)
            #expect(now[0] == right[0])
        }
    }

    @Test func whatBelongsToNoneIsDropped() async throws {
        try await withTestStore { test in
            try await test.addAccount("ana@example.test")
            try await test.deliver("Message-ID: <1@a>\r\n\r\nx\r\n", to: "ana@example.test")
            try await test.store.change { _ = try $0.run("DELETE FROM account_state") }
            _ = try await test.store.check(.repair)
            try await test.store.change { try MailStore.recount(in: $0) }
            for left in [
                try await test.count("SELECT count(*) FROM mailbox"),
                try await test.count("SELECT count(*) FROM message"),
                try await test.count("SELECT count(*) FROM thread_recent"),
                try await test.count("SELECT count(*) FROM email_facts"),
            ] { #expect(left == 0) }
        }
    }

    @Test func missingFactsAreTold() async throws {
        try await withTestStore { test in
            try await test.addAccount("ana@example.test")
            try await test.deliver("\r\nx\r\n", to: "ana@example.test")
            try await test.store.change { _ = try $0.run("DELETE FROM email_facts") }
            #expect(try await test.complaints() == ["what was read from 1 messages is missing"])
        }
    }
}
