import MailCore
import SMTP
import Testing

@testable import RemoteDelivery

@Suite struct RemoteReplyTests {
    /// (what the queue remembers, its status, whose words they are).
    static let remembered: [(String, String, RemoteReply.Speaker)] = [
        ("450 4.2.1 grey", "4.2.1", .remote),
        ("450 4.2.1 grey / 450 4.2.1 still", "4.2.1", .remote),
        ("450 4.2.1", "4.2.1", .remote),
        ("450", "4.0.0", .remote),
        ("450 grey", "4.0.0", .remote),
        ("550 5.1.1 no such user", "4.1.1", .remote),
        ("450 192.0.2.1 is blocked", "4.0.0", .remote),
        ("450 4.99999.1 grey", "4.0.0", .remote),
        ("250 2.0.0 OK", "4.4.7", .local),
        ("999 what", "4.4.7", .local),
        ("no answer from far.test", "4.4.7", .local),
        ("", "4.4.7", .local),
        ("   ", "4.4.7", .local),
    ]

    @Test(arguments: remembered) func whatWasSaidLastIsKnown(
        _ text: String, _ status: String, _ speaker: RemoteReply.Speaker
    ) {
        let reply = RemoteReply(lastSaid: text)
        #expect("\(reply.status)" == status)
        #expect(reply.speaker == speaker)
        #expect(reply.permanence == .temporary)
        #expect(reply.text == (text.isEmpty ? "no attempt has succeeded" : text))
    }

    /// (code, enhanced code, permanence, status); RFC 2034 §4.
    static let replies: [(UInt16, EnhancedStatusCode?, RemoteReply.Permanence, String)] = [
        (450, EnhancedStatusCode(.persistentTransientFailure, 2, 1), .temporary, "4.2.1"),
        (550, EnhancedStatusCode(.permanentFailure, 1, 1), .permanent, "5.1.1"),
        (550, nil, .permanent, "5.0.0"),
        (421, nil, .temporary, "4.0.0"),
        (550, EnhancedStatusCode(.persistentTransientFailure, 1, 1), .permanent, "5.0.0"),
        (450, EnhancedStatusCode(.success, 1, 1), .temporary, "4.0.0"),
        (250, EnhancedStatusCode(.success, 1, 5), .temporary, "2.1.5"),
    ]

    @Test(arguments: replies) func aReplyIsRead(
        _ code: UInt16, _ enhanced: EnhancedStatusCode?, _ permanence: RemoteReply.Permanence, _ status: String
    ) {
        let reply = RemoteReply(SMTPReply(code, enhanced, lines: ["one", "two"]))
        #expect(reply.permanence == permanence)
        #expect("\(reply.status)" == status)
        let codes = "\(code)" + (enhanced.map { " \($0)" } ?? "")
        #expect(reply.text == "\(codes) one / \(codes) two")
        #expect(reply.speaker == .remote)
    }

    /// The end of a session is no word about the message: it is tried again.
    static let failures: [SMTPSessionFailure] = [
        .tlsNotOffered, .tlsHandshakeFailed("x"), .tlsNotVerified("x"), .octetsBeforeTLS, .notConnected("refused"),
        .connectionLost(at: .greeting), .timedOut(at: .hello), .cancelled, .messageUnreadable("x"),
        .noMechanism(offered: []), .loginRefused(SMTPReply(535, "no")),
        .serviceClosing(SMTPReply(421, "no"), at: .hello),
        .unexpectedReply(SMTPReply(550, "what"), at: .hello),
    ]

    @Test(arguments: failures) func anEndedSessionIsTriedAgain(_ failure: SMTPSessionFailure) {
        let reply = RemoteReply(failure)
        #expect(reply.permanence == .temporary)
        #expect(reply.status.classCode == .persistentTransientFailure)
        #expect(!reply.text.isEmpty)
    }

    @Test func aRefusalOfTheSessionIsTheServersWord() {
        #expect(RemoteReply(.refused(SMTPReply(554, "no mail here"), at: .greeting)).permanence == .permanent)
        #expect(RemoteReply(.refused(SMTPReply(421, "busy"), at: .greeting)).permanence == .temporary)
    }
}

@Suite struct DialFailuresTests {
    private static let later = DialFailure(.local(.temporary, 4, 1, "later"))
    private static let never = DialFailure(.local(.permanent, 4, 4, "never"))
    private static let again = DialFailure(.local(.temporary, 4, 3, "again"))

    /// (what went wrong with each host, what the message gets): one host that may take it later is enough.
    static let cases: [([DialFailure], DialFailure?)] = [
        ([], nil), ([never], never), ([later], later), ([never, later], later), ([later, never], later),
        ([never, later, again, never], again),
    ]

    @Test(arguments: cases) func whatMayPassCountsMore(_ failures: [DialFailure], _ expected: DialFailure?) throws {
        var all = DialFailures(try #require(Domain("far.test")))
        for failure in failures { all.add(failure) }
        #expect(all.result == expected)
    }

    @Test func whatIsWrongWithASmarthostMayPass() {
        let made = Self.never.madeTemporary
        #expect(made.reply.permanence == .temporary)
        #expect("\(made.reply.status)" == "4.4.4")
    }
}
