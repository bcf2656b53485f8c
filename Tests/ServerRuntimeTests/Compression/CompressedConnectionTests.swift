import NIOCore
import NIOEmbedded
import NIOSSL
import Synchronization
import Testing

@testable import ServerRuntime

/// A compressed connection and its client, back to back in memory, with TLS below or without.
private final class CompressedPair {
    let world = ToyWorld()
    let channel = EmbeddedChannel()
    let loop: LoopConnections
    let handler: ConnectionHandler<ToySession>
    let reads = ReadCounter()
    private var deflater = Deflater()
    private var inflater = Inflater()

    init(limits: ConnectionLimits = ConnectionLimits()) throws {
        loop = LoopConnections(channel.eventLoop)
        handler = ConnectionHandler(
            session: ToySession(world, ConnectionInfo(id: SessionID(), listener: "toy", peer: nil, local: nil)),
            loop: loop, limits: limits, tls: .none, metrics: ServerMetrics(listener: "toy"))
        try channel.pipeline.syncOperations.addHandlers(reads, handler)
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
    }

    func deflated(_ text: String, _ flush: Deflater.Flush = .now) -> ByteBuffer {
        deflater.deflate(ByteBuffer(string: text), flush)
    }

    /// The next octets on the wire.
    func wire() throws -> ByteBuffer {
        channel.embeddedEventLoop.run()
        var octets = ByteBuffer()
        while var part = try channel.readOutbound(as: ByteBuffer.self) { octets.writeBuffer(&part) }
        return octets
    }

    func begin() throws {
        try channel.writeInbound(ByteBuffer(string: "DEFLATE\n"))
        #expect(try String(buffer: wire()) == "HELLO\r\nSQUEEZE\r\n")
    }

    func say(_ text: String) throws {
        try channel.writeInbound(deflated(text))
    }

    func heard() throws -> String {
        var octets = try wire()
        return try inflated(&octets)
    }

    func inflated(_ octets: inout ByteBuffer) throws -> String {
        var text = [UInt8]()
        while octets.readableBytes > 0 || inflater.hasMore {
            var room = [UInt8](repeating: 0, count: 4096)
            let count = try room.withUnsafeMutableBytes { try inflater.inflate(&octets, into: $0) }
            text += room.prefix(count)
        }
        return String(decoding: text, as: UTF8.self)
    }

    var ended: [SessionEnd] { world.ended.withLock { $0 } }
}

/// What NIO is let read.
private final class ReadCounter: ChannelOutboundHandler {
    typealias OutboundIn = ByteBuffer
    private(set) var reads = 0
    private(set) var flushes = 0

    func read(context: ChannelHandlerContext) {
        reads += 1
        context.read()
    }

    func flush(context: ChannelHandlerContext) {
        flushes += 1
        context.flush()
    }
}

@Suite struct CompressedConnectionTests {
    @Test func bothDirections() throws {
        let pair = try CompressedPair()
        try pair.begin()
        try pair.say("ECHO one\nLATER two\n")
        #expect(try pair.heard() == "one\r\ntwo\r\n")
        try pair.say("ECHO three\nQUIT\n")
        #expect(try pair.heard() == "three\r\nBYE\r\n")
    }

    @Test func octetsBehindTheCommandAreInflated() throws {
        let pair = try CompressedPair()
        var octets = ByteBuffer(string: "ECHO plain\nDEFLATE\n")
        octets.writeImmutableBuffer(pair.deflated("ECHO squeezed\nLATER too\n"))
        try pair.channel.writeInbound(octets)
        var heard = try pair.wire()
        let plain = "HELLO\r\nplain\r\nSQUEEZE\r\n"
        #expect(heard.readString(length: plain.utf8.count) == plain)
        #expect(try pair.inflated(&heard) == "squeezed\r\ntoo\r\n")
    }

    @Test func octetByOctetAndRandomlySplit() throws {
        var generator = SplitMix(seed: 11)
        let script = (0..<60).map { "ECHO \($0)\nLATER x\($0)\n" }.joined()
        let answer = (0..<60).map { "\($0)\r\nx\($0)\r\n" }.joined()
        for round in 0..<20 {
            let pair = try CompressedPair()
            try pair.begin()
            var heard = ""
            for line in script.split(separator: "\n") {
                var octets = pair.deflated(line + "\n", line.hasSuffix("9") ? .now : .later)
                while octets.readableBytes > 0 {
                    let length = round == 0 ? 1 : Int.random(in: 1...20, using: &generator)
                    try pair.channel.writeInbound(octets.readSlice(length: min(length, octets.readableBytes)))
                }
                if round.isMultiple(of: 3) { heard += try pair.heard() }
            }
            heard += try pair.heard()
            #expect(heard == answer)
        }
    }

    @Test func aBatchOfRepliesIsOneFlushAndOneBlock() throws {
        let pair = try CompressedPair()
        try pair.begin()
        let before = pair.reads.flushes
        try pair.say(String(repeating: "ECHO a\nLATER b\n", count: 50))
        var wire = try pair.wire()
        #expect(pair.reads.flushes == before + 1)
        // RFC 1951 §3.2.4, as zlib ends a sync flush: an empty block of stored octets.
        #expect(wire.readableBytesView.suffix(4).elementsEqual([0, 0, 0xFF, 0xFF]))
        #expect(wire.readableBytes < 60)
        #expect(try pair.inflated(&wire) == String(repeating: "a\r\nb\r\n", count: 50))
    }

    @Test func longAnswersArriveWhole() throws {
        let pair = try CompressedPair()
        try pair.begin()
        try pair.say("ECHO begin\nPIECES 100\nECHO end\n")
        #expect(try pair.heard() == "begin\r\n" + String(repeating: "x", count: 100 * 16 * 1024) + "\r\nend\r\n")
    }

    @Test func aBombGrowsNothing() throws {
        let pair = try CompressedPair()
        try pair.begin()
        try pair.say("WAIT\nEAT\n")
        // 64 MiB, which deflate to a thousandth.
        let bomb = pair.deflated(String(repeating: "0", count: 64 << 20))
        var rest = bomb
        while let part = rest.readSlice(length: min(rest.readableBytes, 16 << 10)), part.readableBytes > 0 {
            try pair.channel.writeInbound(part)
        }
        #expect(pair.handler.input.readableBytes <= "EAT\n".utf8.count)
        #expect(pair.handler.heldInputBytes <= bomb.readableBytes + 64)
        pair.world.open()
        pair.channel.embeddedEventLoop.run()
        #expect(pair.world.taken.load(ordering: .relaxed) == 64 << 20)
        #expect(pair.handler.input.capacity == 0)
    }

    @Test func aLineOfABombIsRefusedAtItsLimit() throws {
        let pair = try CompressedPair()
        try pair.begin()
        try pair.say(String(repeating: "0", count: 16 << 20))
        #expect(try pair.heard() == "FAREWELL overflow\r\n")
        #expect(pair.handler.input.capacity <= 2 * ConnectionLimits().inputBytesMax)
    }

    @Test func whoSendsMoreThanIsTakenIsNotRead() throws {
        let pair = try CompressedPair()
        try pair.begin()
        try pair.say("WAIT\n")
        // What does not deflate.
        var generator = SplitMix(seed: 3)
        let noise = (0..<(96 << 10)).map { _ in UInt8.random(in: 0...255, using: &generator) }
        let before = pair.reads.reads
        try pair.channel.writeInbound(ByteBuffer(bytes: noise))
        pair.channel.pipeline.read()
        pair.channel.pipeline.read()
        #expect(pair.reads.reads == before)
    }

    @Test func whatCannotBeInflatedEndsTheConnection() throws {
        let pair = try CompressedPair()
        try pair.begin()
        try pair.say("ECHO fine\n")
        #expect(try pair.heard() == "fine\r\n")
        try pair.channel.writeInbound(ByteBuffer(string: "ECHO in the clear\n"))
        #expect(try pair.heard() == "FAREWELL corruptedInput\r\n")
        pair.channel.embeddedEventLoop.advanceTime(by: .seconds(15))
        #expect(pair.ended == [.dismissed(.corruptedInput)])
    }

    @Test func octetsBehindTheLastBlockEndTheConnection() throws {
        let pair = try CompressedPair()
        try pair.begin()
        // RFC 1951 §3.2.3: the last block, stored, with nothing in it.
        try pair.channel.writeInbound(ByteBuffer(bytes: [1, 0, 0, 0xFF, 0xFF]))
        #expect(try pair.heard() == "")
        try pair.say("ECHO more\n")
        #expect(try pair.heard() == "FAREWELL corruptedInput\r\n")
    }

    @Test func everyOctetChangedIsAnErrorOrText() throws {
        let original = try CompressedPair().deflated("ECHO one\nECHO two\nLATER three\n")
        for index in 0..<original.readableBytes {
            for bit in 0..<8 {
                let pair = try CompressedPair()
                try pair.begin()
                var octets = original
                let octet = try #require(octets.getInteger(at: index, as: UInt8.self))
                octets.setInteger(octet ^ (1 << UInt8(bit)), at: index)
                try pair.channel.writeInbound(octets)
                _ = try pair.heard()
                #expect(pair.handler.input.readableBytes <= octets.readableBytes * 258)
            }
        }
    }

    @Test func anIdleConnectionKeepsOnlyWhatThePeerMayReferTo() throws {
        let pair = try CompressedPair()
        try pair.begin()
        try pair.say("ECHO the same words\n")
        #expect(try pair.heard() == "the same words\r\n")
        let compression = try #require(pair.handler.compression)
        #expect(!compression.isResting)
        pair.channel.embeddedEventLoop.advanceTime(by: .seconds(3))
        #expect(compression.isResting)
        // The client's deflater refers to what it said before.
        try pair.say("ECHO the same words\nECHO the same words\n")
        #expect(try pair.heard() == "the same words\r\nthe same words\r\n")
        #expect(!compression.isResting)
    }

    @Test func restsAnywhereInALongTalk() throws {
        var generator = SplitMix(seed: 5)
        let pair = try CompressedPair()
        try pair.begin()
        for _ in 0..<300 {
            let word = String(repeating: "word \(Int.random(in: 0..<50, using: &generator)) ", count: 40)
            try pair.say("ECHO \(word)\n")
            if Int.random(in: 0..<3, using: &generator) == 0 {
                pair.channel.embeddedEventLoop.advanceTime(by: .seconds(3))
            }
            #expect(try pair.heard() == word + "\r\n")
        }
    }

    @Test func doesNotRestWithinABlock() throws {
        let pair = try CompressedPair()
        try pair.begin()
        var octets = pair.deflated("ECHO first\nECHO second\n")
        try pair.channel.writeInbound(octets.readSlice(length: 7))
        pair.channel.embeddedEventLoop.advanceTime(by: .seconds(5))
        try pair.channel.writeInbound(octets)
        #expect(try pair.heard() == "first\r\nsecond\r\n")
    }

    @Test func farewellsAreDeflated() throws {
        let pair = try CompressedPair()
        try pair.begin()
        _ = pair.loop.drain()
        #expect(try pair.heard() == "FAREWELL shutdown\r\n")
    }

    @Test func theEndOfTheInputIsHeardBehindAllOfIt() throws {
        let pair = try CompressedPair()
        try pair.begin()
        pair.channel.allowRemoteHalfClosure = true
        try pair.channel.writeInbound(pair.deflated("ECHO last\n"))
        pair.channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        #expect(try pair.heard() == "last\r\n")
    }
}
