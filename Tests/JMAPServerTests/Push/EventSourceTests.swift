import AgentTestSupport
import Directory
import HTTPService
import Hummingbird
import JMAP
import JSON
import Logging
import MailCore
import MailSearch
import MailStore
import NIOCore
import NIOPosix
import ServiceLifecycle
import Testing

@testable import JMAPServer

/// The event source over a real listener (RFC 8620 §7.3).
@Suite(.timeLimit(.minutes(2))) struct EventSourceTests {
    private struct World: Sendable {
        let test: TestStore
        let services: JMAPServices
        let user: JMAPUser
        let address: SocketAddress

        func deliver() async throws {
            try await test.deliver("Subject: x\r\n\r\nx\r\n", to: "ana@example.test")
        }

        func clock() async throws -> Int64 { try await services.push.clock(of: user.account.id).rawValue }
    }

    private func withEvents(
        limits: JMAPPushLimits = JMAPPushLimits(), _ body: @escaping @Sendable (World) async throws -> Void
    ) async throws {
        try await withTestStore { test in
            let id = try await test.addAccount("ana@example.test")
            let user = JMAPUser(account: AuthenticatedAccount(id: id, address: try address("ana@example.test")))
            let services = JMAPServices(test)
            let routes = JMAPPushRoutes(JMAPPush(store: test.store, limits: limits)) { _, _ in user }
            try await withHTTPListener({ routes.add(to: $0) }) { address in
                try await body(World(test: test, services: services, user: user, address: address))
            }
            services.search.close()
        }
    }

    /// Reads what a connection says until it has all that is wanted, or ends.
    private func listen(
        _ query: String, _ world: World, headers: String = "",
        _ body: @escaping @Sendable (_ heard: @escaping @Sendable (String) async -> String) async throws -> Void
    ) async throws {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(to: world.address) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        try await channel.executeThenClose { inbound, outbound in
            try await outbound.write(
                ByteBuffer(string: "GET /jmap/eventsource/\(query) HTTP/1.1\r\nHost: a.test\r\n\(headers)\r\n"))
            let heard = Heard()
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    for try await part in inbound { await heard.add(String(buffer: part)) }
                    await heard.end()
                }
                group.addTask { try await body { await heard.wait(for: $0) } }
                // What never comes is a failure, not a test that never ends.
                group.addTask {
                    try await Task.sleep(for: .seconds(20))
                    await heard.end()
                }
                // The reader ends with the connection, or is ended with the test.
                try await group.next()
                group.cancelAll()
            }
            #expect(await heard.failure == nil)
        }
    }

    /// What came, and who waits for more.
    private actor Heard {
        private var text = ""
        private var isOver = false
        private var waiting: (wanted: String, continuation: CheckedContinuation<String, Never>)?
        private(set) var failure: String?

        func add(_ part: String) {
            text += part
            resume()
        }

        func end() {
            isOver = true
            resume()
        }

        private func resume() {
            guard let waiting, isOver || text.contains(waiting.wanted) else { return }
            self.waiting = nil
            waiting.continuation.resume(returning: text)
        }

        /// All that came so far, with this in it; what stands up to it is forgotten.
        func wait(for wanted: String) async -> String {
            let found = await withCheckedContinuation { continuation in
                waiting = (wanted, continuation)
                resume()
            }
            if let range = text.firstRange(of: wanted) {
                text = String(text[range.upperBound...])
            } else {
                failure = "\(wanted) in \(found)"
            }
            return found
        }
    }

    @Test func tellsOfMailAtOnce() async throws {
        try await withEvents { world in
            try await listen("?types=*&closeafter=no&ping=0", world) { heard in
                _ = await heard(":\n\n")
                try await world.deliver()
                let clock = try await world.clock()
                let event = await heard("\n\n")
                #expect(event.contains("id: \(clock)\nevent: state\n"))
                let states =
                    #""Email":"\#(clock)","EmailDelivery":"\#(clock)","Mailbox":"\#(clock)","Thread":"\#(clock)""#
                #expect(
                    event.contains(
                        #"data: {"@type":"StateChange","changed":{"\#(world.user.accountID)":{\#(states)}}}"#))
                let key = MailboxKey(account: world.user.account.id, mailbox: .inbox)
                _ = try await world.test.mailStore.setFlags(
                    FlagChange(.add, .seen), of: UIDSet(UID(rawValue: 1)...UID(rawValue: 1)), in: key)
                let flags = await heard("\n\n")
                #expect(flags.contains(#""Email":"#) && !flags.contains("EmailDelivery"))
            }
        }
    }

    @Test func onlyTheTypesAskedForAndTheEndAfterOne() async throws {
        try await withEvents { world in
            try await listen("?types=EmailDelivery,Identity&closeafter=state&ping=0", world) { heard in
                _ = await heard(":\n\n")
                try await world.test.mailStore.create("Other", for: world.user.account.id, now: TestStore.now)
                try await world.deliver()
                let event = await heard("0\r\n\r\n")
                #expect(event.contains(#""EmailDelivery":"#) && !event.contains(#""Mailbox":"#))
                #expect(event.components("event: state") == 1)
            }
        }
    }

    @Test func tellsWhatWasMissed() async throws {
        try await withEvents { world in
            let clock = try await world.clock()
            try await world.deliver()
            try await listen("?types=*&ping=0", world, headers: "Last-Event-ID: \(clock)\r\n") { heard in
                #expect(await heard("}}}\n\n").contains("event: state"))
            }
            let now = try await world.clock()
            try await listen("?types=*&ping=0&closeafter=state", world, headers: "Last-Event-ID: \(now)\r\n") { heard in
                _ = await heard(":\n\n")
                try await world.deliver()
                #expect(await heard("0\r\n\r\n").components("event: state") == 1)
            }
        }
    }

    @Test func pings() async throws {
        var limits = JMAPPushLimits()
        limits.pingSecondsMin = 1
        try await withEvents(limits: limits) { world in
            try await listen("?types=*&ping=1", world) { heard in
                #expect(await heard("event: ping\ndata: {\"interval\":1}\n\n").contains("text/event-stream"))
            }
        }
    }

    @Test func boundsTheConnectionsOfAnAccount() async throws {
        var limits = JMAPPushLimits()
        limits.listenersMax = 1
        try await withEvents(limits: limits) { world in
            try await listen("?types=*&ping=0", world) { heard in
                _ = await heard(":\n\n")
                let refused = try await exchange("GET /jmap/eventsource/?types=* HTTP/1.1", at: world.address)
                #expect(refused.status == 429)
            }
        }
    }

    /// A server that stops waits for nobody who listens.
    @Test func endsWithTheServer() async throws {
        try await withTestStore { test in
            let id = try await test.addAccount("ana@example.test")
            let user = JMAPUser(account: AuthenticatedAccount(id: id, address: try address("ana@example.test")))
            let router = HTTPServer.makeRouter()
            let push = JMAPPush(store: test.store)
            JMAPPushRoutes(push) { _, _ in user }.add(to: router)
            let (addresses, found) = AsyncStream.makeStream(of: SocketAddress.self)
            let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            let server = HTTPServer(
                router: router, host: "127.0.0.1", port: 0, group: MultiThreadedEventLoopGroup.singleton,
                logger: logger, onListening: { if let address = $0 { found.yield(address) } })
            let services = ServiceGroup(services: [server], logger: logger)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await services.run() }
                for await address in addresses {
                    group.addTask {
                        let answer = try await exchange("GET /jmap/eventsource/ HTTP/1.1", at: address)
                        #expect(answer.status == 200)
                    }
                    break
                }
                while push.listenerCount(id) == 0 { await Task.yield() }
                await services.triggerGracefulShutdown()
                try await group.waitForAll()
            }
        }
    }

    @Test func roomsAnnounce() async throws {
        try await withTestStore { test in
            let id = try await test.addAccount("ana@example.test")
            let push = JMAPPush(store: test.store)
            let (changes, told) = AsyncStream.makeStream(of: JMAPChange.self)
            let listener = try #require(push.listen(to: id) { told.yield($0) })
            push.announce("Identity", state: "7", of: id)
            push.announce("Identity", state: "8", of: AccountID(rawValue: 99))
            var first: JMAPChange?
            for await change in changes {
                first = change
                break
            }
            #expect(first?.types == ["Identity"] && first?.states == ["Identity": "7"])
            #expect(push.listenerCount(id) == 1)
            listener.cancel()
            #expect(push.listenerCount(id) == 0)
        }
    }

    @Test(arguments: [("*", PushTypes.all), ("", .all), ("Email,Mailbox", .these(["Email", "Mailbox"]))])
    func types(text: String, expected: PushTypes) { #expect(PushTypes(text) == expected) }
}

extension String {
    fileprivate func components(_ text: String) -> Int { ranges(of: text).count }
}
