import AgentTestSupport
import Delivery
import Logging
import MailCore
import MailQueue
import MailTrace
import NIOCore
import ServerConfiguration
import Storage
import Synchronization
import Testing

@testable import RemoteDelivery

/// A clock that stands still until it is set.
final class ManualClock: Sendable {
    private let seconds = Mutex(TestStore.now)

    var now: Int64 { seconds.withLock { $0 } }

    func advance(_ by: Int64) { seconds.withLock { $0 += by } }
}

/// A store, a simulated network, and outgoing mail between them.
final class OutboundWorld: Sendable {
    let test: TestStore
    let network: SimulatedNetwork
    let clock = ManualClock()
    let signal = QueueSignal()
    let outbound: Outbound

    init(_ test: TestStore, _ network: SimulatedNetwork, _ settings: Outbound.Settings, _ routes: OutboundConfiguration)
        throws
    {
        self.test = test
        self.network = network
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let hostname = try #require(Domain("mail.example.test"))
        let clock = clock
        let reporter = Reporter(
            store: test.store, directory: test.directory, delivery: Delivery(store: test.store, signal: signal),
            hostname: hostname, logger: logger)
        let settler = Settler(
            store: test.store, reporter: reporter, schedule: settings.schedule, metrics: OutboundMetrics(),
            logger: logger)
        outbound = Outbound(
            queue: test.queue, router: Router(routes), dialer: network, settler: settler, settings: settings,
            signal: signal, logger: logger, now: { clock.now })
    }

    /// A message for addresses; its number.
    @discardableResult
    func send(_ addresses: [String], from sender: String = "", at seconds: Int64? = nil) async throws -> Int64 {
        let reverse: ReversePath = EmailAddress(sender).map(ReversePath.address) ?? .null
        let recipients = try addresses.map { text in
            QueuedMessage.Recipient(
                recipient: EnvelopeRecipient(path: .address(try address(text))), reversePath: reverse)
        }
        let message = QueuedMessage(
            parameters: EnvelopeParameters(), acceptedAt: seconds ?? clock.now, recipients: recipients)
        let email = test.store.reserveEmailID()
        try await test.store.deliver(email, MessageBody(ByteBuffer(string: "Subject: x\r\n\r\nx\r\n"))) { transaction in
            try MailQueue.enqueue(message, email, in: transaction)
            return (DeliveryRecord(email: email, copies: [], queued: message), ())
        }
        signal.raise()
        return email.rawValue
    }

    @discardableResult
    func send(_ addresses: String..., from sender: String = "") async throws -> Int64 {
        try await send(addresses, from: sender)
    }

    /// Waits for something that is going to happen by itself.
    func wait(_ what: String, _ condition: () async throws -> Bool) async throws {
        let end = ContinuousClock.now + .seconds(60)
        while try await !condition() {
            guard ContinuousClock.now < end else {
                Issue.record("it does not come: \(what)")
                throw NotComing(what: what)
            }
            try await Task.sleep(for: .milliseconds(1))
        }
    }

    func waitUntilEmpty() async throws {
        try await wait("an empty queue") { try await test.queue.count() == 0 }
    }

    /// What was tried, by recipient.
    func entry(_ number: Int64) async throws -> QueueEntry? {
        try await test.queue.entry(QueueID(rawValue: number))
    }

    /// Has what is due looked at.
    func look() { signal.raise() }
}

struct NotComing: Error {
    let what: String
}

/// Runs outgoing mail beside a test and stops it after.
func withOutbound(
    _ network: SimulatedNetwork, _ settings: Outbound.Settings = .init(), routes: OutboundConfiguration = .init(),
    _ body: (OutboundWorld) async throws -> Void
) async throws {
    try await withTestStore { test in
        let world = try OutboundWorld(test, network, settings, routes)
        let run = Task { await world.outbound.run() }
        do {
            try await body(world)
        } catch {
            run.cancel()
            await run.value
            throw error
        }
        await world.outbound.stop()
        await run.value
        #expect(network.now.twice == [])
        #expect(network.now.inFlight == [])
        #expect(network.now.open.values.allSatisfy { $0 == 0 })
        #expect(try await test.complaints() == [])
    }
}
