import AgentTestSupport
import Directory
import Foundation
import HTTPService
import Hummingbird
import JMAP
import JSON
import MailCore
import MailSearch
import MailStore
import NIOCore
import Testing

@testable import JMAPServer

/// Uploads and downloads over a real listener (RFC 8620 §6.1, §6.2).
@Suite(.timeLimit(.minutes(2))) struct JMAPBlobRoutesTests {
    private struct World: Sendable {
        let test: TestStore
        let services: JMAPServices
        let user: JMAPUser
        let address: SocketAddress
    }

    private func withRoutes(
        limits: JMAPLimits = JMAPLimits(), _ body: @escaping @Sendable (World) async throws -> Void
    ) async throws {
        try await withTestStore { test in
            let id = try await test.addAccount("ana@example.test")
            let user = JMAPUser(account: AuthenticatedAccount(id: id, address: try address("ana@example.test")))
            let services = JMAPServices(test, limits: limits)
            let routes = JMAPBlobRoutes(services) { request, _ in
                request.headers[.authorization] == "Basic eA==" ? user : nil
            }
            try await withHTTPListener({ routes.add(to: $0) }) { address in
                try await body(World(test: test, services: services, user: user, address: address))
            }
            services.search.close()
        }
    }

    private func get(_ path: String, _ world: World, login: String = "Basic eA==") async throws -> HTTPAnswer {
        try await exchange("GET \(path) HTTP/1.1\r\nAuthorization: \(login)", at: world.address)
    }

    private func upload(_ octets: [UInt8], _ world: World, type: String = "text/plain") async throws -> HTTPAnswer {
        try await exchange(
            "POST /jmap/upload/\(world.user.accountID)/ HTTP/1.1\r\nAuthorization: Basic eA==\r\nContent-Type: \(type)",
            body: octets, at: world.address)
    }

    @Test func upAndDown() async throws {
        try await withRoutes { world in
            for count in [0, 5, 3_000_000] {
                let octets = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) }
                let answer = try await upload(octets, world, type: "image/png")
                if count == 0 {
                    // An empty body is a file, too.
                    #expect(answer.status == 201)
                    continue
                }
                #expect(answer.status == 201)
                let object = try #require(JSONValue(parsing: answer.body).object)
                #expect(object["size"] == .integer(Int64(count)) && object["type"] == "image/png")
                #expect(object["accountId"] == .string(world.user.accountID.text))
                let id = try #require(object["blobId"]?.string)
                let path = "/jmap/download/\(world.user.accountID)/\(id)/r%C3%A9sum%C3%A9.png?accept=image%2Fpng"
                let down = try await get(path, world)
                #expect(down.status == 200 && down.body == octets)
                #expect(down.headers["content-type"] == "image/png")
                #expect(down.headers["content-length"] == "\(count)")
                #expect(down.headers["x-content-type-options"] == "nosniff")
                #expect(down.headers["content-security-policy"]?.hasPrefix("sandbox; default-src 'none'") == true)
                #expect(
                    down.headers["content-disposition"]
                        == "inline; filename=\"r_sum_.png\"; filename*=UTF-8''r%C3%A9sum%C3%A9.png")
            }
        }
    }

    @Test func whoMayNot() async throws {
        try await withRoutes { world in
            let sent = try await world.test.deliver("Subject: x\r\n\r\nx\r\n", to: "ana@example.test")
            let blob = "m\(sent.email.objectID)"
            let own = "/jmap/download/\(world.user.accountID)"
            #expect(try await get("\(own)/\(blob)/x.eml?accept=text/plain", world, login: "Basic no").status == 401)
            for path in [
                "/jmap/download/a999/\(blob)/x", "\(own)/mE999/x", "\(own)/nonsense/x",
                "\(own)/..%2F..%2Fetc%2Fpasswd/x",
                "\(own)/../../../etc/passwd", "\(own)/%00/x", "\(own)/%2e%2e/x", "\(own)/u0/../\(blob)/x",
            ] {
                #expect(try await get(path, world).status == 404, "\(path)")
            }
            let refused = try await exchange(
                "POST /jmap/upload/a999/ HTTP/1.1\r\nAuthorization: Basic eA==", body: [1], at: world.address)
            #expect(refused.status == 404)
            let anonymous = try await exchange(
                "POST /jmap/upload/\(world.user.accountID)/ HTTP/1.1", body: [1], at: world.address)
            #expect(anonymous.status == 401)
            #expect(world.services.blobs.uploads.count == 0)
        }
    }

    /// What could run is saved, not shown; names cannot lead out of their field.
    @Test(arguments: [
        ("page.html", "text/html"), ("a.svg", "image/svg%2Bxml"), ("a.xml", "application/xml"),
        ("a.js", "text/javascript"), ("x", "nonsense"), ("x", "text/html;%0d%0aSet-Cookie:a"), ("x", ""),
    ])
    func unsafeTypes(name: String, type: String) async throws {
        try await withRoutes { world in
            let id = world.services.blobs.keep(ByteBuffer(string: "<b>"), type: "text/html", of: world.user.account.id)
            let path = "/jmap/download/\(world.user.accountID)/\(try #require(id))/\(name)?accept=\(type)"
            let answer = try await get(path, world)
            #expect(answer.status == 200 && answer.text == "<b>")
            #expect(answer.headers["content-type"] == "application/octet-stream")
            #expect(answer.headers["content-disposition"]?.hasPrefix("attachment; ") == true)
            #expect(answer.headers["set-cookie"] == nil)
        }
    }

    @Test(arguments: [
        ("a\r\nSet-Cookie: b", "aSet-Cookie_ b"), ("../../etc/passwd", "_.._etc_passwd"), ("", "file"),
        ("..", "file"), ("a\"b\\c", "a_b_c"), ("evil\u{202e}gpj.exe", "evilgpj.exe"), (" .hidden ", "hidden"),
        ("C:\\x\\y.txt", "C__x_y.txt"), (String(repeating: "é", count: 200), String(repeating: "é", count: 100)),
    ])
    func fileNames(written: String, expected: String) {
        let name = FileNameText(written)
        #expect(name.text == expected)
        let field = name.disposition(.attachment)
        #expect(field.utf8.allSatisfy { (0x20..<0x7f).contains($0) })
    }

    @Test func dispositions() {
        #expect(
            FileNameText("100% €.txt").disposition(.attachment)
                == "attachment; filename=\"100_ _.txt\"; filename*=UTF-8''100%25%20%E2%82%AC.txt")
        #expect(MediaTypeName("Text/Plain; charset=\"UTF-8\"; x=y").text == "text/plain; charset=UTF-8")
        #expect(MediaTypeName("text/plain; charset=a b\r\n").text == "text/plain")
        #expect(MediaTypeName("a/b/c").text == "application/octet-stream")
    }

    @Test func tooLarge() async throws {
        var limits = JMAPLimits()
        limits.uploadOctetsMax = 1000
        try await withRoutes(limits: limits) { world in
            #expect(try await upload([UInt8](repeating: 1, count: 1000), world).status == 201)
            let refused = try await upload([UInt8](repeating: 1, count: 1001), world)
            #expect(refused.status == 413)
            #expect(JSONValue(parsingOrNull: refused.body).object?["limit"] == "maxSizeUpload")
            let chunked = try await exchange(
                "POST /jmap/upload/\(world.user.accountID)/ HTTP/1.1\r\nAuthorization: Basic eA==\r\n"
                    + "Transfer-Encoding: chunked",
                body: Array("7d0\r\n\(String(repeating: "x", count: 2000))\r\n0\r\n\r\n".utf8), at: world.address)
            #expect(chunked.status == 413)
            for _ in 0..<4 { #expect(world.services.blobs.uploads.begin(world.user.account.id, most: 4)) }
            let busy = try await upload([1], world)
            #expect(busy.status == 400 && busy.text.contains("maxConcurrentUpload"))
        }
    }

    @Test func allAttachments() async throws {
        try await withRoutes { world in
            let large = String(repeating: "0123456789abcde\r\n", count: 300_000)
            let text =
                "From: a@b.example\r\nSubject: files\r\nMIME-Version: 1.0\r\n"
                + "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nthe text\r\n"
                + "--b\r\nContent-Type: text/plain; name=a.txt\r\nContent-Disposition: attachment; filename=a.txt\r\n\r\n"
                + String(repeating: "deflate me ", count: 50)
                + "\r\n--b\r\nContent-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n"
                + "Content-Disposition: attachment; filename=\"A.TXT\"\r\n\r\naGVsbG8=\r\n"
                + "--b\r\nContent-Type: application/x\r\nContent-Disposition: attachment; filename=\"../../x.bin\"\r\n\r\n"
                + large
                + "\r\n--b\r\nContent-Type: message/rfc822\r\n\r\nSubject: within\r\n"
                + "Content-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\nContent-Type: image/png; name=no.png\r\n\r\nx\r\n"
                + "--c--\r\n\r\n--b--\r\n"
            let sent = try await world.test.deliver(text, to: "ana@example.test")
            let path = "/jmap/download/\(world.user.accountID)/m\(sent.email.objectID)/all.zip?accept=application/zip"
            let answer = try await get(path, world)
            #expect(answer.status == 200)
            #expect(answer.headers["content-type"] == "application/zip")
            #expect(answer.headers["content-disposition"]?.hasPrefix("attachment; filename=\"all.zip\"") == true)
            let listing = try Self.unzip(answer.body)
            #expect(listing.keys.sorted() == ["A (2).TXT", "_.._x.bin", "a.txt", "message.eml"])
            #expect(listing["a.txt"] == String(repeating: "deflate me ", count: 50))
            #expect(listing["A (2).TXT"] == "hello")
            #expect(listing["_.._x.bin"] == large)
            #expect(listing["message.eml"]?.hasPrefix("Subject: within") == true)
            #expect(try await get(path.replacing("m\(sent.email.objectID)", with: "mE999"), world).status == 404)
        }
    }

    /// Reads an archive with another's program.
    private static func unzip(_ octets: [UInt8]) throws -> [String: String] {
        let folder = TestFolder()
        try FileManager.default.createDirectory(atPath: folder.path, withIntermediateDirectories: true)
        let path = "\(folder.path)/all.zip"
        try Data(octets).write(to: URL(fileURLWithPath: path))
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
        process.arguments = [
            "-c",
            """
            import json, sys, zipfile
            with zipfile.ZipFile(sys.argv[1]) as z:
                assert z.testzip() is None
                json.dump({i.filename: z.read(i).decode() for i in z.infolist()}, sys.stdout)
            """, path,
        ]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        let object = try #require(JSONValue(parsing: [UInt8](data)).object)
        return Dictionary(uniqueKeysWithValues: object.members.map { ($0.key, $0.value.string ?? "") })
    }

    @Test func names() {
        var names = UniqueNames()
        #expect(
            ["a.pdf", "A.pdf", "a.pdf", "b", "b", ".x", ""].map { names.take($0) } == [
                "a.pdf", "A (2).pdf", "a (3).pdf", "b", "b (2)", "x", "attachment",
            ])
    }
}

extension JSONValue {
    fileprivate init(parsingOrNull octets: [UInt8]) { self = (try? JSONValue(parsing: octets)) ?? .null }
}
