import AgentTestSupport
import HTTPService
import Hummingbird
import Logging
import NIOCore
import NIOPosix

@testable import JMAPServer

/// Runs a listener on a free port for the routes, and `body` with its address; ends it as a stop of the server does.
func withHTTPListener<Value: Sendable>(
    _ add: (Router<HTTPServer.Context>) -> Void, _ body: @escaping @Sendable (SocketAddress) async throws -> Value
) async throws -> Value {
    let router = HTTPServer.makeRouter()
    add(router)
    let (addresses, found) = AsyncStream.makeStream(of: SocketAddress.self)
    let server = HTTPServer(
        router: router, host: "127.0.0.1", port: 0, group: MultiThreadedEventLoopGroup.singleton,
        logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
        onListening: { address in
            if let address { found.yield(address) }
            found.finish()
        })
    return try await withThrowingTaskGroup(of: Value?.self) { group in
        group.addTask {
            try await server.run()
            return nil
        }
        group.addTask {
            for await address in addresses { return try await body(address) }
            return nil
        }
        defer { group.cancelAll() }
        while let value = try await group.next() {
            if let value { return value }
        }
        throw NoListener()
    }
}

struct NoListener: Error {}

/// What a server answers.
struct HTTPAnswer: Sendable {
    var status: Int
    /// Names in lower case.
    var headers: [String: String]
    var body: [UInt8]

    init(_ octets: [UInt8]) {
        let end = octets.firstRange(of: Array("\r\n\r\n".utf8))
        let head = String(decoding: octets[..<(end?.lowerBound ?? octets.endIndex)], as: UTF8.self)
        let lines = head.split(separator: "\r\n")
        status = lines.first.flatMap { Int($0.split(separator: " ").dropFirst().first ?? "") } ?? 0
        headers = [:]
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { continue }
            let value = line[line.index(after: colon)...].drop { $0 == " " }
            headers[line[..<colon].lowercased()] = String(value)
        }
        body = end.map { Array(octets[$0.upperBound...]) } ?? []
        if headers["transfer-encoding"] == "chunked" { body = HTTPAnswer.unchunked(body) }
    }

    var text: String { String(decoding: body, as: UTF8.self) }

    private static func unchunked(_ octets: [UInt8]) -> [UInt8] {
        var rest = octets[...]
        var body: [UInt8] = []
        while let end = rest.firstRange(of: Array("\r\n".utf8)) {
            guard let count = Int(String(decoding: rest[..<end.lowerBound], as: UTF8.self), radix: 16), count > 0
            else { break }
            body += rest[end.upperBound...].prefix(count)
            rest = rest[end.upperBound...].dropFirst(count + 2)
        }
        return body
    }
}

/// Sends a request, and reads all that comes back.
func exchange(_ head: String, body: [UInt8] = [], at address: SocketAddress) async throws -> HTTPAnswer {
    let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        .connect(to: address) { channel in
            channel.eventLoop.makeCompletedFuture {
                try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
            }
        }
    return try await channel.executeThenClose { inbound, outbound in
        var request = ByteBuffer(string: head + "\r\nHost: a.test\r\nConnection: close\r\n")
        if !body.isEmpty, !head.contains("Transfer-Encoding") {
            request.writeString("Content-Length: \(body.count)\r\n")
        }
        request.writeString("\r\n")
        request.writeBytes(body)
        try await outbound.write(request)
        var octets: [UInt8] = []
        for try await part in inbound { octets += part.readableBytesView }
        return HTTPAnswer(octets)
    }
}
