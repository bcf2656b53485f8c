import AgentTestSupport
import Delivery
import Directory
import MailCore
import MailQueue
import MailStore
import NIOCore
import SASL
import SMTP
import ServerRuntime
import Storage
import Testing

@testable import SMTPServer

@Suite(.timeLimit(.minutes(2))) struct SubmissionTests {
    private static let ana = "ana@example.test"

    /// `AUTH PLAIN` with a name and a password.
    private static func plain(_ user: String, _ password: String = TestStore.password.text) -> String {
        "AUTH PLAIN \(String(decoding: SASLBase64.encode(Array("\0\(user)\0\(password)".utf8)), as: UTF8.self))"
    }

    /// A listener with Ana, who has logged in.
    private func withAna(
        _ settings: SubmissionSettings = SubmissionSettings(), limits: SMTPLimits = SMTPLimits(),
        _ body: (SMTPListener, AccountID, LoopbackClient) async throws -> Void
    ) async throws {
        try await withListener(role: .submission, limits: limits, submission: settings) { listener in
            let ana = try await listener.test.addAccount(Self.ana)
            let client = try await listener.client()
            try await client.play("C: \(Self.plain(Self.ana))\nS: 235 2.7.0 *")
            try await body(listener, ana, client)
        }
    }

    private func queued(_ listener: SMTPListener) async throws -> [QueueEntry] {
        try await listener.test.queue.list()
    }

    @Test func aMessageOfOursGoesOut() async throws {
        try await withAna { listener, ana, client in
            try await client.play(
                """
                C: MAIL FROM:<\(Self.ana)>
                S: 250 2.1.0 *
                C: RCPT TO:<Bob@elsewhere.example>
                S: 250 2.1.5 *
                C: RCPT TO:<ana+copy@example.test>
                S: 250 2.1.5 *
                C: RCPT TO:<nobody@example.test>
                S: 550 5.1.1 *
                C: RCPT TO:<x@mail.invalid>
                S: 550 5.1.2 *
                C: DATA
                S: 354 *
                C: From: Ana <\(Self.ana)>
                C: To: bob@elsewhere.example
                C: Bcc: \(Self.ana)
                C: Subject: hi
                C:
                C: hello
                C: .
                S: 250 2.0.0 Ok: queued as *
                """)
            let text = try #require(try await listener.test.inbox(ana).first)
            #expect(text.contains("\r\n\tby mail.example.test (Paloma) with ESMTPA id "))
            #expect(text.contains("\r\nDate: Tue, 14 Nov 2023 22:13:20 +0000\r\n"))
            #expect(text.contains("\r\nMessage-ID: <1700000000."))
            #expect(!text.lowercased().contains("bcc"))
            #expect(text.hasSuffix("\r\n\r\nhello\r\n"))
            let entry = try #require(try await queued(listener).first)
            #expect(entry.recipients.map(\.forwardPath) == ["Bob@elsewhere.example"])
            #expect(try await listener.test.complaints() == [])
        }
    }

    @Test func nobodyIsServedUnknown() async throws {
        try await withListener(role: .submission) { listener in
            try await listener.test.addAccount(Self.ana)
            let client = try await listener.client()
            try await client.play(
                """
                C: MAIL FROM:<\(Self.ana)>
                S: 530 5.7.0 *
                C: \(Self.plain(Self.ana, "wrong"))
                S: 535 5.7.8 *
                C: \(Self.plain("nobody@example.test"))
                S: 535 5.7.8 *
                C: MAIL FROM:<\(Self.ana)>
                S: 530 5.7.0 *
                """)
        }
    }

    @Test func underTLS() async throws {
        try await withCertificate { source in
            try await withListener(role: .submission, tls: .implicit(source)) { listener in
                let ana = try await listener.test.addAccount(Self.ana)
                let client = try await listener.connect()
                try await client.secure()
                _ = await client.hear("\r\n")
                try await client.say("EHLO client.example\r\n")
                let announced = await client.hear("250 HELP\r\n")
                #expect(announced.contains("250-AUTH SCRAM-SHA-256-PLUS SCRAM-SHA-256 PLAIN LOGIN\r\n"))
                #expect(announced.contains("250-FUTURERELEASE 31622400 2024-11-14T22:13:20Z\r\n"))
                try await client.play(
                    """
                    C: \(Self.plain("ana"))
                    S: 235 *
                    C: MAIL FROM:<\(Self.ana)>
                    S: 250 *
                    C: RCPT TO:<\(Self.ana)>
                    S: 250 *
                    C: DATA
                    S: 354 *
                    C: From: \(Self.ana)
                    C:
                    C: .
                    S: 250 *
                    """)
                #expect(try await listener.test.inbox(ana).first?.contains("with ESMTPSA id") == true)
            }
        }
    }

    // MARK: the sender

    @Test(arguments: [
        ("ana@example.test", true), ("ANA@Example.TEST", true), ("ana+shop@example.test", true),
        ("sales@example.test", true), ("sales+x@example.test", true), ("anything@catch.test", true),
        ("ben@example.test", false), ("team@example.test", false), ("far@example.test", false),
        ("x@elsewhere.example", false), ("nobody@example.test", false), ("postmaster@example.test", false),
    ])
    func asWhomTheyMaySend(_ sender: String, _ isTheirs: Bool) async throws {
        try await withListener(role: .submission) { listener in
            let test = listener.test
            try await test.addAccount("boss@example.test")
            try await test.addAccount(Self.ana)
            try await test.addAccount("ben@example.test")
            try await test.addAlias("sales@example.test", to: Self.ana, "ben@example.test")
            try await test.addAlias("far@example.test", to: "sales@example.test")
            try await test.addList("team@example.test", members: Self.ana)
            let catchAll = try #require(Domain("catch.test"))
            try await test.directory.addDomain(catchAll, catchAll: try address(Self.ana))
            let client = try await listener.client()
            try await client.play("C: \(Self.plain(Self.ana))\nS: 235 *")
            if isTheirs {
                try await client.play("C: MAIL FROM:<\(sender)>\nS: 250 2.1.0 *")
            } else {
                let addresses = "ana@example.test, sales@example.test, anything@catch.test"
                try await client.play(
                    "C: MAIL FROM:<\(sender)>\nS: 550 5.7.1 <\(sender)>: * it may send as: \(addresses)")
            }
            try await client.play("C: RSET\nS: 250 *\nC: MAIL FROM:<>\nS: 250 2.1.0 *")
        }
    }

    @Test func whoIsDisabledMeanwhileSendsNoMore() async throws {
        try await withAna { listener, _, client in
            try await client.play("C: MAIL FROM:<\(Self.ana)>\nS: 250 *\nC: RSET\nS: 250 *")
            _ = try await listener.test.directory.setState(try address(Self.ana), to: .disabled)
            try await client.play(
                """
                C: MAIL FROM:<\(Self.ana)>
                S: 550 5.7.1 This account may not send mail any more
                C: MAIL FROM:<>
                S: 550 5.7.1 *
                """)
        }
    }

    @Test(arguments: [
        ("From: ben@example.test", "550 5.7.1 From: <ben@example.test>: *"),
        ("From: nobody", "550 5.7.1 From: *"),
        ("From: ben@example.test\r\nSender: ana+x@example.test", "250 *"),
        ("From: ben@example.test, Ana <ana@example.test>", "250 *"),
        ("From: =?utf-8?q?Jos=C3=A9?= <ana@example.test>", "250 *"),
        ("Subject: no author at all", "250 *"),
        ("From: ana@example.test\r\nX: caf\u{e9}", "250 *"),
    ])
    func theAuthorInTheHeader(_ header: String, _ reply: String) async throws {
        try await withAna { listener, ana, client in
            try await client.play(
                "C: MAIL FROM:<\(Self.ana)>\nS: 250 *\nC: RCPT TO:<\(Self.ana)>\nS: 250 *\nC: DATA\nS: 354 *")
            try await client.say("\(header)\r\n\r\nhi\r\n.\r\n")
            try await client.play("S: \(reply)")
            let texts = try await listener.test.inbox(ana)
            #expect(texts.count == (reply.hasPrefix("250") ? 1 : 0))
            if header.hasPrefix("Subject") {
                let lines = try #require(texts.first).split(separator: "\r\n")
                #expect(lines.contains("From: <ana@example.test>"))
            }
        }
    }

    @Test func anyAuthorWhereThatIsSet() async throws {
        var settings = SubmissionSettings()
        settings.headerFrom = .anybody
        try await withAna(settings) { _, _, client in
            try await client.play(
                "C: MAIL FROM:<\(Self.ana)>\nS: 250 *\nC: RCPT TO:<\(Self.ana)>\nS: 250 *\nC: DATA\nS: 354 *")
            try await client.play("C: From: ben@example.test\nC:\nC: .\nS: 250 *")
        }
    }

    /// A large message goes to a file and through the repair in pieces.
    @Test func aLargeMessageIsRepaired() async throws {
        try await withAna { listener, ana, client in
            try await client.play(
                "C: MAIL FROM:<\(Self.ana)>\nS: 250 *\nC: RCPT TO:<\(Self.ana)>\nS: 250 *\nC: DATA\nS: 354 *")
            let line = String(repeating: "0123456789", count: 7) + "\r\n"
            let body = String(repeating: line, count: 20_000)
            try await client.say("Subject: large\r\nBcc: x@example.test\r\n\r\n\(body).\r\n")
            try await client.play("S: 250 *")
            let text = try #require(try await listener.test.inbox(ana).first)
            #expect(text.hasSuffix("\r\n\r\n" + body))
            #expect(text.contains("\r\nMessage-ID: <") && !text.contains("Bcc"))
            let lines = text.split(separator: "\r\n").prefix(12)
            #expect(lines.contains("From: <ana@example.test>"))
        }
    }

    // MARK: how much

    @Test func messagesOfADay() async throws {
        var settings = SubmissionSettings()
        settings.sending.messagesPerDayMax = 2
        try await withAna(settings) { listener, _, client in
            let dialogue = """
                C: MAIL FROM:<\(Self.ana)>
                S: 250 *
                C: RCPT TO:<\(Self.ana)>
                S: 250 *
                C: DATA
                S: 354 *
                C: From: \(Self.ana)
                C:
                C: .
                S: 250 *
                """
            try await client.play(dialogue)
            try await client.play(dialogue)
            try await client.play(
                """
                C: MAIL FROM:<\(Self.ana)>
                S: 452 4.7.1 This account has sent 2 messages today, which is its limit; * at 00:00 UTC (in 2 hours)
                """)
            let count = try await listener.test.count("SELECT messages FROM sending_day")
            #expect(count == 2)
        }
    }

    @Test func recipientsOfADay() async throws {
        var settings = SubmissionSettings()
        settings.sending.recipientsPerDayMax = 2
        try await withAna(settings) { listener, _, client in
            try await client.play(
                """
                C: MAIL FROM:<\(Self.ana)>
                S: 250 *
                C: RCPT TO:<a@elsewhere.example>
                S: 250 *
                C: RCPT TO:<b@elsewhere.example>
                S: 250 *
                C: RCPT TO:<c@elsewhere.example>
                S: 250 *
                C: DATA
                S: 354 *
                C: From: \(Self.ana)
                C:
                C: .
                S: 452 4.7.1 This account may write to 2 different recipients a day, of which 2 are left; *
                C: MAIL FROM:<\(Self.ana)>
                S: 250 *
                C: RCPT TO:<a@elsewhere.example>
                S: 250 *
                C: RCPT TO:<b@elsewhere.example>
                S: 250 *
                C: DATA
                S: 354 *
                C: From: \(Self.ana)
                C:
                C: .
                S: 250 *
                C: MAIL FROM:<\(Self.ana)>
                S: 250 *
                C: RCPT TO:<c@elsewhere.example>
                S: 452 4.7.1 * of which 0 are left; *
                C: RCPT TO:<A@elsewhere.example>
                S: 250 *
                C: DATA
                S: 354 *
                C: From: \(Self.ana)
                C:
                C: .
                S: 250 *
                """)
            #expect(try await queued(listener).count == 2)
        }
    }

    // MARK: when

    /// Nobody gets a held message at once, not even one of ours (RFC 4865).
    @Test func heldMail() async throws {
        try await withAna { listener, ana, client in
            try await client.play(
                """
                C: MAIL FROM:<\(Self.ana)> HOLDFOR=31622401
                S: 501 5.5.4 A message can be held for at most 366 days
                C: MAIL FROM:<\(Self.ana)> HOLDUNTIL=2030-01-01T00:00:00Z
                S: 501 5.5.4 *
                C: MAIL FROM:<\(Self.ana)> HOLDFOR=60 BY=60;R
                S: 501 5.5.4 *
                C: MAIL FROM:<\(Self.ana)> HOLDFOR=60 BY=120;N
                S: 250 *
                C: RCPT TO:<\(Self.ana)>
                S: 250 *
                C: RCPT TO:<nobody@example.test>
                S: 550 5.1.1 *
                C: RCPT TO:<b@elsewhere.example>
                S: 250 *
                C: DATA
                S: 354 *
                C: From: \(Self.ana)
                C:
                C: .
                S: 250 *
                """)
            #expect(try await listener.test.inbox(ana).isEmpty)
            let entry = try #require(try await queued(listener).first)
            #expect(entry.recipients.map(\.forwardPath) == ["ana@example.test", "b@elsewhere.example"])
            // What has come already holds nothing.
            try await client.play(
                """
                C: MAIL FROM:<\(Self.ana)> HOLDUNTIL=2020-01-01T00:00:00Z
                S: 250 *
                C: RCPT TO:<\(Self.ana)>
                S: 250 *
                C: DATA
                S: 354 *
                C: From: \(Self.ana)
                C:
                C: .
                S: 250 *
                """)
            #expect(try await listener.test.inbox(ana).count == 1)
        }
    }

    // MARK: guessing

    @Test func whoGuessesIsBanned() async throws {
        var settings = SubmissionSettings()
        settings.logins.failuresPerHostMax = 3
        try await withListener(role: .submission, submission: settings) { listener in
            try await listener.test.addAccount(Self.ana)
            let client = try await listener.client()
            try await client.play(
                """
                C: \(Self.plain(Self.ana, "a"))
                S: 535 5.7.8 *
                C: \(Self.plain(Self.ana, "a"))
                S: 535 5.7.8 *
                """)
            try await client.close()
            let other = try await listener.client()
            try await other.play(
                """
                C: \(Self.plain(Self.ana, "b"))
                S: 535 5.7.8 *
                C: \(Self.plain(Self.ana, "c"))
                S: 421 4.7.0 Too many failed logins from your address, try again in 15 minutes
                """)
            let third = try await listener.connect()
            #expect(await third.hearAll().hasPrefix("421 4.7.0 Too many failed logins from your address"))
        }
    }

    @Test func aGuessedAccountIsShutForStrangers() async throws {
        var settings = SubmissionSettings()
        settings.logins.failuresPerAccountMax = 2
        try await withListener(role: .submission, submission: settings) { listener in
            try await listener.test.addAccount(Self.ana)
            let client = try await listener.client()
            try await client.play(
                """
                C: \(Self.plain(Self.ana, "a"))
                S: 535 5.7.8 *
                C: \(Self.plain(Self.ana, "b"))
                S: 535 5.7.8 *
                C: \(Self.plain(Self.ana))
                S: 454 4.7.0 Too many failed logins for this account, try again in 15 minutes
                """)
        }
    }
}
