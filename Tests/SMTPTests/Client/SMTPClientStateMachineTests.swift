import MailCore
import NIOCore
import SASL
import SMTP
import Testing

@Suite struct SMTPClientStateMachineTests {
    /// A dialog in memory that answers each command by a function of its place.
    private struct Driver {
        var machine: SMTPClientStateMachine
        var outcome: SMTPTransactionOutcome?
        var ended: SMTPSessionFailure?
        private var input = ByteBuffer()

        init(_ extensions: [String], dialect: SMTPClientConfiguration.Dialect = .smtp) {
            machine = SMTPClientStateMachine(
                SMTPClientConfiguration(name: "client.example", dialect: dialect, tls: .never))
            say("220 a\r\n")
            say((["a"] + extensions).map { "250-\($0)\r\n" }.joined() + "250 HELP\r\n")
        }

        mutating func say(_ text: String) {
            input.writeString(text)
            while let action = machine.receive(&input) { perform(action) }
        }

        mutating func perform(_ action: SMTPClientAction) {
            switch action {
            case .sendMessage:
                machine.send(ByteBuffer(string: "x\r\n")) { _ in }
                machine.endMessage { _ in }
                machine.messageWritten()
            case .finished(let outcome): self.outcome = outcome
            case .ended(let failure): ended = failure
            case .ready, .startTLS, .deriveKeys: break
            }
        }

        mutating func begin(_ recipients: Int) throws {
            let sender = try #require(EmailAddress("s@x.example"))
            let paths = try (0..<recipients).map { number in
                EnvelopeRecipient(path: .address(try #require(EmailAddress("r\(number)@y.example"))))
            }
            try machine.begin(SMTPTransaction(Envelope(reversePath: .address(sender), recipients: paths)))
        }

        /// How many commands wait for an answer.
        mutating func commands() -> Int {
            machine.takeOutput().readableBytesView.count { $0 == 10 }
        }
    }

    private enum Event: CaseIterable {
        case temporary
        case permanent
        case closing
        case garbage
        case lost
        case intermediate
    }

    /// Every event at every place, pipelined or not, SMTP and LMTP: nobody stays without an outcome, whoever was accepted
    /// was said to be so, and a session is reusable only where both sides know where they are.
    @Test(arguments: [["PIPELINING"], []], [SMTPClientConfiguration.Dialect.smtp, .lmtp])
    func everythingEverywhere(extensions: [String], dialect: SMTPClientConfiguration.Dialect) throws {
        for event in Event.allCases {
            for place in 0..<(dialect == .lmtp ? 6 : 5) {
                var driver = Driver(extensions, dialect: dialect)
                _ = driver.commands()
                try driver.begin(2)
                for step in 0...place where driver.outcome == nil && driver.ended == nil {
                    if step < place {
                        driver.say(step == 3 ? "354 go\r\n" : "250 ok\r\n")
                    } else {
                        play(event, &driver)
                    }
                }
                // What is due after a refusal.
                for _ in 0..<8 where driver.outcome == nil { driver.say("250 ok\r\n") }
                let outcome = try #require(driver.outcome, "\(event) at \(place)")
                #expect(outcome.recipients.count == 2)
                #expect(!outcome.recipients.contains(.leftOver))
                let isOver = event == .closing || event == .garbage || event == .lost
                if isOver { #expect(outcome.connection == .spent, "\(event) at \(place)") }
                #expect(driver.machine.isOver == (outcome.connection == .spent))
                for case .undecided(_, let sent) in outcome.recipients {
                    #expect((sent == .inDoubt) == (place >= 4), "\(event) at \(place)")
                }
            }
        }
    }

    private func play(_ event: Event, _ driver: inout Driver) {
        switch event {
        case .temporary: driver.say("450 4.0.0 later\r\n")
        case .permanent: driver.say("550 5.0.0 no\r\n")
        case .closing: driver.say("421 4.3.2 bye\r\n")
        case .garbage: driver.say("what?\r\n")
        case .intermediate: driver.say("399 hm\r\n")
        case .lost:
            let stage = driver.machine.stage
            if let action = driver.machine.end(.connectionLost(at: stage)) { driver.perform(action) }
        }
    }

    /// Random replies never trap, and no message is called accepted without a 2yz behind its last octet.
    @Test func randomServers() throws {
        var generator = SeededGenerator(11)
        let replies = [
            "250 ok\r\n", "250-a\r\n", "250 2.1.0 b\r\n", "354 go\r\n", "550 5.1.1 no\r\n", "450 later\r\n",
            "452 many\r\n",
            "421 bye\r\n", "334 AAAA\r\n", "220 go\r\n", "399 x\r\n", "x\r\n", "250\r\n",
        ]
        for round in 0..<3_000 {
            let announced = [["PIPELINING"], [], ["PIPELINING", "LIMITS RCPTMAX=2"], ["CHUNKING", "BINARYMIME"]]
            var driver = Driver(announced[round % 4], dialect: round % 3 == 0 ? .lmtp : .smtp)
            try driver.begin(3)
            for _ in 0..<20 where driver.outcome == nil && driver.ended == nil {
                // Mostly good ones, else few sessions come far.
                let isGood = Int.random(in: 0..<3, using: &generator) > 0
                driver.say(
                    isGood
                        ? ["250 ok\r\n", "354 go\r\n"].randomElement(using: &generator) ?? ""
                        : replies.randomElement(using: &generator) ?? "")
            }
            if driver.outcome == nil, let action = driver.machine.end(.cancelled) { driver.perform(action) }
            let outcome = try #require(driver.outcome)
            for case .accepted(let reply) in outcome.recipients { #expect((200..<300).contains(reply.code)) }
        }
    }

    /// RFC 5321 §4.5.3.2.
    @Test func timeLimits() throws {
        var machine = SMTPClientStateMachine(SMTPClientConfiguration(name: "client.example", tls: .never))
        var input = ByteBuffer()
        #expect(machine.readTimeoutSeconds == 300)
        input.writeString("220 a\r\n250 a\r\n")
        while machine.receive(&input) != nil {}
        #expect(machine.readTimeoutSeconds == nil, "idle")
        let recipient = EnvelopeRecipient(path: .postmaster)
        try machine.begin(SMTPTransaction(Envelope(reversePath: .null, recipients: [recipient])))
        #expect(machine.readTimeoutSeconds == 300)
        input.writeString("250 ok\r\n250 ok\r\n")
        #expect(machine.receive(&input) == nil)
        #expect(machine.readTimeoutSeconds == 120)
        input.writeString("354 go\r\n")
        #expect(machine.receive(&input) != nil)
        #expect(machine.readTimeoutSeconds == 180)
        machine.endMessage { _ in }
        #expect(machine.readTimeoutSeconds == 600)
        input.writeString("250 ok\r\n")
        #expect(machine.receive(&input) != nil)
        machine.quit()
        #expect(machine.readTimeoutSeconds == 5)
    }

    /// One write for the whole of a pipelined transaction.
    @Test func oneWrite() throws {
        var driver = Driver(["PIPELINING"])
        _ = driver.commands()
        try driver.begin(50)
        #expect(driver.commands() == 52)
        var plain = Driver([])
        _ = plain.commands()
        try plain.begin(50)
        #expect(plain.commands() == 1)
    }

    /// RFC 5321 §4.5.3.1.8.
    @Test func aHundredWhereNothingIsAnnounced() throws {
        var driver = Driver(["PIPELINING"])
        _ = driver.commands()
        try driver.begin(150)
        #expect(driver.commands() == 102)
        for _ in 0..<101 { driver.say("250 ok\r\n") }
        driver.say("354 go\r\n250 taken\r\n")
        #expect(driver.outcome?.recipients.count { $0 == .leftOver } == 50)
    }
}
