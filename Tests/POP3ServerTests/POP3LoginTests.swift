import AgentTestSupport
import Directory
import MailCore
import POP3
import ServerRuntime
import Testing

@testable import POP3Server
@testable import SASL

@Suite(.timeLimit(.minutes(2))) struct POP3LoginTests {
    private static func base64(_ text: String) -> String {
        String(decoding: SASLBase64.encode(Array(text.utf8)), as: UTF8.self)
    }

    @Test func plain() async throws {
        try await withListener { listener, _ in
            let client = try await listener.connect()
            let right = Self.base64("\u{0}ana@example.test\u{0}\(TestStore.password.text)")
            #expect(try await client.ask("AUTH PLAIN \(right)") == "+OK Maildrop has 0 messages (0 octets)\r\n")
            #expect(try await client.ask("QUIT").hasPrefix("+OK "))
            #expect(await client.hearAll() == "")
        }
    }

    /// Acting for somebody else is not for users (RFC 4616 §2).
    @Test func plainForSomebodyElse() async throws {
        try await withListener { listener, _ in
            try await listener.test.addAccount("bob@example.test")
            let client = try await listener.connect()
            let other = Self.base64("bob@example.test\u{0}ana@example.test\u{0}\(TestStore.password.text)")
            #expect(try await client.ask("AUTH PLAIN \(other)").hasPrefix("-ERR [AUTH] "))
            let own = Self.base64("ana@example.test\u{0}ana@example.test\u{0}\(TestStore.password.text)")
            #expect(try await client.ask("AUTH PLAIN \(own)").hasPrefix("+OK "))
        }
    }

    @Test func scram() async throws {
        try await withListener { listener, _ in
            let client = try await listener.connect()
            let step = try await Self.scram(client, user: "ana@example.test", password: TestStore.password.text)
            #expect(step == "+OK Maildrop has 0 messages (0 octets)\r\n")
        }
    }

    /// A user that there is and one that there is not are refused alike, and neither opens what was asked for before.
    @Test(arguments: ["ana@example.test", "nobody@example.test"])
    func scramWithAWrongPassword(_ user: String) async throws {
        try await withListener { listener, _ in
            let client = try await listener.connect()
            #expect(try await Self.scram(client, user: user, password: "wrong").hasPrefix("-ERR [AUTH] "))
            #expect(try await client.ask("STAT").hasPrefix("-ERR "))
        }
    }

    /// RFC 2595 §4.
    @Test func passwordsWaitForTLS() async throws {
        try await withCertificate { source in
            try await withListener(tls: .startTLS(source)) { listener, _ in
                let client = try await listener.connect()
                #expect(try await client.ask("USER ana@example.test").hasPrefix("-ERR "))
                #expect(try await client.ask("STLS\r\nQUIT") == "+OK Begin TLS negotiation\r\n")
                try await client.secure()
                #expect(try await client.ask("STLS").hasPrefix("-ERR "))
                let step = try await Self.scram(client, user: "ana@example.test", password: TestStore.password.text)
                #expect(step.hasPrefix("+OK Maildrop has 0 messages"))
                #expect(try await client.ask("QUIT").hasPrefix("+OK "))
                #expect(await client.hearAll() == "")
            }
        }
    }

    @Test func tlsFromTheFirstOctet() async throws {
        try await withCertificate { source in
            try await withListener(tls: .implicit(source)) { listener, _ in
                let client = try await listener.connectSilently()
                try await client.secure()
                #expect(await client.hear("\r\n").hasPrefix("+OK "))
                _ = try await client.ask("USER ana@example.test")
                #expect(try await client.ask("PASS \(TestStore.password.text)").hasPrefix("+OK "))
            }
        }
    }

    @Test func aWrongPassword() async throws {
        try await withListener { listener, _ in
            let client = try await listener.connect()
            _ = try await client.ask("USER ana@example.test")
            #expect(try await client.ask("PASS wrong").hasPrefix("-ERR [AUTH] "))
            _ = try await client.ask("USER ana@example.test")
            #expect(try await client.ask("PASS \(TestStore.password.text)").hasPrefix("+OK "))
        }
    }

    /// By SCRAM as by password: each failure counts, and the last one ends it.
    @Test(arguments: ["SCRAM", "PASS"]) func whoGuessesIsBanned(_ way: String) async throws {
        var limits = LoginGuardLimits.forTests
        limits.failuresPerHostMax = 4
        try await withListener(logins: limits) { listener, _ in
            var replies: [String] = []
            for guess in 0..<4 {
                let client = try await listener.connect()
                if way == "SCRAM" {
                    replies.append(try await Self.scram(client, user: "ana@example.test", password: "wrong\(guess)"))
                } else {
                    _ = try await client.ask("USER ana@example.test")
                    replies.append(try await client.ask("PASS wrong\(guess)"))
                }
            }
            #expect(replies.dropLast().allSatisfy { $0.hasPrefix("-ERR [AUTH] ") })
            #expect(
                replies.last == "-ERR [SYS/TEMP] Too many failed logins from your address, try again in 15 minutes\r\n")
            let client = try await listener.connectSilently()
            #expect(await client.hearAll().hasPrefix("-ERR [SYS/TEMP] Too many failed logins from your address"))
        }
    }

    @Test func aGuessedAccountIsShutForStrangers() async throws {
        var limits = LoginGuardLimits.forTests
        limits.failuresPerAccountMax = 2
        try await withListener(logins: limits) { listener, _ in
            try await listener.test.addAccount("bob@example.test")
            for guess in 0..<2 {
                let client = try await listener.connect()
                _ = try await Self.scram(client, user: "ana@example.test", password: "wrong\(guess)")
            }
            #expect(
                try await listener.login().reply.hasPrefix("-ERR [SYS/TEMP] Too many failed logins for this account"))
            #expect(try await listener.login("bob@example.test").reply.hasPrefix("+OK "))
        }
    }

    /// By SCRAM, too.
    @Test func aFailedExchangeWaits() async throws {
        var limits = LoginGuardLimits.forTests
        limits.delaySecondsMax = 1
        try await withListener(logins: limits) { listener, _ in
            let client = try await listener.connect()
            let began = ContinuousClock.now
            #expect(try await Self.scram(client, user: "ana@example.test", password: "wrong").hasPrefix("-ERR "))
            #expect(ContinuousClock.now - began >= .seconds(1))
        }
    }

    /// The whole of RFC 5802 §5, by a client of the test's own.
    private static func scram(_ client: LoopbackClient, user: String, password: String) async throws -> String {
        let bare = "n=\(user),r=clientnonce"
        let challenge = try await client.ask("AUTH SCRAM-SHA-256 \(base64("n,,\(bare)"))")
        let encoded = Array(challenge.dropFirst(2).dropLast().utf8)
        let first = String(decoding: try #require(SASLBase64.decode(encoded)), as: UTF8.self)
        let fields = first.split(separator: ",").map { String($0.dropFirst(2)) }
        let salt = try #require(SASLBase64.decode(Array(fields[1].utf8)))
        let salted = HMACSHA256.iterate(
            password: SecretBytes(password.utf8), salt: salt, iterations: try #require(Int(fields[2])))
        let key = HMACSHA256.authenticate(Array("Client Key".utf8), key: salted)
        let withoutProof = "c=\(base64("n,,")),r=\(fields[0])"
        let signature = HMACSHA256.authenticate(
            Array("\(bare),\(first),\(withoutProof)".utf8), key: HMACSHA256.digest(key))
        let proof = zip(key.withUnsafeBytes(Array.init), signature.withUnsafeBytes(Array.init)).map { $0 ^ $1 }
        let final = "\(withoutProof),p=\(String(decoding: SASLBase64.encode(proof), as: UTF8.self))"
        let answer = try await client.ask(base64(final))
        guard answer.hasPrefix("+ ") else { return answer }
        return try await client.ask("")
    }
}
