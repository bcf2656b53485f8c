import InternetMessage
import Testing

@Suite struct HeaderFieldFilterTests {
    struct Example: Sendable {
        var header: String
        var names: [String]
        var only: String
        var allBut: String
    }

    static let examples = [
        Example(header: "A: 1\r\nB: 2\r\n\r\n", names: ["a"], only: "A: 1\r\n\r\n", allBut: "B: 2\r\n\r\n"),
        Example(
            header: "Date: x\r\nSubject: one\r\n two\r\n\tthree\r\nTo: a\r\n\r\n", names: ["SUBJECT"],
            only: "Subject: one\r\n two\r\n\tthree\r\n\r\n", allBut: "Date: x\r\nTo: a\r\n\r\n"),
        // A name is matched whole.
        Example(
            header: "To: 1\r\nToo: 2\r\nT: 3\r\n\r\n", names: ["to"], only: "To: 1\r\n\r\n",
            allBut: "Too: 2\r\nT: 3\r\n\r\n"),
        // Blanks before the colon (RFC 5322 §4.5).
        Example(
            header: "To \t: 1\r\nTo x: 2\r\nCc: 3\r\n", names: ["To"], only: "To \t: 1\r\nTo x: 2\r\n",
            allBut: "Cc: 3\r\n"),
        // Line ends of LF alone, and no empty line.
        Example(header: "A: 1\nB: 2\n c\n", names: ["b"], only: "B: 2\n c\n", allBut: "A: 1\n"),
        Example(header: "A: 1\n\n", names: ["b"], only: "\n", allBut: "A: 1\n\n"),
        // What stands before the first field is in none; a line that is no field goes with the one before it.
        Example(
            header: "From a@b Mon\r\nA: 1\r\nstray\r\nB: 2\r\n\r\n", names: ["A"], only: "A: 1\r\nstray\r\n\r\n",
            allBut: "From a@b Mon\r\nB: 2\r\n\r\n"),
        Example(
            header: "A: 1\r\n: x\r\né: y\r\n\r\n", names: ["B"], only: "\r\n", allBut: "A: 1\r\n: x\r\né: y\r\n\r\n"),
        // A CR that is no line end; an end within a name.
        Example(header: "A: 1\r\n\rB: 2\r\nA", names: ["A"], only: "A: 1\r\n\rB: 2\r\nA", allBut: ""),
        Example(header: "A: 1\r\n\r", names: ["B"], only: "", allBut: "A: 1\r\n\r"),
        Example(header: "", names: ["A"], only: "", allBut: ""),
        Example(header: "\r\n", names: ["A"], only: "\r\n", allBut: "\r\n"),
        Example(
            header: "A: 1\r\nA: 2\r\nB: 3\r\n\r\n", names: ["A", "B"], only: "A: 1\r\nA: 2\r\nB: 3\r\n\r\n",
            allBut: "\r\n"),
    ]

    private func filtered(
        _ header: String, _ choice: HeaderFieldFilter.Choice, _ names: [String], pieces: [Int]
    ) -> String {
        var filter = HeaderFieldFilter(choice, names: names)
        var output: [UInt8] = []
        var rest = Array(header.utf8)[...]
        var pieces = pieces[...]
        while !rest.isEmpty {
            let piece = Array(rest.prefix(pieces.popFirst() ?? 1))
            rest = rest.dropFirst(piece.count)
            piece.withUnsafeBytes { filter.filter($0, into: &output) }
        }
        filter.finish(into: &output)
        return String(decoding: output, as: UTF8.self)
    }

    @Test(arguments: examples) func choosesFields(_ example: Example) {
        for pieces in [[example.header.utf8.count], []] {
            #expect(filtered(example.header, .only, example.names, pieces: pieces) == example.only)
            #expect(filtered(example.header, .allBut, example.names, pieces: pieces) == example.allBut)
        }
        var seed = CodecSeed(7)
        for _ in 0..<20 {
            let pieces = (0..<40).map { _ in Int(seed.next() % 6) + 1 }
            #expect(filtered(example.header, .only, example.names, pieces: pieces) == example.only)
            #expect(filtered(example.header, .allBut, example.names, pieces: pieces) == example.allBut)
        }
    }

    /// Every field is in one of the two, and the empty line in both.
    @Test func nothingIsLost() {
        var seed = CodecSeed(11)
        let alphabet = Array("AaB:: \t\r\n\n\r\n-xé".utf8)
        for _ in 0..<2_000 {
            let header = seed.bytes(Int(seed.next() % 60), of: alphabet)
            let (only, allBut) = header.withUnsafeBytes { bytes in
                (
                    HeaderFieldFilter.filter(bytes, .only, names: ["a", "ab"]),
                    HeaderFieldFilter.filter(bytes, .allBut, names: ["a", "ab"])
                )
            }
            let none = header.withUnsafeBytes { HeaderFieldFilter.filter($0, .only, names: []) }
            let all = header.withUnsafeBytes { HeaderFieldFilter.filter($0, .allBut, names: []) }
            #expect(all == header)
            #expect(only.count + allBut.count == header.count + none.count)
        }
    }

    /// A line without end costs no memory.
    @Test func longLines() {
        let line = [UInt8](repeating: UInt8(ascii: "x"), count: 10_000)
        var filter = HeaderFieldFilter(.only, names: ["x"])
        var output: [UInt8] = []
        for _ in 0..<20 { line.withUnsafeBytes { filter.filter($0, into: &output) } }
        filter.finish(into: &output)
        #expect(output.isEmpty)
    }
}
