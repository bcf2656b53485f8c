import HTTPService
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import NIOPosix
import Testing

@testable import Webmail

@Suite(.timeLimit(.minutes(1))) struct WebmailRoutesTests {
    private static let bundle = WebmailBundle(assets: [
        "/": WebmailAsset(type: "text/html", tag: "\"page\"", plain: ByteBuffer(string: "<p>page")),
        "/frame.html": WebmailAsset(type: "text/html", tag: "\"frame\"", plain: ByteBuffer(string: "<p>")),
        "/frame-images.html": WebmailAsset(type: "text/html", tag: "\"frame\"", plain: ByteBuffer(string: "<p>")),
        "/assets/app-1.js": WebmailAsset(
            type: "text/javascript; charset=utf-8", tag: "\"one\"", plain: ByteBuffer(string: "plain"),
            compressed: [.gzip: ByteBuffer(string: "zipped"), .brotli: ByteBuffer(string: "brotli")]),
    ])

    /// Runs a server of `bundle` on a free port, sends it `request`, and returns all that it answers.
    private func answer(
        to request: String, _ fields: String..., bundle: WebmailBundle = Self.bundle
    ) async throws -> String {
        let router = HTTPServer.makeRouter()
        WebmailRoutes.add(bundle, to: router)
        let (addresses, found) = AsyncStream.makeStream(of: SocketAddress.self)
        let server = HTTPServer(
            router: router, host: "127.0.0.1", port: 0, group: MultiThreadedEventLoopGroup.singleton,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            onListening: { address in
                if let address { found.yield(address) }
                found.finish()
            })
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run() }
            var text = ""
            for await address in addresses {
                text = try await exchange(([request + " HTTP/1.1"] + fields).joined(separator: "\r\n"), address)
            }
            group.cancelAll()
            return text
        }
    }

    private func exchange(_ request: String, _ address: SocketAddress) async throws -> String {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(to: address) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            try await outbound.write(ByteBuffer(string: request + "\r\nHost: a.test\r\nConnection: close\r\n\r\n"))
            var text = ""
            for try await part in inbound { text += String(buffer: part) }
            return text
        }
    }

    @Test func page() async throws {
        let text = try await answer(to: "GET /")
        #expect(text.hasPrefix("HTTP/1.1 200 "))
        #expect(text.hasSuffix("\r\n\r\n<p>page"))
        let head = text.lowercased()
        #expect(head.contains("cache-control: no-cache\r\n"))
        #expect(head.contains("content-security-policy: default-src 'none'; script-src 'self'; style-src 'self';"))
        #expect(head.contains("frame-ancestors 'none'\r\n"))
        #expect(head.contains("x-content-type-options: nosniff\r\n"))
        #expect(head.contains("referrer-policy: no-referrer\r\n"))
    }

    @Test(arguments: [
        ("gzip, br", "brotli", "br"), ("gzip", "zipped", "gzip"), ("br;q=0, gzip", "zipped", "gzip"),
    ])
    func compressed(accepted: String, body: String, coding: String) async throws {
        let text = try await answer(to: "GET /assets/app-1.js", "Accept-Encoding: \(accepted)")
        #expect(text.hasSuffix("\r\n\r\n\(body)"))
        #expect(text.lowercased().contains("content-encoding: \(coding)\r\n"))
        #expect(text.lowercased().contains("vary: accept-encoding\r\n"))
        #expect(text.lowercased().contains("cache-control: public, max-age=31536000, immutable\r\n"))
    }

    @Test func plain() async throws {
        let text = try await answer(to: "GET /assets/app-1.js")
        #expect(text.hasSuffix("\r\n\r\nplain"))
        #expect(!text.lowercased().contains("content-encoding"))
    }

    @Test(arguments: ["\"one\"", "W/\"one\"", "\"zero\", \"one\" ", "*"])
    func known(tags: String) async throws {
        let text = try await answer(to: "GET /assets/app-1.js", "If-None-Match: \(tags)")
        #expect(text.hasPrefix("HTTP/1.1 304 "))
        #expect(text.hasSuffix("\r\n\r\n"))
    }

    @Test func changed() async throws {
        #expect(try await answer(to: "GET /assets/app-1.js", "If-None-Match: \"two\"").hasPrefix("HTTP/1.1 200 "))
    }

    @Test(arguments: [("/frame.html", "img-src blob: data:;"), ("/frame-images.html", "img-src blob: data: https:;")])
    func frames(path: String, images: String) async throws {
        let text = try await answer(to: "GET \(path)").lowercased()
        #expect(text.contains("content-security-policy: default-src 'none'; style-src 'unsafe-inline'; \(images)"))
        #expect(text.contains("frame-ancestors 'self'\r\n"))
        #expect(!text.contains("script-src"))
    }

    @Test(arguments: ["/assets/", "/assets/../frame.html", "/assets/app-2.js", "/index.html"])
    func unknown(path: String) async throws {
        #expect(try await answer(to: "GET \(path)").hasPrefix("HTTP/1.1 404 "))
    }

    @Test func withoutBundle() async throws {
        let text = try await answer(to: "GET /", bundle: WebmailBundle(assets: [:]))
        #expect(text.hasPrefix("HTTP/1.1 404 "))
        #expect(text.contains("run scripts/webmail, then swift build"))
    }

    /// What the program was built with, when it was: a page, and every file that it names.
    @Test func built() throws {
        let assets = WebmailBundle.built.assets
        guard !assets.isEmpty else { return }
        let page = try #require(assets["/"])
        let text = String(buffer: page.plain)
        #expect(text.contains("<div id=\"app\">"))
        for name in text.split(separator: "\"") where name.hasPrefix("/assets/") {
            let asset = try #require(assets[String(name)])
            #expect(asset.compressed[.gzip].map { $0.readableBytes < asset.plain.readableBytes } ?? true)
        }
    }
}
