import NIOCore
import NIOEmbedded
import Synchronization
import Testing

@testable import ServerRuntime

/// The driver without a network: an embedded channel whose clock the test turns.
private struct Rig {
    let world = ToyWorld()
    let channel = EmbeddedChannel()
    let loop: LoopConnections
    let flushes = FlushCounter()

    init(limits: ConnectionLimits = ConnectionLimits()) throws {
        loop = LoopConnections(channel.eventLoop)
        let info = ConnectionInfo(id: SessionID(), listener: "toy", peer: nil, local: nil)
        let handler = ConnectionHandler(
            session: ToySession(world, info), loop: loop, limits: limits, tls: .none,
            metrics: ServerMetrics(listener: "toy"))
        try channel.pipeline.syncOperations.addHandlers(flushes, handler)
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
    }

    func say(_ text: String) throws {
        try channel.writeInbound(ByteBuffer(string: text))
    }

    /// All that was written since the last call.
    func heard() throws -> String {
        var text = ""
        while let part = try channel.readOutbound(as: ByteBuffer.self) { text += String(buffer: part) }
        return text
    }

    func pass(seconds: Int64) {
        channel.embeddedEventLoop.advanceTime(by: .seconds(seconds))
    }

    var ended: [SessionEnd] { world.ended.withLock { $0 } }
}

/// Counts what reaches the socket.
private final class FlushCounter: ChannelOutboundHandler {
    typealias OutboundIn = ByteBuffer
    private(set) var count = 0

    func flush(context: ChannelHandlerContext) {
        count += 1
        context.flush()
    }
}

@Suite struct ConnectionHandlerTests {
    @Test func greetsAndAnswers() throws {
        let rig = try Rig()
        #expect(try rig.heard() == "HELLO\r\n")
        try rig.say("ECHO a\nLATER b\n")
        #expect(try rig.heard() == "a\r\nb\r\n")
        try rig.say("QUIT\nECHO never\n")
        #expect(try rig.heard() == "BYE\r\n")
    }

    @Test func pipelinedRepliesShareAFlush() throws {
        let rig = try Rig()
        _ = try rig.heard()
        let before = rig.flushes.count
        try rig.say(String(repeating: "ECHO a\nLATER b\n", count: 50))
        #expect(try rig.heard() == String(repeating: "a\r\nb\r\n", count: 50))
        #expect(rig.flushes.count == before + 1)
    }

    @Test func octetByOctet() throws {
        let rig = try Rig()
        _ = try rig.heard()
        for octet in "ECHO one\nLATER two\nQUIT\n" { try rig.say(String(octet)) }
        #expect(try rig.heard() == "one\r\ntwo\r\nBYE\r\n")
    }

    @Test func randomlySplit() throws {
        var generator = SplitMix(seed: 7)
        let script = (0..<40).map { "ECHO \($0)\nLATER x\($0)\n" }.joined()
        let answer = (0..<40).map { "\($0)\r\nx\($0)\r\n" }.joined()
        for _ in 0..<20 {
            let rig = try Rig()
            _ = try rig.heard()
            var rest = script[...]
            while !rest.isEmpty {
                let length = Int.random(in: 1...30, using: &generator)
                try rig.say(String(rest.prefix(length)))
                rest = rest.dropFirst(length)
            }
            #expect(try rig.heard() == answer)
        }
    }

    @Test func whileItWaitsTheSessionGetsNothing() throws {
        let rig = try Rig()
        _ = try rig.heard()
        try rig.say("ECHO before\nWAIT\nECHO after\n")
        #expect(try rig.heard() == "before\r\n")
        #expect(rig.world.waitingCount == 1)
        try rig.say("ECHO later\n")
        #expect(try rig.heard() == "")
        rig.world.open()
        rig.channel.embeddedEventLoop.run()
        #expect(try rig.heard() == "WAITED\r\nafter\r\nlater\r\n")
    }

    @Test func aLostConnectionCancelsTheWorkAndEndsOnce() throws {
        let rig = try Rig()
        try rig.say("WAIT\n")
        rig.channel.close(promise: nil)
        rig.channel.embeddedEventLoop.run()
        #expect(rig.ended.isEmpty)
        rig.world.open()
        rig.channel.embeddedEventLoop.run()
        #expect(rig.ended == [.peerClosed])
        #expect(rig.loop.count == 0)
    }

    @Test func silenceEndsTheSession() throws {
        let rig = try Rig()
        _ = try rig.heard()
        rig.pass(seconds: 50)
        try rig.say("ECHO a\n")
        rig.pass(seconds: 50)
        #expect(try rig.heard() == "a\r\n")
        rig.pass(seconds: 15)
        #expect(try rig.heard() == "FAREWELL readTimeout\r\n")
        rig.pass(seconds: 15)
        #expect(rig.ended == [.dismissed(.readTimeout)])
    }

    @Test func drippingOctetsIsNoProgress() throws {
        let rig = try Rig()
        _ = try rig.heard()
        for _ in 0..<7 {
            try rig.say("E")
            rig.pass(seconds: 10)
        }
        #expect(try rig.heard() == "FAREWELL readTimeout\r\n")
    }

    @Test func aSlowBodyIsProgress() throws {
        let rig = try Rig()
        _ = try rig.heard()
        for _ in 0..<20 {
            try rig.say(String(repeating: "E", count: 1024))
            rig.pass(seconds: 40)
        }
        #expect(try rig.heard() == "")
    }

    @Test func inputThatTheSessionDoesNotTakeEndsIt() throws {
        var limits = ConnectionLimits()
        limits.inputBytesMax = 100
        let rig = try Rig(limits: limits)
        _ = try rig.heard()
        try rig.say(String(repeating: "E", count: 101))
        #expect(try rig.heard() == "FAREWELL overflow\r\n")
    }

    @Test func workIsNotTimedByTheReadTimeout() throws {
        let rig = try Rig()
        _ = try rig.heard()
        try rig.say("WAIT\n")
        rig.pass(seconds: 3600)
        #expect(try rig.heard() == "")
        rig.world.open()
        rig.channel.embeddedEventLoop.run()
        #expect(try rig.heard() == "WAITED\r\n")
    }

    @Test func aSessionHasALifetime() throws {
        var limits = ConnectionLimits()
        limits.sessionSecondsMax = 100
        let rig = try Rig(limits: limits)
        _ = try rig.heard()
        rig.pass(seconds: 55)
        try rig.say("ECHO a\n")
        rig.pass(seconds: 50)
        #expect(try rig.heard() == "a\r\nFAREWELL lifetime\r\n")
    }

    @Test func drainingDismissesTheIdleAndWaitsForTheOthers() throws {
        let idle = try Rig()
        _ = try idle.heard()
        _ = idle.loop.drain()
        #expect(try idle.heard() == "FAREWELL shutdown\r\n")

        let busy = try Rig()
        _ = try busy.heard()
        try busy.say("BEGIN\n")
        let drained = busy.loop.drain()
        let isDrained = Atomic(false)
        drained.whenComplete { _ in isDrained.store(true, ordering: .relaxed) }
        #expect(try busy.heard() == "OK\r\n")
        try busy.say("ECHO a\nEND\n")
        #expect(try busy.heard() == "a\r\nOK\r\nFAREWELL shutdown\r\n")
        busy.pass(seconds: 30)
        let wasDrained = isDrained.load(ordering: .relaxed)
        #expect(wasDrained)
        #expect(busy.ended == [.dismissed(.shutdown)])
    }

    @Test func startTLSWithoutTLSCloses() throws {
        let rig = try Rig()
        _ = try rig.heard()
        try rig.say("STARTTLS\nECHO a\n")
        #expect(try rig.heard() == "GO\r\n")
        rig.pass(seconds: 30)
        #expect(rig.ended == [.handshakeFailed])
    }

    @Test func aPeerThatDoesNotReadStopsTheWriterAndIsCutInTheEnd() throws {
        let rig = try Rig()
        _ = try rig.heard()
        rig.channel.isWritable = false
        try rig.say("PIECES 10\n")
        #expect(rig.world.piecesWritten.load(ordering: .relaxed) == 0)
        rig.channel.isWritable = true
        rig.channel.pipeline.fireChannelWritabilityChanged()
        rig.channel.embeddedEventLoop.run()
        #expect(rig.world.piecesWritten.load(ordering: .relaxed) == 10)

        let stuck = try Rig()
        stuck.channel.isWritable = false
        try stuck.say("PIECES 10\n")
        stuck.pass(seconds: 200)
        stuck.channel.embeddedEventLoop.run()
        #expect(stuck.ended == [.writeTimeout])
    }
}

/// A small seeded generator.
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
