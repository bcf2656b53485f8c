import Testing

@testable import JMAPServer

@Suite struct BodyPartsTests {
    private func part(_ type: String, _ name: Character, disposition: String? = nil, file: String? = nil) -> BodyPart {
        BodyPart(
            position: Int(name.asciiValue ?? 0), type: type, disposition: disposition, name: file, parts: nil)
    }

    private func multipart(_ subtype: String, _ parts: BodyPart...) -> BodyPart {
        BodyPart(position: 0, type: "multipart/\(subtype)", disposition: nil, name: nil, parts: parts)
    }

    private func letters(_ parts: [BodyPart]) -> String {
        String(parts.map { Character(Unicode.Scalar(UInt8($0.position))) })
    }

    private func expect(_ root: BodyPart, text: String, html: String, attachments: String) {
        let parts = BodyParts(root)
        #expect(letters(parts.textBody) == text)
        #expect(letters(parts.htmlBody) == html)
        #expect(letters(parts.attachments) == attachments)
    }

    /// The example of RFC 8621 §4.1.4.
    @Test func exampleOfTheRFC() {
        expect(
            multipart(
                "mixed",
                part("text/plain", "A", disposition: "inline"),
                multipart(
                    "mixed",
                    multipart(
                        "alternative",
                        multipart(
                            "mixed", part("text/plain", "B", disposition: "inline"),
                            part("image/jpeg", "C", disposition: "inline"),
                            part("text/plain", "D", disposition: "inline")),
                        multipart("related", part("text/html", "E"), part("image/jpeg", "F"))),
                    part("image/jpeg", "G", disposition: "attachment"), part("application/x-excel", "H"),
                    part("message/rfc822", "J")),
                part("text/plain", "K", disposition: "inline")),
            text: "ABCDK", html: "AEK", attachments: "CFGHJ")
    }

    @Test func oneVersionStandsForBoth() {
        expect(part("text/plain", "A"), text: "A", html: "A", attachments: "")
        expect(part("text/html", "A"), text: "A", html: "A", attachments: "")
        expect(multipart("alternative", part("text/html", "A")), text: "A", html: "A", attachments: "")
        expect(multipart("alternative", part("text/plain", "A")), text: "A", html: "A", attachments: "")
        expect(part("application/pdf", "A"), text: "", html: "", attachments: "A")
        expect(multipart("mixed"), text: "", html: "", attachments: "")
    }

    @Test func whatIsInAnAlternativeWithinAnother() {
        expect(
            multipart(
                "alternative", part("text/plain", "A"),
                multipart("related", multipart("alternative", part("text/plain", "B"), part("text/html", "C")))),
            text: "AB", html: "C", attachments: "")
        // A calendar's part is no version that is shown.
        expect(
            multipart("alternative", part("text/plain", "A"), part("text/html", "B"), part("text/calendar", "C")),
            text: "A", html: "B", attachments: "C")
    }

    @Test func namedTextsAreFiles() {
        expect(
            multipart("mixed", part("text/plain", "A", file: "a.txt"), part("text/plain", "B", file: "b.txt")),
            text: "A", html: "A", attachments: "B")
        expect(
            multipart("related", part("text/html", "A"), part("text/plain", "B")), text: "A", html: "A",
            attachments: "B")
    }
}
