package import NIOCore
import NIOPosix
import NIOSSL
package import Testing

/// A client that says lines and hears text.
package struct LoopbackClient: Sendable {
    package let channel: any Channel
    private let collector: Collector

    package static func connect(
        _ address: SocketAddress, receiveBufferOctets: Int? = nil
    ) async throws -> LoopbackClient {
        let collector = Collector()
        var bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(CollectingHandler(collector))
                }
            }
        if let receiveBufferOctets {
            bootstrap = bootstrap.channelOption(
                .socketOption(.so_rcvbuf), value: SocketOptionValue(receiveBufferOctets))
        }
        return LoopbackClient(channel: try await bootstrap.connect(to: address).get(), collector: collector)
    }

    package func say(_ text: String) async throws {
        try await channel.writeAndFlush(ByteBuffer(string: text)).get()
    }

    /// Everything up to and with `mark`; up to the end when it does not come.
    package func hear(_ mark: String) async -> String {
        await collector.take(until: Array(mark.utf8))
    }

    /// Everything to the end of the connection.
    package func hearAll() async -> String {
        await hear("\u{0}")
    }

    /// Says nothing more; the server hears an end of input.
    package func finishSpeaking() async throws {
        try await channel.close(mode: .output).get()
    }

    package func close() async throws {
        try await channel.close().get()
    }

    /// The client's half of STARTTLS.
    package func secure() async throws {
        try await channel.eventLoop.submit {
            var configuration = TLSConfiguration.makeClientConfiguration()
            configuration.certificateVerification = .none
            let handler = try NIOSSLClientHandler(
                context: NIOSSLContext(configuration: configuration), serverHostname: nil)
            try channel.pipeline.syncOperations.addHandler(handler, position: .first)
        }.get()
    }

    /// Plays a dialogue: `C:` lines are said, those in a row at once; each `S:` line is one that the server says, where
    /// `*` stands for anything.
    package func play(_ script: String, sourceLocation: SourceLocation = #_sourceLocation) async throws {
        var pending = ""
        for line in script.split(separator: "\n", omittingEmptySubsequences: true) {
            if line.hasPrefix("C:") {
                pending += line.dropFirst(line.hasPrefix("C: ") ? 3 : 2) + "\r\n"
                continue
            }
            if !pending.isEmpty { try await say(pending) }
            pending = ""
            let heard = await hear("\r\n")
            let expected = String(line.dropFirst(3))
            #expect(
                heard.hasSuffix("\r\n") && matches(heard.dropLast(), expected),
                "expected \(expected), heard \(heard)", sourceLocation: sourceLocation)
        }
        if !pending.isEmpty { try await say(pending) }
    }

    private func matches(_ text: Substring, _ pattern: String) -> Bool {
        var rest = text
        let pieces = pattern.split(separator: "*", omittingEmptySubsequences: false)
        for (index, piece) in pieces.enumerated() {
            if index == 0 {
                guard rest.hasPrefix(piece) else { return false }
                rest = rest.dropFirst(piece.count)
            } else if index == pieces.count - 1, !piece.isEmpty {
                return rest.hasSuffix(piece)
            } else if !piece.isEmpty {
                guard let range = rest.firstRange(of: piece) else { return false }
                rest = rest[range.upperBound...]
            }
        }
        return pieces.count > 1 || rest.isEmpty
    }
}

private actor Collector {
    private var octets: [UInt8] = []
    private var searched = 0
    private var isEnded = false
    private var waiting: CheckedContinuation<Void, Never>?

    func add(_ more: [UInt8]) {
        octets += more
        wake()
    }

    func end() {
        isEnded = true
        wake()
    }

    private func wake() {
        waiting?.resume()
        waiting = nil
    }

    func take(until mark: [UInt8]) async -> String {
        while true {
            if let found = position(of: mark) {
                defer {
                    octets.removeSubrange(..<(found + mark.count))
                    searched = 0
                }
                return String(decoding: octets[..<(found + mark.count)], as: UTF8.self)
            }
            if isEnded {
                defer { octets = [] }
                return String(decoding: octets, as: UTF8.self)
            }
            searched = max(0, octets.count - mark.count)
            await withCheckedContinuation { waiting = $0 }
        }
    }

    private func position(of mark: [UInt8]) -> Int? {
        octets.withUnsafeBufferPointer { octets in
            var index = searched
            while index + mark.count <= octets.count {
                if octets[index] == mark[0], octets[index..<(index + mark.count)].elementsEqual(mark) { return index }
                index += 1
            }
            return nil
        }
    }
}

private final class CollectingHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    private let events = AsyncStream.makeStream(of: [UInt8].self)

    init(_ collector: Collector) {
        let stream = events.stream
        Task {
            for await octets in stream { await collector.add(octets) }
            await collector.end()
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        events.continuation.yield(Array(unwrapInboundIn(data).readableBytesView))
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case ChannelEvent.inputClosed = event { context.close(promise: nil) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        events.continuation.finish()
    }
}
