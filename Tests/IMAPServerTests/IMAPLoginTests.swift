import AgentTestSupport
import Directory
import IMAP
import MailCore
import ServerRuntime
import Testing

@testable import IMAPServer
@testable import SASL

@Suite(.timeLimit(.minutes(2))) struct IMAPLoginTests {
    private static func base64(_ text: String) -> String {
        String(decoding: SASLBase64.encode(Array(text.utf8)), as: UTF8.self)
    }

    @Test func byPassword() async throws {
        try await withListener { listener, _ in
            let client = try await listener.connect()
            try await client.ask("LOGIN ana@example.test wrong", "NO [AUTHENTICATIONFAILED]")
            try await client.ask("LOGIN ana@example.test \"\(TestStore.password.text)\"", "OK [CAPABILITY IMAP4rev1 ")
            #expect(try await client.ask("LOGOUT").first?.hasPrefix("* BYE ") == true)
            #expect(await client.connection.hearAll() == "")
        }
    }

    @Test func byPlain() async throws {
        try await withListener { listener, _ in
            let client = try await listener.connect()
            let right = Self.base64("\u{0}ana@example.test\u{0}\(TestStore.password.text)")
            try await client.ask("AUTHENTICATE PLAIN \(right)")
        }
    }

    /// Acting for somebody else is not for users (RFC 4616 §2).
    @Test func forSomebodyElse() async throws {
        try await withListener { listener, _ in
            try await listener.test.addAccount("bob@example.test")
            let client = try await listener.connect()
            let other = Self.base64("bob@example.test\u{0}ana@example.test\u{0}\(TestStore.password.text)")
            try await client.ask("AUTHENTICATE PLAIN \(other)", "NO [AUTH")
        }
    }

    /// RFC 9051 §6.2.1, §6.2.3: not in clear where TLS can be had.
    @Test func passwordsWaitForTLS() async throws {
        try await withCertificate { source in
            try await withListener(tls: .startTLS(source)) { listener, _ in
                let client = try await listener.connect()
                try await client.ask("LOGIN ana@example.test x", "NO [PRIVACYREQUIRED]")
                try await client.ask("STARTTLS", "OK")
                try await client.connection.secure()
                try await client.ask("LOGIN ana@example.test \"\(TestStore.password.text)\"")
            }
        }
    }

    @Test func tlsFromTheFirstOctet() async throws {
        try await withCertificate { source in
            try await withListener(tls: .implicit(source)) { listener, _ in
                let client = try await listener.connectSilently()
                try await client.connection.secure()
                #expect(await client.hear().hasPrefix("* OK [CAPABILITY IMAP4rev1 "))
                try await client.ask("LOGIN ana@example.test \"\(TestStore.password.text)\"")
            }
        }
    }

    /// By SCRAM as by password: each failure counts, and the last one ends it.
    @Test(arguments: ["SCRAM", "LOGIN"]) func whoGuessesIsBanned(_ way: String) async throws {
        var limits = LoginGuardLimits.forTests
        limits.failuresPerHostMax = 4
        try await withListener(logins: limits) { listener, _ in
            var replies: [String] = []
            for guess in 0..<4 {
                let client = try await listener.connect()
                if way == "SCRAM" {
                    try await client.connection.say("t AUTHENTICATE SCRAM-SHA-256\r\n")
                    _ = await client.hear()
                    try await client.connection.say(Self.base64("n,,n=ana@example.test,r=nonce") + "\r\n")
                    let challenge = await client.hear()
                    let encoded = Array(challenge.dropFirst(2).utf8)
                    let first = String(decoding: try #require(SASLBase64.decode(encoded)), as: UTF8.self)
                    let nonce = try #require(first.split(separator: ",").first)
                    let proof = Self.base64(String(repeating: "\(guess)", count: 32))
                    try await client.connection.say(Self.base64("c=biws,\(nonce),p=\(proof)") + "\r\n")
                    replies.append(await client.hear())
                } else {
                    replies.append(try await client.send("LOGIN ana@example.test wrong\(guess)").last ?? "")
                }
            }
            #expect(replies.dropLast().allSatisfy { $0.hasPrefix("t NO [AUTHENTICATIONFAILED] ") })
            #expect(replies.last?.hasPrefix("t NO [UNAVAILABLE] Too many failed logins") == true)
            let client = try await listener.connectSilently()
            #expect(await client.connection.hearAll().hasPrefix("* BYE [UNAVAILABLE] Too many failed logins"))
        }
    }

    @Test func anAccountHasSoManySessions() async throws {
        try await withListener(connectionsPerAccount: 2) { listener, _ in
            let first = try await listener.login()
            _ = try await listener.login()
            let third = try await listener.connect()
            try await third.ask("LOGIN ana@example.test \"\(TestStore.password.text)\"", "NO [LIMIT]")
            try await first.ask("LOGOUT")
            #expect(await first.connection.hearAll() == "")
            try await third.ask("LOGIN ana@example.test \"\(TestStore.password.text)\"")
        }
    }

    /// RFC 8437 §3: the connection is as if just made.
    @Test func unauthenticate() async throws {
        try await withListener { listener, _ in
            try await listener.test.addAccount("bob@example.test")
            let client = try await listener.login()
            try await client.ask("ENABLE IMAP4rev2")
            try await client.ask("UNAUTHENTICATE")
            try await client.ask("SELECT INBOX", "BAD")
            try await client.ask("LOGIN bob@example.test \"\(TestStore.password.text)\"")
        }
    }

    /// RFC 2971, RFC 5255 §3.2.
    @Test func whoAndInWhichLanguage() async throws {
        try await withListener { listener, _ in
            let client = try await listener.login()
            #expect(try await client.ask("ID (\"name\" \"Test\")") == ["* ID (\"name\" \"Paloma\")"])
            #expect(try await client.ask("LANGUAGE") == ["* LANGUAGE (EN i-default)"])
            #expect(try await client.ask("LANGUAGE FR i-default") == ["* LANGUAGE (i-default)"])
            try await client.ask("LANGUAGE FR", "NO")
        }
    }

    /// RFC 9698 §3: told to those who have logged in.
    @Test func whereJMAPIs() async throws {
        try await withListener { listener, _ in
            let stranger = try await listener.connect()
            #expect(try await stranger.ask("CAPABILITY").first?.contains("JMAPACCESS") == false)
            #expect(try await stranger.send("GETJMAPACCESS").last?.hasPrefix("t BAD") == true)
            let client = try await listener.login()
            #expect(try await client.ask("CAPABILITY").first?.contains(" JMAPACCESS") == true)
            #expect(
                try await client.ask("GETJMAPACCESS") == ["* JMAPACCESS \"https://mail.example.test/.well-known/jmap\""]
            )
        }
    }
}
