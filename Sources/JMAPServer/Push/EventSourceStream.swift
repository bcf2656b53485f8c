internal import Directory
internal import JMAP
internal import JSON
internal import MailCore
internal import NIOCore
internal import ServiceLifecycle
internal import Synchronization

/// One connection of an event source (RFC 8620 §7.3): tells what changes, a state that the client missed first, and pings.
struct EventSourceStream: Sendable {
    /// When the connection ends by itself.
    enum Ending: Sendable {
        case never
        /// After one event.
        case afterState
    }

    let user: JMAPUser
    let push: JMAPPush
    let types: PushTypes
    let ending: Ending
    /// Seconds between pings; nil for none.
    let pingSeconds: Int64?
    /// The id of the last event that the client has seen.
    let lastEvent: String?

    private enum Event: Sendable {
        case change
        case ping
    }

    /// What has changed and is not told yet: of bounded size, however slow the client is.
    private final class Pending: Sendable {
        private let change = Mutex(JMAPChange(types: []))
        let signal = AsyncStream.makeStream(of: Event.self, bufferingPolicy: .bufferingNewest(2))

        func note(_ new: JMAPChange) {
            guard !new.types.isEmpty else { return }
            change.withLock { $0.formUnion(new) }
            signal.continuation.yield(.change)
        }

        func take() -> JMAPChange {
            change.withLock { change in
                defer { change = JMAPChange(types: []) }
                return change
            }
        }
    }

    /// Writes events until the client or the server ends it. Nil when too many connections listen.
    func start() -> (@Sendable (EventWriter) async throws -> Void)? {
        let pending = Pending()
        guard let listener = push.listen(to: user.account.id, { pending.note($0) }) else { return nil }
        return { writer in
            defer { listener.cancel() }
            try await run(pending, writer)
        }
    }

    private func run(_ pending: Pending, _ writer: EventWriter) async throws {
        try await writer.write(":\n\n")
        let clock = try await push.clock(of: user.account.id)
        if let lastEvent, lastEvent != Self.eventID(clock), try await tell(JMAPChange(types: JMAPChange.mail), writer) {
            guard case .never = ending else { return }
        }
        try await withThrowingTaskGroup { group in
            if let pingSeconds {
                group.addTask {
                    while !Task.isCancelled {
                        try await Task.sleep(for: .seconds(pingSeconds))
                        pending.signal.continuation.yield(.ping)
                    }
                }
            }
            // When the server stops, nobody waits for who listens.
            for await event in pending.signal.stream.cancelOnGracefulShutdown() {
                switch event {
                case .ping:
                    if let pingSeconds {
                        try await writer.write("event: ping\ndata: {\"interval\":\(pingSeconds)}\n\n")
                    }
                    // A change that a ping has crowded out.
                    if try await tell(pending.take(), writer), ending == .afterState { return group.cancelAll() }
                case .change:
                    if try await tell(pending.take(), writer), ending == .afterState { return group.cancelAll() }
                }
            }
            group.cancelAll()
        }
    }

    /// - Returns: whether there was something to tell.
    private func tell(_ change: JMAPChange, _ writer: EventWriter) async throws -> Bool {
        guard change.types.contains(where: types.contains) else { return false }
        let clock = try await push.clock(of: user.account.id)
        guard let told = StateChange(change, types, user.accountID, clock: clock) else { return false }
        let text = JSONValue.object(told.json).text
        try await writer.write("id: \(Self.eventID(clock))\nevent: state\ndata: \(text)\n\n")
        return true
    }

    private static func eventID(_ clock: ModSeq) -> String { "\(clock.rawValue)" }
}
