import MailCore
import NIOCore
import SMTP
import Testing

/// What transcripts cannot show.
@Suite struct SMTPServerStateMachineTests {
    private func configuration(_ tlsMode: TLSMode = .none, role: Role = .mta) -> SMTPServerConfiguration {
        SMTPServerConfiguration(hostname: "mail.example.test", role: role, tlsMode: tlsMode)
    }

    /// Commands sent in the clear behind STARTTLS are dropped, not obeyed within TLS (RFC 3207 §4.2).
    @Test func injectionAtTLS() {
        let injected = "EHLO evil\r\nMAIL FROM:<evil@b.example>\r\n"
        let text = "EHLO a\r\nMAIL FROM:<a@b.example>\r\nSTARTTLS\r\n"
        for cut in 0...injected.utf8.count {
            var connection = TestConnection(configuration(.startTLS))
            connection.receive(Array(text.utf8) + injected.utf8.prefix(cut))
            #expect(connection.machine.octetsDroppedAtTLS == cut)
            #expect(connection.machine.helloName == nil)
            #expect(connection.session.events == ["mail <a@b.example> ", "abort"])
            let before = connection.text
            #expect(before.hasSuffix("220 2.0.0 Ready to start TLS\r\n"))
            connection.receive("MAIL FROM:<a@b.example>\r\n")
            #expect(connection.text == before + "503 5.5.1 Send EHLO or HELO first\r\n")
            connection.receive("EHLO b\r\n")
            #expect(connection.machine.helloName == HelloName("b"))
            #expect(connection.machine.transmissionType.keyword == "ESMTPS")
        }
    }

    @Test func nothingIsReadDuringTheHandshake() {
        var machine = SMTPServerStateMachine(configuration(.startTLS))
        var input = ByteBuffer()
        #expect(machine.receive(&input) == .ask(.connected))
        _ = machine.answer(.accepted)
        input.writeString("STARTTLS\r\n")
        guard case .startTLS = machine.receive(&input) else {
            Issue.record("no STARTTLS")
            return
        }
        input.writeString("EHLO x\r\n")
        #expect(machine.receive(&input) == nil)
        #expect(input.readableBytes == 8)
    }

    @Test func talkingBeforeTheGreetingIsNoted() {
        var machine = SMTPServerStateMachine(configuration())
        var input = ByteBuffer(string: "EHLO a\r\n")
        #expect(machine.receive(&input) == .ask(.connected))
        #expect(machine.octetsBeforeGreeting == 8)
        #expect(machine.receive(&input) == nil, "an answer is due")
        machine.noteInputBeforeGreeting(octets: 2)
        #expect(machine.octetsBeforeGreeting == 10)
        guard case .send(let greeting) = machine.answer(.accepted) else {
            Issue.record("no greeting")
            return
        }
        #expect(greeting.code == 220)
    }

    @Test func refusedConnections() {
        var input = ByteBuffer(string: "EHLO a\r\nMAIL FROM:<>\r\nQUIT\r\n")
        var machine = SMTPServerStateMachine(configuration())
        _ = machine.receive(&input)
        #expect(machine.answer(.refused(.tooManyConnections)) == .close(.tooManyConnections))
        #expect(machine.receive(&input) == nil)
        #expect(input.readableBytes == 0)

        // 554 waits for QUIT (RFC 5321 §3.1).
        input = ByteBuffer(string: "EHLO a\r\nMAIL FROM:<>\r\nQUIT\r\n")
        machine = SMTPServerStateMachine(configuration())
        _ = machine.receive(&input)
        let refusal = SMTPReply(554, "No SMTP service here")
        #expect(machine.answer(.refused(refusal)) == .send(refusal))
        for _ in 0..<2 {
            guard case .send(let reply) = machine.receive(&input) else {
                Issue.record("no reply")
                return
            }
            #expect(reply.code == 503)
        }
        guard case .close(let reply?) = machine.receive(&input) else {
            Issue.record("not closed")
            return
        }
        #expect(reply.code == 221)
    }

    /// RFC 5321 §4.5.3.2.
    @Test func timeLimits() {
        var machine = SMTPServerStateMachine(configuration())
        var input = ByteBuffer()
        _ = machine.receive(&input)
        #expect(machine.readTimeoutSeconds == nil)
        _ = machine.answer(.accepted)
        #expect(machine.readTimeoutSeconds == 300)
        input.writeString("EHLO a\r\nMAIL FROM:<>\r\nRCPT TO:<a@b.example>\r\nDATA\r\n")
        while let action = machine.receive(&input) {
            if case .ask = action { _ = machine.answer(.accepted) }
        }
        #expect(machine.readTimeoutSeconds == 120)
        input.writeString("x\r\n")
        _ = machine.receive(&input)
        #expect(machine.readTimeoutSeconds == 180)
    }

    /// A message of any size passes through; only a chunk of it is ever held.
    @Test func memoryStaysFlat() {
        var connection = TestConnection(configuration())
        connection.receive("EHLO a\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<c@example.test>\r\nDATA\r\n")
        let chunk = [UInt8](repeating: 0x61, count: 10_000)
        for _ in 0..<100 {
            connection.receive(chunk)
            #expect(connection.leftOver == 0)
        }
        connection.receive("\r\n.\r\n")
        #expect(connection.session.messages.first?.body.utf8.count == 1_000_002)
    }

    /// A message that is refused for its bare line ends is not spooled any further.
    @Test func refusedDataIsNotSpooled() {
        var machine = SMTPServerStateMachine(configuration())
        var input = ByteBuffer(string: "EHLO a\r\nMAIL FROM:<>\r\nRCPT TO:<a@b.example>\r\nDATA\r\n")
        while let action = machine.receive(&input) {
            if case .ask = action { _ = machine.answer(.accepted) }
        }
        input.writeString("a\nb\r\n")
        #expect(machine.receive(&input) == nil)
        input.writeString("more\r\n.\r\n")
        #expect(machine.receive(&input) == .abortTransaction)
        guard case .send(let reply) = machine.receive(&input) else {
            Issue.record("no reply")
            return
        }
        #expect(reply.code == 550)
    }
}
