import SMTP
import Testing

/// Every dialogue in Transcripts/Client, however the server's octets are split.
@Suite struct ClientTranscriptTests {
    @Test(arguments: ClientTranscript.all) func whole(_ transcript: ClientTranscript) {
        run(transcript) { [$0] }
    }

    @Test(arguments: ClientTranscript.all.filter { $0.settings["whole"] == nil })
    func octetByOctet(_ transcript: ClientTranscript) {
        run(transcript) { $0.map { [$0] } }
    }

    @Test(arguments: ClientTranscript.all.filter { $0.settings["whole"] == nil })
    func randomlySplit(_ transcript: ClientTranscript) {
        var generator = SeededGenerator(UInt64(transcript.name.utf8.reduce(0) { $0 &* 31 &+ Int($1) } & 0xffff))
        for _ in 0..<10 {
            run(transcript) { octets in
                var pieces: [[UInt8]] = []
                var rest = octets[...]
                while !rest.isEmpty {
                    let count = Int.random(in: 1...min(rest.count, 20), using: &generator)
                    pieces.append(Array(rest.prefix(count)))
                    rest = rest.dropFirst(count)
                }
                return pieces
            }
        }
    }

    @Test func allAreFound() {
        #expect(ClientTranscript.all.count >= 25)
    }

    /// Consecutive lines of the server arrive together.
    private func run(_ transcript: ClientTranscript, _ split: ([UInt8]) -> [[UInt8]]) {
        var run = ClientRun(transcript)
        var expected: [String] = []
        var pending: [UInt8] = []
        for (index, line) in transcript.lines.enumerated() {
            switch line {
            case .expected(let text):
                expected.append(text)
            case .server(let octets):
                pending += octets
                if index + 1 < transcript.lines.count, case .server = transcript.lines[index + 1] { continue }
                #expect(run.log == expected, "\(transcript), before line \(index)")
                run.play(.server(pending), split)
                pending = []
            default:
                #expect(run.log == expected, "\(transcript), before line \(index)")
                run.play(line, split)
            }
        }
        #expect(run.log == expected, "\(transcript)")
        if let password = transcript.settings["password"] {
            #expect(!run.dialog.contains { $0.contains(password) })
        }
    }
}
