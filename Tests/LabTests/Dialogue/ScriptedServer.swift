import MailCore
import NIOCore
import NIOPosix
import Testing

/// A server on loopback that answers each line with what the script has for its first word.
struct ScriptedServer {
    private let channel: any Channel

    /// - Parameter script: replies by word; a missing one closes the connection. `""` is the greeting, `.` the end of the data.
    init(_ script: [String: String]) async throws {
        channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(ScriptHandler(script))
                }
            }.bind(host: "127.0.0.1", port: 0).get()
    }

    var endpoint: SocketEndpoint {
        get throws {
            let port = try #require(channel.localAddress?.port)
            return try #require(SocketEndpoint("127.0.0.1:\(port)", defaultPort: 25))
        }
    }

    func close() async throws { try await channel.close() }
}

private final class ScriptHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let script: [String: String]
    private var unread = ""
    private var isData = false

    init(_ script: [String: String]) { self.script = script }

    func channelActive(context: ChannelHandlerContext) { answer("", context) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        unread += String(buffer: unwrapInboundIn(data))
        while let end = unread.firstIndex(of: "\r\n") {
            let line = unread[..<end]
            unread = String(unread[unread.index(after: end)...])
            if isData, line != "." { continue }
            isData = line == "DATA"
            answer(line == "." ? "." : String(line.prefix { $0 != " " && $0 != ":" }), context)
        }
    }

    private func answer(_ word: String, _ context: ChannelHandlerContext) {
        guard let reply = script[word] else {
            context.close(promise: nil)
            return
        }
        context.channel.writeAndFlush(context.channel.allocator.buffer(string: reply + "\r\n"), promise: nil)
    }
}
