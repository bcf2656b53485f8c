import Foundation
import MailCore
import NIOCore
import NIOPosix
import SASL
import SMTP
import ServerRuntime
import Synchronization
import Testing

@testable import RemoteDelivery

@Suite(.timeLimit(.minutes(2))) struct SMTPClientConnectionTests {
    private func settings(
        _ server: FakeServer, tls: TLSPolicy = .none, _ change: (inout SMTPConnectionSettings) -> Void = { _ in }
    ) throws -> SMTPConnectionSettings {
        let name = try #require(Domain("mx.fake.example"))
        var settings = SMTPConnectionSettings(
            address: try server.address, serverName: name, clientName: "client.example")
        settings.tls = tls
        change(&settings)
        return settings
    }

    private var executor: LoopExecutor { LoopExecutor(MultiThreadedEventLoopGroup.singleton.next()) }

    private func transaction(_ recipients: String...) throws -> SMTPTransaction {
        let sender = try #require(EmailAddress("sender@client.example"))
        let paths = try recipients.map { EnvelopeRecipient(path: .address(try #require(EmailAddress($0)))) }
        return SMTPTransaction(Envelope(reversePath: .address(sender), recipients: paths))
    }

    private func pieces(_ texts: String...) -> SMTPClientConnection.MessagePieces {
        let rest = Mutex(texts[...])
        return { rest.withLock { $0.popFirst() }.map { ByteBuffer(string: $0) } }
    }

    private func failure(_ settings: SMTPConnectionSettings) async throws -> SMTPSessionFailure? {
        do throws(SMTPSessionFailure) {
            let connection = try await SMTPClientConnection.open(settings, on: executor)
            await connection.quit()
            return nil
        } catch {
            return error
        }
    }

    // MARK: Messages

    @Test func severalMessagesOnOneConnection() async throws {
        let server = try await FakeServer.start(script: FakeServer.willing())
        let connection = try await SMTPClientConnection.open(settings(server), on: executor)
        #expect(connection.tls == nil)
        #expect(connection.capabilities.extensions == .pipelining)
        for number in 1...3 {
            let outcome = try await connection.send(
                transaction("a@fake.example", "b@fake.example"), message: pieces("Subject: \(number)\r\n", "\r\n", ".x")
            )
            let taken = RecipientOutcome.accepted(
                SMTPReply(250, EnhancedStatusCode(.success, 0, 0), "taken"))
            #expect(outcome.recipients == [taken, taken])
            #expect(outcome.connection == .reusable)
        }
        await connection.quit()
        let message = [
            "MAIL FROM:<sender@client.example>", "RCPT TO:<a@fake.example>", "RCPT TO:<b@fake.example>", "DATA",
        ]
        let expected = (1...3).flatMap { message + ["Subject: \($0)", "", "..x", "."] }
        #expect(try await server.received() == ["EHLO client.example"] + expected + ["QUIT"])
        try await server.stop()
    }

    @Test func emptyMessageAndObstacle() async throws {
        let server = try await FakeServer.start(script: FakeServer.willing())
        let connection = try await SMTPClientConnection.open(settings(server), on: executor)
        var eightBit = try transaction("a@fake.example")
        eightBit.envelope.parameters.body = .eightBitMIME
        await #expect(throws: TransactionObstacle.needsSevenBit) {
            try await connection.send(eightBit, message: pieces())
        }
        let outcome = try await connection.send(transaction("a@fake.example"), message: pieces())
        #expect(outcome.connection == .reusable)
        await connection.quit()
        #expect(try await server.received().suffix(3) == ["DATA", ".", "QUIT"])
        try await server.stop()
    }

    /// 16 MiB, piece by piece.
    @Test func largeMessagesStream() async throws {
        let server = try await FakeServer.start(script: FakeServer.willing())
        let connection = try await SMTPClientConnection.open(settings(server), on: executor)
        let line = String(repeating: "x", count: 8_190) + "\r\n"
        let piece = ByteBuffer(string: String(repeating: line, count: 16))
        let left = Atomic<Int>(128)
        let outcome = try await connection.send(transaction("a@fake.example")) {
            left.subtract(1, ordering: .relaxed).newValue >= 0 ? piece : nil
        }
        guard case .accepted = outcome.recipients[0] else {
            Issue.record("\(outcome)")
            return
        }
        await connection.quit()
        #expect(try await server.received().count == 1 + 3 + 128 * 16 + 2)
        try await server.stop()
    }

    @Test func unreadableMessage() async throws {
        struct DiskError: Error {}
        let server = try await FakeServer.start(script: FakeServer.willing())
        let connection = try await SMTPClientConnection.open(settings(server), on: executor)
        let outcome = try await connection.send(transaction("a@fake.example")) { throw DiskError() }
        #expect(outcome.recipients == [.undecided(.messageUnreadable("DiskError()"), .incomplete)])
        #expect(outcome.connection == .spent)
        let after = try await connection.send(transaction("a@fake.example"), message: pieces("x"))
        #expect(after.recipients == [.undecided(.connectionLost(at: .idle), .incomplete)])
        await connection.quit()
        #expect(try await !server.received().contains("."))
        try await server.stop()
    }

    @Test func refusalWhileTheMessageGoesOut() async throws {
        let server = try await FakeServer.start { line, secured in
            line == "enough"
                ? .say("552 5.3.4 too much") : line == "DATA" ? .say("354 go") : FakeServer.willing()(line, secured)
        }
        let connection = try await SMTPClientConnection.open(settings(server), on: executor)
        let piece = ByteBuffer(string: "enough\r\n")
        let outcome = try await connection.send(transaction("a@fake.example")) { piece }
        guard case .refused(let reply, .message) = outcome.recipients[0] else {
            Issue.record("\(outcome)")
            return
        }
        #expect(reply.code == 552)
        #expect(outcome.connection == .spent)
        await connection.quit()
        try await server.stop()
    }

    @Test(arguments: ["MAIL", "RCPT", "DATA"])
    func lostBeforeTheMessage(verb: String) async throws {
        let server = try await FakeServer.start { line, secured in
            line.hasPrefix(verb) ? .close : FakeServer.willing("SIZE")(line, secured)
        }
        let connection = try await SMTPClientConnection.open(settings(server), on: executor)
        let outcome = try await connection.send(transaction("a@fake.example"), message: pieces("x"))
        let stage = try #require(SMTPStage(rawValue: verb))
        #expect(outcome.recipients == [.undecided(.connectionLost(at: stage), .incomplete)])
        await connection.quit()
        try await server.stop()
    }

    @Test func lostAfterTheMessage() async throws {
        let server = try await FakeServer.start { line, secured in
            line == "DATA"
                ? .say("354 go") : line == "." ? .close : line == "x" ? .silence : FakeServer.willing()(line, secured)
        }
        let connection = try await SMTPClientConnection.open(settings(server), on: executor)
        let outcome = try await connection.send(transaction("a@fake.example"), message: pieces("x"))
        #expect(outcome.recipients == [.undecided(.connectionLost(at: .endOfData), .inDoubt)])
        try await server.stop()
    }

    @Test func silenceTimesOut() async throws {
        let server = try await FakeServer.start { line, secured in
            line == "DATA" ? .silence : FakeServer.willing()(line, secured)
        }
        let connection = try await SMTPClientConnection.open(
            settings(server) { $0.limits.dataInitiationTimeoutSeconds = 0 }, on: executor)
        let outcome = try await connection.send(transaction("a@fake.example"), message: pieces("x"))
        #expect(outcome.recipients == [.undecided(.timedOut(at: .data), .incomplete)])
        try await server.stop()
    }

    @Test func cancellingEndsTheSession() async throws {
        let server = try await FakeServer.start { line, secured in
            line == "DATA" ? .silence : FakeServer.willing()(line, secured)
        }
        let connection = try await SMTPClientConnection.open(settings(server), on: executor)
        let transaction = try transaction("a@fake.example")
        let outcome = try await withThrowingTaskGroup(of: SMTPTransactionOutcome.self) { group in
            group.addTask { try await connection.send(transaction, message: { nil }) }
            while try await !server.received().contains("DATA") { await Task.yield() }
            group.cancelAll()
            return try await group.next()
        }
        #expect(outcome?.recipients == [.undecided(.cancelled, .incomplete)])
        await connection.quit()
        try await server.stop()
    }

    @Test func serverClosesAnIdleConnection() async throws {
        let server = try await FakeServer.start { line, secured in
            line == "." ? .silence : FakeServer.willing("SIZE")(line, secured)
        }
        let connection = try await SMTPClientConnection.open(settings(server), on: executor)
        try await server.stop()
        connection.close()
        let outcome = try await connection.send(transaction("a@fake.example"), message: pieces("x"))
        #expect(outcome.connection == .spent)
        await connection.quit()
    }

    // MARK: Opening

    @Test func nobodyThere() async throws {
        let server = try await FakeServer.start(script: FakeServer.willing())
        // Another address of the same port: a port that is given back may be another test's the next moment.
        let port = try #require(server.address.port)
        let address = try SocketAddress(ipAddress: "127.0.0.3", port: port)
        guard case .notConnected? = try await failure(try settings(server) { $0.address = address }) else {
            Issue.record("connected to nobody")
            return
        }
        try await server.stop()
    }

    @Test func refusedGreetings() async throws {
        let server = try await FakeServer.start(greeting: "554 5.7.1 go away", script: FakeServer.willing())
        let reply = SMTPReply(554, EnhancedStatusCode(.permanentFailure, 7, 1), "go away")
        #expect(try await failure(settings(server)) == .refused(reply, at: .greeting))
        try await server.stop()
        let silent = try await FakeServer.start(greeting: "", script: FakeServer.willing())
        #expect(
            try await failure(settings(silent) { $0.limits.greetingTimeoutSeconds = 0 }) == .timedOut(at: .greeting))
        try await silent.stop()
    }

    @Test func observersSeeTheDialogWithoutSecrets() async throws {
        let server = try await FakeServer.start { line, secured in
            line.hasPrefix("AUTH") ? .say("235 2.7.0 ok") : FakeServer.willing("AUTH PLAIN")(line, secured)
        }
        let identity = try TestIdentity(hostname: "mx.fake.example")
        let secure = try await FakeServer.start(tls: identity.context, implicit: true) { line, secured in
            line.hasPrefix("AUTH") ? .say("235 2.7.0 ok") : FakeServer.willing("AUTH PLAIN")(line, secured)
        }
        let credentials = SASLClientCredentials(userName: "user", password: SecretBytes("sesame".utf8))
        #expect(
            try await failure(settings(server) { $0.credentials = credentials }) == .noMechanism(offered: ["PLAIN"]))
        let seen = Mutex<[String]>([])
        let settings = try settings(secure, tls: .required) {
            $0.tlsStart = .implicit
            $0.credentials = credentials
            $0.observer = { line in seen.withLock { $0.append("\(line)") } }
        }
        let connection = try await SMTPClientConnection.open(settings, on: executor)
        #expect(connection.tls?.version == "TLSv1.3")
        _ = try await connection.send(transaction("a@fake.example"), message: pieces("secret text"))
        await connection.quit()
        #expect(
            seen.withLock { $0 } == [
                "[TLS]", "S: 220 fake.example ESMTP", "C: EHLO client.example", "S: 250-fake.example",
                "S: 250 AUTH PLAIN", "C: AUTH PLAIN ****", "S: 235 2.7.0 ok",
                "C: MAIL FROM:<sender@client.example>", "S: 250 2.1.0 ok", "C: RCPT TO:<a@fake.example>",
                "S: 250 2.1.0 ok", "C: DATA", "S: 354 go", "[message, 11 octets]", "S: 250 2.0.0 taken", "C: QUIT",
                "S: 221 bye",
            ])
        try await server.stop()
        try await secure.stop()
    }

    /// The whole of SCRAM-SHA-256-PLUS over a real handshake, against our own server's machine.
    @Test func loginBoundToTheChannel() async throws {
        let identity = try TestIdentity(hostname: "mx.fake.example")
        let bindings = TLSChannelBindings(serverEndPoint: CertificateHash.serverEndPoint(der: identity.der))
        let login = Mutex<SASLServer?>(nil)
        let server = try await FakeServer.start(tls: identity.context) { line, secured in
            guard secured else { return FakeServer.willing("STARTTLS")(line, secured) }
            if line.hasPrefix("EHLO") { return .say("250-fake\r\n250 AUTH SCRAM-SHA-256-PLUS SCRAM-SHA-256 PLAIN") }
            if line == "QUIT" { return .sayAndClose("221 bye") }
            return login.withLock { login in
                let words = line.split(separator: " ")
                let octets = SASLBase64.decode(Array((words.last ?? "").utf8)) ?? []
                if words.first == "AUTH" {
                    var context = SASLServerContext(
                        bindings: bindings, nonce: Array(repeating: 7, count: 18),
                        decoySecret: SecretBytes("decoy".utf8))
                    context.decoyIterations = 4_096
                    login = SASLServer(mechanism: .scramSHA256Plus, context: context)
                    _ = login?.start(initialResponse: octets)
                    let salt = Array("0123456789abcdef".utf8)
                    let known = SCRAMCredentials(password: SecretBytes("sesame".utf8), salt: salt)
                    return Self.answer(login?.provide(known))
                }
                return Self.answer(login?.receive(octets))
            }
        }
        func settings(_ password: String) throws -> SMTPConnectionSettings {
            try self.settings(server, tls: .required) {
                $0.credentials = SASLClientCredentials(userName: "user", password: SecretBytes(password.utf8))
            }
        }
        #expect(try await failure(settings("sesame")) == nil)
        guard case .loginRefused? = try await failure(settings("simsalabim")) else {
            Issue.record("a wrong password was taken")
            return
        }
        try await server.stop()
    }

    private static func answer(_ step: SASLStep?) -> FakeServer.Answer {
        switch step {
        case .challenge(let octets)?: .say("334 " + String(decoding: SASLBase64.encode(octets), as: UTF8.self))
        case .success?: .say("235 2.7.0 welcome")
        default: .say("535 5.7.8 no")
        }
    }
}
