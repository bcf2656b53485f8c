import AgentTestSupport
import MailCore
import MailQueue
import ServerConfiguration
import Storage
import Synchronization
import Testing

@testable import RemoteDelivery

/// The scheduler, one case after the other; OutboundPropertyTests has the rest.
@Suite(.timeLimit(.minutes(2))) struct OutboundTests {
    private static func queueID(_ number: Int64) -> QueueID { QueueID(rawValue: number) }

    // MARK: One does not hold back another

    @Test func aDeadDestinationHoldsBackNobody() async throws {
        let gate = Gate()
        let network = SimulatedNetwork(dial: { route in
            guard route.hop.description == "dead.test" else { return nil }
            await gate.pass()
            return .noAnswer
        })
        try await withOutbound(network) { world in
            for number in 0..<100 { try await world.send("x\(number)@dead.test") }
            for number in 0..<20 { try await world.send("y\(number)@good.test") }
            try await world.wait("the others' mail") { network.reached.count == 20 }
            #expect(network.reached.allSatisfy { $0.contains("@good.test") })
            gate.open()
            try await world.wait("the end of the attempt") {
                try await world.test.queue.destinations(limit: 9).first?.failures == 1
            }
            #expect(try await world.test.queue.count() == 100)
        }
    }

    /// All connections are taken by a route that never has enough.
    @Test func aRouteThatTakesAllConnectionsMakesRoom() async throws {
        var settings = Outbound.Settings()
        (settings.connectionsMax, settings.connectionsPerRouteMax) = (3, 3)
        let greedy = Mutex(0)
        let network = SimulatedNetwork(answer: { item in
            if item.destination == "greedy.test" { greedy.withLock { $0 += 1 } }
            try? await Task.sleep(for: .milliseconds(5))
            return .delivered(item)
        })
        try await withOutbound(network, settings) { world in
            for number in 0..<200 { try await world.send("x\(number)@greedy.test", "z\(number)@slow.test") }
            try await world.wait("many connections") { greedy.withLock { $0 } > 10 }
            for number in 0..<5 { try await world.send("y@other\(number).test") }
            let before = greedy.withLock { $0 }
            try await world.wait("the others' mail") { network.reached.filter { $0.contains("y@other") }.count == 5 }
            #expect(greedy.withLock { $0 } - before < 150)
            try await world.waitUntilEmpty()
        }
    }

    @Test func aClosedRouteHoldsBackNobodyBehindIt() async throws {
        var settings = Outbound.Settings()
        settings.feedsMax = 3
        let network = SimulatedNetwork(dial: { $0.hop.description.hasPrefix("dead") ? .noAnswer : nil })
        try await withOutbound(network, settings) { world in
            for number in 0..<30 { try await world.send(["x@dead\(number).test"], at: 1) }
            try await world.send(["y@good.test"], at: 2)
            try await world.wait("the other's mail") { network.reached == ["y@good.test"] }
        }
    }

    // MARK: Connections

    @Test func aConnectionCarriesManyMessages() async throws {
        var settings = Outbound.Settings()
        settings.connectionsPerRouteMax = 4
        let network = SimulatedNetwork(answer: { item in
            await Task.yield()
            return .delivered(item)
        })
        try await withOutbound(network, settings) { world in
            for number in 0..<100 { try await world.send("x\(number)@far.test") }
            try await world.waitUntilEmpty()
            #expect(network.now.dialed["far.test"] ?? 0 <= 4)
            #expect(network.now.openMax["far.test"] ?? 0 <= 4)
        }
    }

    /// Without that, each deferral would leave a connection open until the other side has enough of it.
    @Test func aSpentConnectionIsClosed() async throws {
        let network = SimulatedNetwork(usable: { _ in false })
        try await withOutbound(network) { world in
            for number in 0..<20 { try await world.send("x\(number)@far.test") }
            try await world.waitUntilEmpty()
            try await world.wait("all leaves") { network.now.closed == 20 }
            #expect(network.now.openMax["far.test"] ?? 0 <= 20)
        }
    }

    @Test func anIdleConnectionIsClosed() async throws {
        let network = SimulatedNetwork()
        try await withOutbound(network) { world in
            try await world.send("x@far.test")
            try await world.waitUntilEmpty()
            #expect(network.now.closed == 0)
            try await world.send("y@far.test")
            try await world.waitUntilEmpty()
            #expect(network.now.dialed == ["far.test": 1])
            try await world.wait("a leave") {
                world.clock.advance(1)
                return network.now.closed == 1
            }
            #expect(network.now.open == ["far.test": 0])
        }
    }

    /// Another connection cannot be opened while one stands: the message goes over that.
    @Test func whoCannotConnectHandsItsMessageOn() async throws {
        let (second, first) = (Gate(), Gate())
        let dials = Mutex(0)
        let network = SimulatedNetwork(
            dial: { _ in
                guard dials.withLock({ count in (count += 1, count).1 }) > 1 else { return nil }
                await second.pass()
                return .noAnswer
            },
            answer: { item in
                await first.pass()
                return .delivered(item)
            })
        try await withOutbound(network) { world in
            try await world.send("x@far.test")
            try await world.wait("the first message") { first.arrived == 1 }
            try await world.send("y@far.test")
            try await world.wait("the second call") { second.arrived == 1 }
            first.open()
            try await world.wait("the first message's end") { try await world.test.queue.count() == 1 }
            second.open()
            // The clock stands still: nobody is sent home meanwhile.
            try await world.waitUntilEmpty()
        }
    }

    // MARK: Pages

    @Test func manyRecipientsComeInPages() async throws {
        let network = SimulatedNetwork(answer: { item in
            await Task.yield()
            return .delivered(item)
        })
        try await withOutbound(network) { world in
            let names = (0..<1000).map { "x\($0)@far.test" }
            let queueID = try await world.send(names)
            try await world.waitUntilEmpty()
            #expect(Set(network.reached) == Set(names))
            #expect(network.reached.count == names.count)
            #expect(network.now.inFlightMax <= Feed.inFlightMax * 3 / 2)
            #expect(network.now.sent.allSatisfy { $0.queueID.rawValue == queueID })
        }
    }

    // MARK: Trouble

    @Test func aDestinationThatCannotBeReachedIsTriedLater() async throws {
        let isDown = Mutex(true)
        let network = SimulatedNetwork(dial: { _ in isDown.withLock { $0 } ? .noAnswer : nil })
        try await withOutbound(network) { world in
            let first = try await world.send("x@far.test")
            try await world.wait("a failure") { try await world.entry(first)?.recipients.first?.attempts == 1 }
            let entry = try #require(try await world.entry(first)?.recipients.first)
            #expect(entry.lastReply == "no answer")
            #expect((300...330).contains(entry.nextAttempt - world.clock.now))
            // What comes meanwhile waits with it.
            try await world.send("y@far.test")
            world.look()
            world.clock.advance(200)
            world.look()
            #expect(network.now.dialed == ["far.test": 1])
            isDown.withLock { $0 = false }
            world.clock.advance(200)
            world.look()
            try await world.waitUntilEmpty()
        }
    }

    @Test func somebodyWhoKnowsBetterNeedNotWait() async throws {
        let isDown = Mutex(true)
        let network = SimulatedNetwork(dial: { _ in isDown.withLock { $0 } ? .noAnswer : nil })
        try await withOutbound(network) { world in
            let first = try await world.send("x@far.test")
            // An entry shows its destination's failure before its own is written.
            try await world.wait("a failure, written down") {
                guard try await world.entry(first)?.recipients.first?.attempts == 1 else { return false }
                return await world.outbound.feeds.isEmpty
            }
            isDown.withLock { $0 = false }
            // The clock stands still.
            _ = try await world.test.store.change { [clock = world.clock, signal = world.signal] in
                try MailQueue.retry(Self.queueID(first), at: clock.now, telling: signal, in: $0)
            }
            try await world.waitUntilEmpty()
        }
    }

    @Test func aDomainThatIsNoneComesBackAtOnce() async throws {
        let network = SimulatedNetwork(dial: { $0.hop.description == "none.test" ? .noSuchDomain : nil })
        try await withOutbound(network) { world in
            try await world.send("x@none.test", "y@none.test", "z@far.test", from: "s@senders.test")
            try await world.waitUntilEmpty()
            #expect(network.reached.sorted() == ["s@senders.test", "z@far.test"])
        }
    }

    @Test func mailForOursStaysHere() async throws {
        let network = SimulatedNetwork(ours: ["ours.test"])
        try await withOutbound(network) { world in
            try await world.send("x@ours.test", "y@far.test")
            try await world.waitUntilEmpty()
            #expect(network.now.dialed == ["here": 1, "far.test": 1])
        }
    }

    /// What became of a message cannot be written down: it is not sent again meanwhile.
    @Test func whatCannotBeWrittenIsNotSentAgain() async throws {
        let gate = Gate()
        let network = SimulatedNetwork(answer: { item in
            await gate.pass()
            return .delivered(item)
        })
        try await withOutbound(network) { world in
            try await world.send("x@far.test")
            try await world.wait("the message") { gate.arrived == 1 }
            _ = try await world.test.store.change {
                try $0.run(
                    "CREATE TRIGGER full BEFORE INSERT ON trace_event BEGIN SELECT RAISE(ABORT, 'disk full'); END")
            }
            gate.open()
            try await world.wait("the first attempt to write") { network.now.sent.count == 1 }
            for _ in 0..<50 {
                world.clock.advance(1000)
                world.look()
                try await Task.sleep(for: .milliseconds(2))
            }
            #expect(try await world.test.queue.count() == 1)
            _ = try await world.test.store.change { try $0.run("DROP TRIGGER full") }
            try await world.waitUntilEmpty()
            #expect(network.now.sent.count == 1)
        }
    }

    // MARK: Deadlines

    private static func shortLived() -> Outbound.Settings {
        var settings = Outbound.Settings()
        settings.schedule.delayNoticeSeconds = 100
        // Before what is put off is due again: what is on its way when its time comes is met a second later, and the
        // clock of these tests stands still.
        settings.schedule.expirySeconds = 250
        return settings
    }

    /// Nobody who gets a message is told that it was given up.
    @Test func whatIsOnItsWayIsNotGivenUp() async throws {
        let gate = Gate()
        let network = SimulatedNetwork(
            dial: { $0.hop.description == "dead.test" ? .noAnswer : nil },
            answer: { item in
                if item.destination == "far.test" { await gate.pass() }
                return .delivered(item)
            })
        try await withOutbound(network, Self.shortLived()) { world in
            try await world.send("x@far.test", from: "s@senders.test")
            try await world.wait("the message") { gate.arrived == 1 }
            world.clock.advance(5000)
            // Another message that is too old goes when deadlines are looked at.
            try await world.send(["y@dead.test"], at: world.clock.now - 4000)
            try await world.wait("the other's end") {
                // It may be on its way just then: the clock goes on.
                world.clock.advance(1)
                return try await world.test.queue.count() == 1
            }
            gate.open()
            try await world.waitUntilEmpty()
            #expect(network.reached == ["x@far.test"])
        }
    }

    @Test func whatIsTooOldIsGivenUp() async throws {
        let network = SimulatedNetwork(answer: { item in
            item.destination == "far.test" ? .deferred(item) : .delivered(item)
        })
        try await withOutbound(network, Self.shortLived()) { world in
            let first = try await world.send("x@far.test", from: "s@senders.test")
            try await world.wait("a deferral") { try await world.entry(first)?.recipients.first?.attempts == 1 }
            world.clock.advance(150)
            try await world.wait("word of the delay") { network.reached.count == 1 }
            world.clock.advance(130)
            try await world.waitUntilEmpty()
            #expect(network.reached == ["s@senders.test", "s@senders.test"])
        }
    }

    // MARK: By hand

    @Test func whatIsHeldOnItsWayIsNotTriedAgain() async throws {
        let gate = Gate()
        let isPutOff = Mutex(true)
        let network = SimulatedNetwork(answer: { item in
            await gate.pass()
            return isPutOff.withLock { $0 } ? .deferred(item) : .delivered(item)
        })
        try await withOutbound(network) { world in
            let first = try await world.send("x@far.test")
            try await world.wait("the message") { gate.arrived == 1 }
            _ = try await world.test.store.change { try MailQueue.hold(Self.queueID(first), in: $0) }
            gate.open()
            try await world.wait("a deferral") { try await world.entry(first)?.recipients.first?.attempts == 1 }
            world.clock.advance(100_000)
            world.look()
            try await world.send("y@far.test")
            try await world.wait("another message") { gate.arrived == 2 }
            #expect(try await world.entry(first)?.state == .held)
            isPutOff.withLock { $0 = false }
            _ = try await world.test.store.change { [clock = world.clock, signal = world.signal] in
                _ = try MailQueue.retryAll(at: clock.now, telling: signal, in: $0)
                return try MailQueue.retry(Self.queueID(first), at: clock.now, telling: signal, in: $0)
            }
            try await world.waitUntilEmpty()
            #expect(network.now.delivered.values.allSatisfy { $0 == 1 })
            #expect(network.now.sent.filter { $0.queueID.rawValue == first }.count == 2)
        }
    }

    @Test func whatIsRetriedOnItsWayGoesOnce() async throws {
        let gate = Gate()
        let network = SimulatedNetwork(answer: { item in
            await gate.pass()
            return .delivered(item)
        })
        try await withOutbound(network) { world in
            let first = try await world.send("x@far.test")
            try await world.wait("the message") { gate.arrived == 1 }
            for _ in 0..<5 {
                _ = try await world.test.store.change { [clock = world.clock, signal = world.signal] in
                    try MailQueue.retry(Self.queueID(first), at: clock.now, telling: signal, in: $0)
                }
                try await Task.sleep(for: .milliseconds(2))
            }
            gate.open()
            try await world.waitUntilEmpty()
            #expect(network.now.sent.count == 1)
        }
    }

    @Test func whatIsRemovedOnItsWayIsGone() async throws {
        let gate = Gate()
        let network = SimulatedNetwork(answer: { item in
            await gate.pass()
            return .deferred(item)
        })
        try await withOutbound(network) { world in
            let first = try await world.send("x@far.test")
            try await world.wait("the message") { gate.arrived == 1 }
            _ = try await world.test.store.change { [clock = world.clock] in
                try MailQueue.remove(Self.queueID(first), at: clock.now, in: $0)
            }
            gate.open()
            try await world.wait("the end") { try await world.test.queue.destinations(limit: 9) == [] }
            #expect(try await world.test.queue.count() == 0)
        }
    }

    // MARK: The end

    @Test func aStopWaitsForWhatIsOnItsWay() async throws {
        let gate = Gate()
        let network = SimulatedNetwork(answer: { item in
            if item.destination == "slow.test" { await gate.pass() }
            return .delivered(item)
        })
        try await withTestStore { test in
            let world = try OutboundWorld(test, network, .init(), .init())
            let run = Task { await world.outbound.run() }
            try await world.send("x@idle.test")
            try await world.waitUntilEmpty()
            for number in 0..<20 { try await world.send("x\(number)@slow.test") }
            try await world.wait("some on their way") { gate.arrived == 5 }
            await world.outbound.stop()
            try await world.wait("a leave") { network.now.open["idle.test"] == 0 }
            #expect(network.now.open["slow.test"] == 5)
            gate.open()
            await run.value
            // Nothing more was begun, and nothing is lost.
            #expect(network.now.sent.count == 6)
            #expect(try await test.queue.count() == 15)
            #expect(network.now.open.values.allSatisfy { $0 == 0 })
        }
    }

    @Test func whatIsCancelledEnds() async throws {
        let network = SimulatedNetwork()
        try await withTestStore { test in
            let world = try OutboundWorld(test, network, .init(), .init())
            let run = Task { await world.outbound.run() }
            try await world.send("x@idle.test")
            try await world.waitUntilEmpty()
            #expect(network.now.open == ["idle.test": 1])
            run.cancel()
            await run.value
            #expect(network.now.open == ["idle.test": 0])
        }
    }

    @Test func whatWaitedWhenTheServerStoppedGoesOn() async throws {
        let network = SimulatedNetwork()
        try await withTestStore { test in
            let world = try OutboundWorld(test, network, .init(), .init())
            for number in 0..<20 { try await world.send("x\(number)@far.test") }
            let again = try OutboundWorld(test, network, .init(), .init())
            again.signal.raise()
            let run = Task { await again.outbound.run() }
            try await again.waitUntilEmpty()
            await again.outbound.stop()
            await run.value
            #expect(Set(network.reached).count == 20)
        }
    }
}
