import AgentTestSupport
import MailCore
import MailQueue
import NIOCore
import Storage
import Synchronization
import Testing

@testable import RemoteDelivery

/// Whatever the servers do, each recipient's message ends once: it is delivered, or its sender is told.
@Suite(.timeLimit(.minutes(10))) struct OutboundPropertyTests {
    /// Chance that several tasks draw from.
    private final class Chance: Sendable {
        private let generator: Mutex<SeededGenerator>

        init(_ seed: UInt64) { generator = Mutex(SeededGenerator(seed)) }

        func number(_ range: Range<Int>) -> Int { generator.withLock { Int.random(in: range, using: &$0) } }

        /// Lets others go on for a while.
        func pause() async { for _ in 0..<number(0..<6) { await Task.yield() } }
    }

    private struct SeededGenerator: RandomNumberGenerator {
        private var state: UInt64

        init(_ seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

        mutating func next() -> UInt64 {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return state
        }
    }

    private static let domains = ["a.test", "b.test", "c.test", "flaky.test", "full.test", "gone.test", "senders.test"]

    private static func network(_ chance: Chance, _ reports: Reports) -> SimulatedNetwork {
        SimulatedNetwork(
            dial: { route in
                await chance.pause()
                switch route.hop.description {
                case "gone.test": return .noSuchDomain
                case "flaky.test": return chance.number(0..<3) > 0 ? .noAnswer : nil
                case "full.test": return chance.number(0..<5) == 0 ? .noAnswer : nil
                default: return chance.number(0..<20) == 0 ? .noAnswer : nil
                }
            },
            usable: { _ in chance.number(0..<5) > 0 },
            answer: { item in
                await chance.pause()
                if item.destination == "senders.test" {
                    await reports.add(item)
                    return .delivered(item)
                }
                // Each for itself, and some with no word at all.
                var outcome = ItemOutcome(host: nil, tls: nil)
                for recipient in item.recipients {
                    let number = recipient.number
                    switch chance.number(0..<8) {
                    case 0, 1: outcome.results[number] = .deferred(.said("450 4.2.1 later", .temporary))
                    case 2: outcome.results[number] = .failed(.said("550 5.1.1 never", .permanent))
                    case 3: break
                    default: outcome.results[number] = ItemOutcome.delivered(item).results[number]
                    }
                }
                await chance.pause()
                return outcome
            })
    }

    /// The texts of the reports that came to the sender.
    private actor Reports {
        var store: TestStore?
        var texts: [String] = []

        func use(_ test: TestStore) { store = test }

        func add(_ item: QueueItem) async {
            guard let store, let octets = try? await store.store.octets(item.content, 0..<item.content.count) else {
                Issue.record("a report cannot be read")
                return
            }
            texts.append(String(buffer: octets))
        }
    }

    @Test(arguments: 1...24) func everyRecipientEndsOnce(seed: UInt64) async throws {
        let chance = Chance(seed)
        let reports = Reports()
        var settings = Outbound.Settings()
        settings.schedule.firstSeconds = 10
        settings.schedule.greatestSeconds = 40
        settings.schedule.delayNoticeSeconds = 0
        settings.schedule.expirySeconds = 1 << 40
        settings.connectionsMax = chance.number(1..<12)
        settings.connectionsPerRouteMax = chance.number(1..<6)
        settings.feedsMax = chance.number(1..<8)
        let network = Self.network(chance, reports)
        try await withOutbound(network, settings) { world in
            await reports.use(world.test)
            var addresses: [SimulatedNetwork.Key: String] = [:]
            for message in 0..<chance.number(10..<40) {
                // Some for one domain alone, in more than a page.
                let count = chance.number(0..<15) == 0 ? 150 : chance.number(1..<6)
                let own = chance.number(0..<6)
                let names = (0..<count).map { number in
                    "r\(message)x\(number)@" + (count > 10 ? Self.domains[own] : Self.domains[chance.number(0..<6)])
                }
                let queueID = try await world.send(names, from: "s@senders.test")
                for (number, name) in names.enumerated() {
                    addresses[.init(queueID: queueID, recipient: Int64(number))] = name
                }
                if chance.number(0..<3) == 0 { world.clock.advance(Int64(chance.number(0..<30))) }
                if chance.number(0..<10) == 0 {
                    try await world.test.store.change { [clock = world.clock, signal = world.signal] in
                        _ = try MailQueue.retryAll(at: clock.now, telling: signal, in: $0)
                    }
                }
                await chance.pause()
            }
            try await world.wait("an empty queue") {
                world.clock.advance(20)
                world.look()
                return try await world.test.queue.count() == 0
            }
            let seen = network.now
            let reported = await reports.texts.joined()
            for (key, address) in addresses {
                let delivered = seen.delivered[key] ?? 0
                let told = reported.components(of: "Final-Recipient: rfc822; \(address)\r\n")
                #expect(delivered + told == 1, "\(address) (\(key)): delivered \(delivered), reported \(told)")
                #expect(delivered <= 1)
            }
            #expect(try await world.test.queue.destinations(limit: 9).count <= Self.domains.count)
            #expect(seen.openMax.values.allSatisfy { $0 <= settings.connectionsPerRouteMax })
        }
    }
}

extension String {
    /// How often a text occurs.
    fileprivate func components(of text: String) -> Int {
        split(separator: text, omittingEmptySubsequences: false).count - 1
    }
}
