import AgentTestSupport
import MailCore
import Testing

@testable import MailStore

/// Names that accounts are subscribed to.
@Suite struct SubscriptionTests {
    /// Those that an account begins with.
    private let given = ["Archive", "Drafts", "INBOX", "Junk", "Sent", "Trash"]

    @Test func theyOutliveMailboxes() async throws {
        try await withTestStore { test in
            let ana = try await test.addAccount("ana@example.test")
            #expect(try await test.mailStore.subscriptions(of: ana) == given)
            try await test.mailStore.create("Work", for: ana, now: TestStore.now)
            try await test.mailStore.subscribe(ana, to: "Work")
            try await test.mailStore.subscribe(ana, to: "Work")
            try await test.mailStore.delete("Work", for: ana)
            #expect(try await test.mailStore.subscriptions(of: ana) == given + ["Work"])
            try await test.mailStore.unsubscribe(ana, from: "Work")
            try await test.mailStore.unsubscribe(ana, from: "Work")
            #expect(try await test.mailStore.subscriptions(of: ana) == given)
        }
    }

    @Test func namesHaveOneForm() async throws {
        try await withTestStore { test in
            let ana = try await test.addAccount("ana@example.test")
            for name in given { try await test.mailStore.unsubscribe(ana, from: name) }
            try await test.mailStore.subscribe(ana, to: "inbox")
            try await test.mailStore.subscribe(ana, to: "e\u{301}")
            try await test.mailStore.subscribe(ana, to: "Users/bob@example.test/inbox")
            #expect(
                try await test.mailStore.subscriptions(of: ana).map { Array($0.utf8) }
                    == ["INBOX", "Users/bob@example.test/INBOX", "\u{e9}"].map { Array($0.utf8) })
            await #expect(throws: MailStoreError.badMailboxName("a//b")) {
                try await test.mailStore.subscribe(ana, to: "a//b")
            }
        }
    }

    @Test func theyAreLimited() async throws {
        try await withTestStore { test in
            let ana = try await test.addAccount("ana@example.test")
            var limits = MailStoreLimits()
            limits.subscriptionsMax = 7
            let store = MailStore(store: test.store, limits: limits)
            try await store.subscribe(ana, to: "a")
            try await store.subscribe(ana, to: "a")
            await #expect(throws: MailStoreError.tooManySubscriptions(7)) { try await store.subscribe(ana, to: "b") }
        }
    }
}
