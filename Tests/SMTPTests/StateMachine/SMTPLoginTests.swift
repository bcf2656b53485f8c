import NIOCore
import Testing

@testable import SASL
@testable import SMTP

/// SCRAM over AUTH (RFC 5802, RFC 7677), by a client of the test's own.
@Suite struct SMTPLoginTests {
    private static let binding: [UInt8] = Array(repeating: 1, count: 32)

    private static func connection(bindings: TLSChannelBindings = TLSChannelBindings()) -> TestConnection {
        let configuration = SMTPServerConfiguration(
            hostname: "mail.example.test", role: .submission, tlsMode: .implicit, logins: .requiresTLS)
        var connection = TestConnection(configuration, bindings: bindings)
        connection.receive("EHLO client.example\r\n")
        return connection
    }

    private static func base64(_ octets: some Sequence<UInt8>) -> String {
        String(decoding: SASLBase64.encode(Array(octets)), as: UTF8.self)
    }

    /// The last reply.
    private static func reply(_ connection: TestConnection) -> String {
        String(connection.text.split(separator: "\r\n").last ?? "")
    }

    /// The whole exchange, up to the reply that ends it.
    private static func scram(
        _ connection: inout TestConnection, _ mechanism: String, header: String, binding: [UInt8] = [],
        password: String, user: String = "user"
    ) throws -> String {
        let bare = "n=\(user),r=clientnonce"
        connection.receive("AUTH \(mechanism) \(base64("\(header)\(bare)".utf8))\r\n")
        guard reply(connection).hasPrefix("334 ") else { return reply(connection) }
        let challenge = Array(reply(connection).dropFirst(4).utf8)
        let first = String(decoding: try #require(SASLBase64.decode(challenge)), as: UTF8.self)
        let fields = first.split(separator: ",").map { String($0.dropFirst(2)) }
        let salted = HMACSHA256.iterate(
            password: SecretBytes(password.utf8), salt: try #require(SASLBase64.decode(Array(fields[1].utf8))),
            iterations: try #require(Int(fields[2])))
        let key = HMACSHA256.authenticate(Array("Client Key".utf8), key: salted)
        let withoutProof = "c=\(base64(Array(header.utf8) + binding)),r=\(fields[0])"
        let signature = HMACSHA256.authenticate(
            Array("\(bare),\(first),\(withoutProof)".utf8), key: HMACSHA256.digest(key))
        let proof = zip(key.withUnsafeBytes(Array.init), signature.withUnsafeBytes(Array.init)).map { $0 ^ $1 }
        connection.receive("\(base64("\(withoutProof),p=\(base64(proof))".utf8))\r\n")
        if reply(connection).hasPrefix("334 ") { connection.receive("\r\n") }
        return reply(connection)
    }

    @Test func scramWithoutBinding() throws {
        var connection = Self.connection()
        #expect(try Self.scram(&connection, "SCRAM-SHA-256", header: "n,,", password: "secret").hasPrefix("235 2.7.0"))
        #expect(connection.session.events == ["credentials user", "login proven user"])
        #expect(connection.machine.transmissionType.keyword == "ESMTPSA")
    }

    @Test func scramWithBinding() throws {
        var connection = Self.connection(bindings: TLSChannelBindings(serverEndPoint: Self.binding))
        let reply = try Self.scram(
            &connection, "SCRAM-SHA-256-PLUS", header: "p=tls-server-end-point,,", binding: Self.binding,
            password: "secret")
        #expect(reply.hasPrefix("235 2.7.0"))
    }

    /// Somebody in the middle shows another certificate.
    @Test func aForeignBindingIsRefused() throws {
        var connection = Self.connection(bindings: TLSChannelBindings(serverEndPoint: Self.binding))
        let reply = try Self.scram(
            &connection, "SCRAM-SHA-256-PLUS", header: "p=tls-server-end-point,,", binding: [2], password: "secret")
        #expect(reply.hasPrefix("535 5.7.8"))
        #expect(connection.session.events.last == "login failed channelBindingMismatch")
    }

    /// Somebody took -PLUS out of the list (RFC 5802 §6).
    @Test func aDowngradeIsRefused() throws {
        var connection = Self.connection(bindings: TLSChannelBindings(serverEndPoint: Self.binding))
        let reply = try Self.scram(&connection, "SCRAM-SHA-256", header: "y,,", password: "secret")
        #expect(reply.hasPrefix("535 5.7.8"))
        #expect(connection.session.events.last == "login failed downgrade")
    }

    /// With a wrong password as with a name that nobody has: the same replies, at the same place.
    @Test(arguments: ["user", "nobody"]) func failuresLookAlike(_ user: String) throws {
        var connection = Self.connection()
        for _ in 0..<2 {
            let reply = try Self.scram(&connection, "SCRAM-SHA-256", header: "n,,", password: "wrong", user: user)
            #expect(reply == "535 5.7.8 Authentication credentials invalid")
        }
        let last = try Self.scram(&connection, "SCRAM-SHA-256", header: "n,,", password: "wrong", user: user)
        #expect(last == "421 4.7.0 Too many failed logins, closing")
        #expect(connection.end == .closed)
    }

    @Test func secretsAreNotShown() {
        var connection = Self.connection()
        connection.receive("AUTH PLAIN\r\n")
        #expect(!"\(connection.machine)".contains("exchange"))
        let claim = SASLPasswordClaim.prepare(userName: Array("user".utf8), password: Array("geheim".utf8))
        var dumped = ""
        dump(SMTPServerAction.ask(.login(claim.map { .password($0) } ?? .failed(.malformed))), to: &dumped)
        #expect(!dumped.contains("geheim"))
    }
}
