import AgentTestSupport
import Delivery
import Directory
import MailCore
import SMTP
import ServerRuntime
import Storage
import Testing

@testable import SMTPServer

/// RFC 2033: a reply for each recipient.
@Suite(.timeLimit(.minutes(2))) struct LMTPSessionTests {
    @Test func eachRecipientHasItsReply() async throws {
        try await withListener(role: .lmtp) { listener in
            let ana = try await listener.test.addAccount("ana@example.test")
            let tight = try await listener.test.addAccount("tight@example.test", quotaBytes: 1000)
            let full = try await listener.test.addAccount("full@example.test", quotaBytes: 2500)
            try await listener.test.addAlias("both@example.test", to: "ana@example.test", "tight@example.test")
            try await listener.test.deliver("\r\n" + String(repeating: "x", count: 1500), to: "full@example.test")
            let client = try await listener.client("LHLO client.example")
            try await client.play(
                """
                C: MAIL FROM:<s@a.example>
                S: 250 *
                C: RCPT TO:<tight@example.test>
                S: 250 *
                C: RCPT TO:<nobody@example.test>
                S: 550 5.1.1 *
                C: RCPT TO:<ana@example.test>
                S: 250 *
                C: RCPT TO:<full@example.test>
                S: 250 *
                C: RCPT TO:<ana@example.test>
                S: 250 *
                C: DATA
                S: 354 *
                """)
            let text = "\r\n" + String(repeating: String(repeating: "x", count: 98) + "\r\n", count: 12)
            try await client.say("\(text).\r\n")
            try await client.play(
                """
                S: 552 5.2.3 <tight@example.test>*
                S: 250 2.1.5 <ana@example.test> Ok: delivered as *
                S: 452 4.2.2 <full@example.test>: this mailbox is full
                S: 250 2.1.5 <ana@example.test> Ok: delivered as *
                C: MAIL FROM:<>
                S: 250 *
                C: RCPT TO:<tight@example.test>
                S: 250 *
                C: DATA
                S: 354 *
                """)
            try await client.say("\(text).\r\n")
            // Who is one of several behind a recipient gets it all the same.
            try await client.play(
                """
                S: 552 5.2.3 <tight@example.test>*
                C: MAIL FROM:<>
                S: 250 *
                C: RCPT TO:<both@example.test>
                S: 250 *
                C: DATA
                S: 354 *
                """)
            try await client.say("\(text).\r\n")
            try await client.play(
                """
                S: 250 2.1.5 <both@example.test> Ok: delivered as *
                C: QUIT
                S: 221 *
                """)
            #expect(try await listener.test.inbox(ana).count == 2)
            #expect(try await listener.test.inbox(tight).count == 1)
            #expect(try await listener.test.inbox(full).count == 1)
            #expect(try await listener.test.inbox(ana).first?.contains(" with LMTP id ") == true)
            #expect(try await listener.test.complaints() == [])
        }
    }

    @Test func whatFailsFailsForEach() async throws {
        try await withListener(role: .lmtp) { listener in
            try await listener.test.addAccount("ana@example.test")
            try await listener.test.addAccount("bob@example.test")
            let client = try await listener.client("LHLO client.example")
            try await client.say(
                "MAIL FROM:<>\r\nRCPT TO:<ana@example.test>\r\nRCPT TO:<bob@example.test>\r\nDATA\r\n")
            _ = await client.hear("354 ")
            _ = await client.hear("\r\n")
            try await client.say(String(repeating: "Received: x\r\n", count: 101) + "\r\n.\r\nNOOP\r\n")
            try await client.play(
                """
                S: 554 5.4.6 *
                S: 554 5.4.6 *
                S: 250 *
                """)
        }
    }
}
