import InternetMessage
import Testing

@Suite struct FlowedTextTests {
    private typealias Paragraph = FlowedText.Paragraph

    @Test func paragraphsAreJoined() {
        let text = "`Take some more tea,' the March Hare said to Alice, \r\nvery earnestly.\r\n\r\nfixed\r\n"
        let flowed = FlowedText(parsing: text, trailingSpace: .kept)
        #expect(
            flowed.paragraphs.map(\.text) == [
                "`Take some more tea,' the March Hare said to Alice, very earnestly.", "", "fixed",
            ]
        )
    }

    /// RFC 3676 §4.5, the example of quoting.
    @Test func quotesFlowByDepth() {
        let text = [
            ">>>Take some more tea.", ">>I've had nothing yet, so I can't take more.",
            ">You mean you can't take LESS, ",
            ">it's very easy to take MORE than nothing.", "End of ", "text", "> > spaced",
        ].joined(separator: "\r\n")
        let flowed = FlowedText(parsing: text, trailingSpace: .kept)
        #expect(
            flowed.paragraphs == [
                Paragraph(quoteDepth: 3, text: "Take some more tea."),
                Paragraph(quoteDepth: 2, text: "I've had nothing yet, so I can't take more."),
                Paragraph(
                    quoteDepth: 1, text: "You mean you can't take LESS, it's very easy to take MORE than nothing."),
                Paragraph(quoteDepth: 0, text: "End of text"),
                // Only marks without blanks between count (RFC 3676 §4.5).
                Paragraph(quoteDepth: 1, text: "> spaced"),
            ]
        )
        #expect(flowed.unwrapped.hasPrefix(">>> Take some more tea.\n>> I've"))
    }

    @Test func depthAndSignatureEndParagraphs() {
        let flowed = FlowedText(parsing: "> a \r\nb \r\n-- \r\nJoe \r\n", trailingSpace: .kept)
        #expect(flowed.paragraphs.map(\.text) == ["a ", "b ", "-- ", "Joe "])
    }

    @Test func deletedSpaceJoinsWithoutOne() {
        let flowed = FlowedText(parsing: "漢字 \r\nかな \r\nend\n", trailingSpace: .deleted)
        #expect(flowed.paragraphs.map(\.text) == ["漢字かなend"])
    }

    @Test func stuffingIsUndone() {
        let flowed = FlowedText(parsing: " > no quote\r\n From me\r\n  two\r\n>  quoted", trailingSpace: .kept)
        #expect(flowed.paragraphs.map(\.text) == ["> no quote", "From me", " two", " quoted"])
    }

    @Test func writtenTextReadsTheSame() {
        var seed = CodecSeed(41)
        for round in 0..<200 {
            var paragraphs: [Paragraph] = []
            for _ in 0..<Int(seed.next() % 6) {
                var text = seed.text(Int(seed.next() % 80))
                if round % 5 == 0 { text = ["From x", "> y", " z", ">", "", "-- "][Int(seed.next() % 6)] + text }
                if text != "-- " { while text.last == " " { text.removeLast() } }
                paragraphs.append(Paragraph(quoteDepth: Int(seed.next() % 4), text: text))
            }
            let written = FlowedText(paragraphs: paragraphs).write()
            #expect(FlowedText(parsing: written, trailingSpace: .kept).paragraphs == paragraphs, "\(written)")
            for line in octets(written).split(separator: 0x0A) { #expect(line.count <= 999) }
        }
    }

    @Test func wordsWithoutBlanksKeepTheLimit() {
        let word = String(repeating: "é", count: 2_500)
        let written = FlowedText(paragraphs: [Paragraph(quoteDepth: 2, text: word + " " + word)]).write()
        for line in octets(written).split(separator: 0x0A) {
            #expect(line.count <= 999)
            #expect(String(validating: Array(line), as: UTF8.self) != nil)
        }
    }

    @Test func preferredWidthIsKept() {
        let text = String(repeating: "word and more ", count: 50)
        for line in octets(FlowedText(paragraphs: [Paragraph(text: text)]).write()).split(separator: 0x0A) {
            #expect(line.count <= 73)
        }
    }

    @Test func longInputIsLinear() {
        let hostile = [">", " \r\n", "a ", ">\r\n"]
        for piece in hostile {
            let text = String(repeating: piece, count: 50_000)
            #expect(!FlowedText(parsing: text, trailingSpace: .deleted).paragraphs.isEmpty)
        }
    }
}
