import MailCore
import NIOCore
import Synchronization
import Testing

@testable import Storage

/// What a listener heard, in order.
private final class Heard: Sendable {
    private let names = Mutex<[String]>([])
    private let waiting = Mutex<[CheckedContinuation<Void, Never>]>([])

    var all: [String] { names.withLock { $0 } }

    @Sendable func receive(_ change: MailChange) {
        guard case .subscription(_, let name) = change else { return }
        names.withLock { $0.append(name) }
        for waiter in waiting.withLock({ waiting in
            defer { waiting = [] }
            return waiting
        }) { waiter.resume() }
    }

    /// Returns when something has been heard.
    func wait() async {
        await withCheckedContinuation { continuation in
            let isThere = waiting.withLock { waiting in
                if all.isEmpty { waiting.append(continuation) }
                return !all.isEmpty
            }
            if isThere { continuation.resume() }
        }
    }
}

@Suite struct MailChangesTests {
    private static let (ana, bob) = (AccountID(rawValue: 1), AccountID(rawValue: 2))

    private static func announce(_ store: Store, _ name: String, _ account: AccountID = ana) async throws {
        try await store.change { $0.announce(.subscription(account, name: name)) }
    }

    @Test func whatIsCommittedIsToldInOrderAndOnce() async throws {
        let folder = try TestFolder()
        let store = try folder.open().store
        let heard = Heard()
        let subscription = store.changes.subscribe(to: [Self.ana], heard.receive)
        for number in 0..<5 { try await Self.announce(store, "\(number)") }
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<50 { group.addTask { try? await Self.announce(store, "together \(number)") } }
        }
        #expect(heard.all.prefix(5) == ["0", "1", "2", "3", "4"])
        #expect(heard.all.count == 55)
        #expect(Set(heard.all).count == 55)
        subscription.cancel()
        await store.close()
    }

    @Test func whatIsTakenBackIsNotTold() async throws {
        let folder = try TestFolder()
        let store = try folder.open().store
        let heard = Heard()
        let subscription = store.changes.subscribe(to: [Self.ana], heard.receive)
        await #expect(throws: StorageError.self) {
            try await store.change { transaction in
                transaction.announce(.subscription(Self.ana, name: "lost"))
                throw StorageError(.misuse, "on purpose")
            }
        }
        try await Self.announce(store, "kept")
        #expect(heard.all == ["kept"])
        subscription.cancel()
        await store.close()
    }

    @Test func listenersHearOfTheirAccountsOnly() async throws {
        let folder = try TestFolder()
        let store = try folder.open().store
        let (one, both) = (Heard(), Heard())
        let first = store.changes.subscribe(to: [Self.ana], one.receive)
        var second: MailChanges.Subscription? = store.changes.subscribe(to: [Self.ana, Self.bob], both.receive)
        #expect(second != nil)
        try await Self.announce(store, "a")
        try await Self.announce(store, "b", Self.bob)
        first.update(accounts: [Self.bob])
        try await Self.announce(store, "c")
        try await Self.announce(store, "d", Self.bob)
        first.cancel()
        try await Self.announce(store, "e", Self.bob)
        // Who lets a subscription go hears nothing more.
        second = nil
        try await Self.announce(store, "f")
        #expect(one.all == ["a", "d"])
        #expect(both.all == ["a", "b", "c", "d", "e"])
        await store.close()
    }

    /// Rows of deliveries are hidden for a while; who waits for them is told soon, and sees them then.
    @Test func hiddenDeliveriesAreToldWithoutAReader() async throws {
        let folder = try TestFolder()
        var limits = StorageLimits()
        limits.hiddenSecondsMax = 3600
        let store = try folder.open(limits: limits).store
        let heard = Heard()
        let subscription = store.changes.subscribe(to: [Self.ana], heard.receive)
        try await Self.deliver(store, "arrived")
        await heard.wait()
        #expect(heard.all == ["arrived"])
        #expect(try await store.filings().count == 1)
        subscription.cancel()
        await store.close()
    }

    /// Who listens to everything does not keep deliveries from sharing their pages.
    @Test func whoListensToAllHastensNothing() async throws {
        let folder = try TestFolder()
        var limits = StorageLimits()
        (limits.hiddenSecondsMax, limits.awaitedSecondsMax) = (3600, 0)
        let store = try folder.open(limits: limits).store
        let heard = Heard()
        let subscription = store.changes.subscribeToAll(heard.receive)
        for number in 0..<20 { try await Self.deliver(store, "\(number)") }
        #expect(heard.all == [])
        #expect(try await store.filings().count == 20)
        #expect(heard.all.count == 20)
        subscription.cancel()
        await store.close()
    }

    /// Who listens from now on, and reads then, has missed nothing: not what was hidden meanwhile either.
    @Test func whoSubscribesAndReadsMissesNothing() async throws {
        let folder = try TestFolder()
        var limits = StorageLimits()
        limits.hiddenSecondsMax = 3600
        let store = try folder.open(limits: limits).store
        try await Self.deliver(store, "before")
        let heard = Heard()
        let subscription = store.changes.subscribe(to: [Self.ana], heard.receive)
        #expect(try await store.filings().count == 1)
        #expect(heard.all == ["before"])
        subscription.cancel()
        await store.close()
    }

    private static func deliver(_ store: Store, _ name: String) async throws {
        let email = store.reserveEmailID()
        try await store.deliver(email, MessageBody(ByteBuffer(string: "x"))) { transaction in
            let record = DeliveryRecord(email: email, copies: [FiledCopy(forTestOf: 1)], queued: nil)
            try record.file(in: transaction)
            transaction.announce(.subscription(ana, name: name))
            return (record, ())
        }
    }
}
