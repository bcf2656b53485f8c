import MailCore
import MailQueue
import Synchronization

@testable import RemoteDelivery

/// The servers of the world, as a test wants them to behave; counts what is done with them.
final class SimulatedNetwork: OutboundDialer, Sendable {
    /// A recipient of a message.
    struct Key: Hashable, Sendable, Comparable, CustomStringConvertible {
        let queueID: Int64
        let recipient: Int64

        var description: String { "\(queueID).\(recipient)" }

        static func < (one: Key, other: Key) -> Bool {
            (one.queueID, one.recipient) < (other.queueID, other.recipient)
        }

        static func all(of item: QueueItem) -> [Key] {
            item.recipients.map { Key(queueID: item.queueID.rawValue, recipient: $0.number) }
        }
    }

    /// What was seen.
    struct Seen: Sendable {
        /// Items handed over, by destination, in their order.
        var sent: [QueueItem] = []
        var delivered: [Key: Int] = [:]
        var failed: [Key: Int] = [:]
        /// On their way just now.
        var inFlight: Set<Key> = []
        var inFlightMax = 0
        /// On their way twice at one time: there must be none.
        var twice: [Key] = []
        var dialed: [String: Int] = [:]
        var open: [String: Int] = [:]
        var openMax: [String: Int] = [:]
        var closed = 0
    }

    /// What the servers of a route do when they are called.
    typealias Dialing = @Sendable (Route) async -> DialFailure?
    /// What a server says to an item.
    typealias Answering = @Sendable (QueueItem) async -> ItemOutcome

    private let seen = Mutex(Seen())
    private let dialing: Dialing
    private let answering: Answering
    private let usable: @Sendable (QueueItem) -> Bool
    private let ours: Set<String>

    init(
        ours: Set<String> = [], dial: @escaping Dialing = { _ in nil },
        usable: @escaping @Sendable (QueueItem) -> Bool = { _ in true },
        answer: @escaping Answering = { .delivered($0) }
    ) {
        self.ours = ours
        dialing = dial
        self.usable = usable
        answering = answer
    }

    func isOurs(_ domain: Domain) async -> Bool { ours.contains(domain.ascii) }

    func open(_ route: Route) async throws(DialFailure) -> any OutboundLink {
        let name = route.hop.description
        seen.withLock { $0.dialed[name, default: 0] += 1 }
        if let failure = await dialing(route) { throw failure }
        seen.withLock { seen in
            seen.open[name, default: 0] += 1
            seen.openMax[name] = max(seen.openMax[name] ?? 0, seen.open[name] ?? 0)
        }
        return Link(network: self, name: name)
    }

    var now: Seen { seen.withLock { $0 } }

    /// The addresses of those who have their message, in the order in which they got it.
    var reached: [String] {
        seen.withLock { seen in
            seen.sent.flatMap { item in
                item.recipients.filter { recipient in
                    seen.delivered[Key(queueID: item.queueID.rawValue, recipient: recipient.number)] != nil
                }.map { $0.recipient.path.address?.written ?? "" }
            }
        }
    }

    private func carry(_ item: QueueItem) async -> ItemOutcome {
        let keys = Key.all(of: item)
        seen.withLock { seen in
            seen.twice += keys.filter { !seen.inFlight.insert($0).inserted }
            seen.inFlightMax = max(seen.inFlightMax, seen.inFlight.count)
        }
        let outcome = await answering(item)
        seen.withLock { seen in
            seen.sent.append(item)
            seen.inFlight.subtract(keys)
            for (number, result) in outcome.results {
                let key = Key(queueID: item.queueID.rawValue, recipient: number)
                switch result {
                case .delivered: seen.delivered[key, default: 0] += 1
                case .failed: seen.failed[key, default: 0] += 1
                case .deferred: break
                }
            }
        }
        return outcome
    }

    private final class Link: OutboundLink {
        private let network: SimulatedNetwork
        private let name: String
        private let isGood = Mutex(true)

        init(network: SimulatedNetwork, name: String) {
            self.network = network
            self.name = name
        }

        var isUsable: Bool { isGood.withLock { $0 } }

        func send(_ item: QueueItem) async -> ItemOutcome {
            let outcome = await network.carry(item)
            if !network.usable(item) { isGood.withLock { $0 = false } }
            return outcome
        }

        func close() async {
            network.seen.withLock { seen in
                seen.open[name, default: 0] -= 1
                seen.closed += 1
            }
        }
    }
}

extension ItemOutcome {
    static func delivered(_ item: QueueItem) -> ItemOutcome {
        let reply = RemoteReply(
            permanence: .temporary, status: EnhancedStatusCode(.success, 0, 0), lines: ["250 2.0.0 OK"],
            speaker: .remote)
        return ItemOutcome(all: item, .delivered(reply, .passedOn))
    }

    static func deferred(_ item: QueueItem, _ text: String = "450 4.2.1 later") -> ItemOutcome {
        ItemOutcome(all: item, .deferred(.said(text, .temporary)))
    }

    static func failed(_ item: QueueItem) -> ItemOutcome {
        ItemOutcome(all: item, .failed(.said("550 5.1.1 never", .permanent)))
    }
}

extension RemoteReply {
    /// A server's words.
    static func said(_ text: String, _ permanence: Permanence) -> RemoteReply {
        var reply = RemoteReply(lastSaid: text)
        reply.permanence = permanence
        if permanence == .permanent {
            reply.status = EnhancedStatusCode(.permanentFailure, reply.status.subject, reply.status.detail)
        }
        return reply
    }
}

extension DialFailure {
    static let noAnswer = DialFailure(.local(.temporary, 4, 1, "no answer"))
    static let noSuchDomain = DialFailure(.local(.permanent, 1, 2, "no such domain"))
}

/// Lets nobody through until it is opened.
final class Gate: Sendable {
    private struct State {
        var isOpen = false
        var waiting: [CheckedContinuation<Void, Never>] = []
        var arrived = 0
    }

    private let state = Mutex(State())

    /// How many have come to it.
    var arrived: Int { state.withLock { $0.arrived } }

    func pass() async {
        await withCheckedContinuation { continuation in
            let isOpen = state.withLock { state in
                state.arrived += 1
                if !state.isOpen { state.waiting.append(continuation) }
                return state.isOpen
            }
            if isOpen { continuation.resume() }
        }
    }

    func open() {
        let waiting = state.withLock { state in
            state.isOpen = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for continuation in waiting { continuation.resume() }
    }
}
