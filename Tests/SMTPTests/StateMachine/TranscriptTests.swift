import SMTP
import Testing

/// Every dialogue in Transcripts, however its octets are split.
@Suite struct TranscriptTests {
    @Test(arguments: Transcript.all) func whole(_ transcript: Transcript) {
        run(transcript) { [$0] }
    }

    @Test(arguments: Transcript.all) func octetByOctet(_ transcript: Transcript) {
        run(transcript) { $0.map { [$0] } }
    }

    @Test(arguments: Transcript.all) func randomlySplit(_ transcript: Transcript) {
        var generator = SeededGenerator(UInt64(transcript.name.utf8.reduce(0) { $0 &* 31 &+ Int($1) } & 0xffff))
        for _ in 0..<20 {
            run(transcript) { octets in
                var pieces: [[UInt8]] = []
                var rest = octets[...]
                while !rest.isEmpty {
                    let count = Int.random(in: 1...min(rest.count, 40), using: &generator)
                    pieces.append(Array(rest.prefix(count)))
                    rest = rest.dropFirst(count)
                }
                return pieces
            }
        }
    }

    @Test func allAreFound() {
        #expect(Transcript.all.count >= 25)
    }

    private func run(_ transcript: Transcript, _ split: ([UInt8]) -> [[UInt8]]) {
        var connection = TestConnection(transcript.configuration, bindings: transcript.bindings)
        var said = ""
        for turn in transcript.turns {
            for piece in split(turn.client) { connection.receive(piece) }
            said += turn.server
            // What has to be dropped at STARTTLS arrives with it only in one piece.
            #expect(connection.text == said, "\(transcript)")
            if connection.text != said { return }
        }
        let messages = connection.session.messages.map { message in
            let body = message.body.replacing("\r\n", with: "\\r\\n").replacing("\n", with: "\\n").replacing(
                "\r", with: "\\r")
            return "message \(message.sender) \(message.recipients.joined(separator: " ")) \(message.with) [\(body)]"
        }
        if transcript.events.contains(where: { $0.hasPrefix("message") }) {
            #expect(messages == transcript.events.filter { $0.hasPrefix("message") }, "\(transcript)")
        }
        let asked = transcript.events.filter { !$0.hasPrefix("message") }
        if !asked.isEmpty {
            let events = connection.session.events.map { $0.hasSuffix(" ") ? String($0.dropLast()) : $0 }
            #expect(events == asked, "\(transcript)")
        }
    }
}
