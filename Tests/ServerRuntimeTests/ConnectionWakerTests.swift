import NIOCore
import NIOEmbedded
import Synchronization
import Testing

@testable import ServerRuntime

/// A woken session without a network, whose clock the test turns.
private struct Rig {
    let world = ToyWorld()
    let channel = EmbeddedChannel()
    let loop: LoopConnections
    let waker: ConnectionWaker

    init() throws {
        loop = LoopConnections(channel.eventLoop)
        waker = ConnectionWaker(channel.eventLoop)
        let info = ConnectionInfo(id: SessionID(), listener: "toy", peer: nil, local: nil, waker: waker)
        let handler = ConnectionHandler(
            session: ToySession(world, info), loop: loop, limits: ConnectionLimits(), tls: .none,
            metrics: ServerMetrics(listener: "toy"), waker: info.waker)
        try channel.pipeline.syncOperations.addHandler(handler)
    }

    func open() throws {
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
    }

    func say(_ text: String) throws {
        try channel.writeInbound(ByteBuffer(string: text))
    }

    /// Lets the loop do what waits, and tells all that was written since the last call.
    func heard() throws -> String {
        channel.embeddedEventLoop.run()
        var text = ""
        while let part = try channel.readOutbound(as: ByteBuffer.self) { text += String(buffer: part) }
        return text
    }
}

@Suite struct ConnectionWakerTests {
    @Test func callsTheSessionOnceForManyWakes() throws {
        let rig = try Rig()
        try rig.open()
        #expect(try rig.heard() == "HELLO\r\n")
        for _ in 0..<100 { rig.waker.wake() }
        #expect(try rig.channel.readOutbound(as: ByteBuffer.self) == nil)
        #expect(try rig.heard() == "NEWS\r\n")
        #expect(try rig.heard() == "")
        rig.waker.wake()
        #expect(try rig.heard() == "NEWS\r\n")
    }

    @Test func waitsForTheGreeting() throws {
        let rig = try Rig()
        rig.waker.wake()
        #expect(try rig.heard() == "")
        try rig.open()
        #expect(try rig.heard() == "HELLO\r\n")
        rig.waker.wake()
        #expect(try rig.heard() == "NEWS\r\n")
    }

    @Test func comesRightAfterTheWorkThatRuns() throws {
        let rig = try Rig()
        try rig.open()
        _ = try rig.heard()
        try rig.say("WAIT\nECHO after\n")
        rig.waker.wake()
        #expect(try rig.heard() == "")
        rig.waker.wake()
        rig.world.open()
        #expect(try rig.heard() == "WAITED\r\nNEWS\r\nafter\r\n")
    }

    @Test func mayAskForWork() throws {
        let rig = try Rig()
        try rig.open()
        _ = try rig.heard()
        try rig.say("ASKING\n")
        rig.waker.wake()
        #expect(try rig.heard() == "")
        #expect(rig.world.waitingCount == 1)
        // Woken again and spoken to meanwhile.
        rig.waker.wake()
        try rig.say("ECHO later\n")
        #expect(try rig.heard() == "")
        rig.world.open()
        #expect(try rig.heard() == "NEWS\r\n")
        rig.world.open()
        #expect(try rig.heard() == "NEWS\r\nlater\r\n")
    }

    @Test(arguments: ["", "ASKING\n"])
    func isNoSignOfLifeFromThePeer(_ mode: String) throws {
        let rig = try Rig()
        try rig.open()
        try rig.say(mode)
        for _ in 0..<5 {
            rig.channel.embeddedEventLoop.advanceTime(by: .seconds(11))
            rig.waker.wake()
            _ = try rig.heard()
            rig.world.open()
            #expect(try rig.heard().hasPrefix(mode.isEmpty ? "" : "NEWS"))
        }
        rig.channel.embeddedEventLoop.advanceTime(by: .seconds(6))
        #expect(try rig.heard() == "FAREWELL readTimeout\r\n")
    }

    @Test func waitsForAPeerThatDoesNotRead() throws {
        let rig = try Rig()
        try rig.open()
        _ = try rig.heard()
        rig.channel.isWritable = false
        rig.waker.wake()
        #expect(try rig.heard() == "")
        rig.channel.isWritable = true
        rig.channel.pipeline.fireChannelWritabilityChanged()
        #expect(try rig.heard() == "NEWS\r\n")
    }

    @Test func doesNothingAfterTheEnd() throws {
        let rig = try Rig()
        try rig.open()
        rig.waker.wake()
        rig.channel.close(promise: nil)
        rig.channel.embeddedEventLoop.run()
        #expect(rig.world.ended.withLock { $0 } == [.peerClosed])
        rig.waker.wake()
        rig.channel.embeddedEventLoop.run()
    }

    @Test func doesNotKeepTheConnection() throws {
        let rig = try Rig()
        try rig.open()
        weak let handler = try rig.channel.pipeline.syncOperations.handler(type: ConnectionHandler<ToySession>.self)
        #expect(handler != nil)
        rig.channel.close(promise: nil)
        rig.channel.embeddedEventLoop.run()
        #expect(handler == nil)
    }
}
