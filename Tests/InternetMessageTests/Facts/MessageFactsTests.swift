import Testing

@testable import InternetMessage

@Suite struct MessageFactsTests {
    @Test func hasAllThatListsShow() {
        let fixture = MessageFixture(
            """
            Date: Fri, 21 Nov 1997 09:55:06 -0600
            From: =?utf-8?q?J=C3=BCrgen?= <j@x.test>, b@x.test
            Subject: Re: [l] =?utf-8?q?Gr=C3=BC=C3=9Fe?=
            Message-ID: <a@x.test>
            In-Reply-To: <b@x.test>
            References: <c@x.test> (comment)
             <b@
             x.test>

            Hello,

              world!
            """)
        let facts = fixture.facts
        #expect(facts.subject == "Re: [l] Grüße")
        #expect(facts.baseSubject == "Grüße")
        #expect(facts.messageID?.text == "a@x.test")
        #expect(facts.inReplyTo.map(\.text) == ["b@x.test"])
        #expect(facts.references.map(\.text) == ["c@x.test", "b@x.test"])
        #expect(facts.sentSecondsSince1970 == 880_127_706)
        #expect(facts.from?.displayText == "Jürgen")
        #expect(facts.from?.addressText == "j@x.test")
        #expect(facts.preview == "Hello, world!")
        #expect(facts.octetCount == fixture.octets.count)
        #expect(facts.lineCount == 11)
        #expect(!facts.hasAttachment)
        #expect(!facts.limitReached)
        #expect(!facts.description.contains("x.test"))
    }

    @Test func nothingThatPeopleWroteIsPrinted() {
        let fixture = MessageFixture(
            "From: Secret <secret@x.test>\nContent-Type: text/plain; name=secret.txt\n\nsecret")
        let items = AddressListParser.parse(Array("Secret <secret@x.test>".utf8)[...])
        for printed in [
            "\(fixture.facts)", "\(fixture.message)", "\(fixture.describe(0))", "\(items)",
        ] {
            #expect(!printed.lowercased().contains("secret"))
        }
    }

    @Test func missingFactsAreMissing() {
        let facts = MessageFacts(parsing: [])
        #expect(facts.subject.isEmpty && facts.messageID == nil && facts.sent == nil && facts.from == nil)
        #expect(facts.references.isEmpty && facts.preview.isEmpty)
    }

    @Test(arguments: [
        ("Message-ID: a@b\n", "a@b"), ("Message-ID: (c) <a@b>\n", "a@b"), ("Message-ID: <a <b@c>\n", "b@c"),
        ("Message-ID:\n", nil), ("Message-ID: <>\n", "<>"), ("message-id : <x>\n", "x"),
    ]) func readsMessageIDs(_ header: String, _ expected: String?) {
        #expect(MessageFixture(header + "\n").facts.messageID?.text == expected)
    }

    @Test(arguments: [
        ("Content-Type: text/html\n\n<p>x</p>", false),
        ("Content-Type: application/pdf\n\nx", true),
        ("Content-Type: text/plain\nContent-Disposition: attachment\n\nx", true),
        ("Content-Type: text/csv; name=a.csv\n\nx", true),
        (
            "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nx\n--b\nContent-Type: application/pgp-signature\n\ny\n--b--",
            false
        ),
        (
            "Content-Type: multipart/related; boundary=b\n\n--b\nContent-Type: text/html\n\nx\n--b\nContent-Type: image/png\nContent-ID: <a>\n\ny\n--b--",
            false
        ),
        ("Content-Type: multipart/mixed; boundary=b\n\n--b\n\nx\n--b\nContent-Type: image/png\n\ny\n--b--", true),
        (
            "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nx\n--b\nContent-Type: message/rfc822\n\nA: b\n\ny\n--b--",
            true
        ),
        (
            "Content-Type: multipart/report; boundary=b\n\n--b\n\nx\n--b\nContent-Type: message/delivery-status\n\ny\n--b--",
            false
        ),
        (
            "Content-Type: multipart/report; boundary=b\n\n--b\n\nx\n--b\nContent-Type: message/rfc822\n\n"
                + "Content-Type: application/pdf\n\ny\n--b--", false
        ),
        (
            "Content-Type: multipart/encrypted; boundary=b\n\n--b\nContent-Type: application/pgp-encrypted\n\nx\n--b\n"
                + "Content-Type: application/octet-stream\n\ny\n--b--", false
        ),
    ]) func tellsAttachments(_ message: String, _ expected: Bool) {
        #expect(MessageFixture(message).facts.hasAttachment == expected)
    }

    @Test(arguments: [
        ("\nHello\n\n  there\u{A0}\u{200B} you\n", "Hello there you"),
        (
            "Content-Transfer-Encoding: quoted-printable\nContent-Type: text/plain; charset=iso-8859-1\n\nGr=FC=DFe=\n!",
            "Grüße!"
        ),
        ("Content-Transfer-Encoding: base64\n\nSGVsbG8=\n", "Hello"),
        (
            "Content-Type: text/html; charset=utf-8\n\n<html><head><title>t</title><style>p {x}</style></head><body><!-- c -->"
                + "<p>A&amp;B&nbsp;&#8364;&#x20AC;</p><p>x<b>y</b>z<br>&unknown; a < b</p><script>alert('<p>')</script>end",
            "A&B €€ xyz &unknown; a < b end"
        ),
        (
            "Content-Type: multipart/alternative; boundary=b\n\n--b\nContent-Type: text/html\n\n<p>html</p>\n--b\n"
                + "Content-Type: text/plain\n\nplain\n--b--", "plain"
        ),
        (
            "Content-Type: multipart/alternative; boundary=b\n\n--b\nContent-Type: text/plain\n\n \n--b\n"
                + "Content-Type: text/html\n\n<p>html</p>\n--b--", "html"
        ),
        ("Content-Type: image/png\n\nxyz", ""),
        ("Content-Type: text/plain\nContent-Disposition: attachment\n\nxyz", ""),
    ]) func makesPreviews(_ message: String, _ expected: String) {
        #expect(MessageFixture(message).facts.preview == expected)
    }

    @Test(arguments: ["word ", "ö", "💌", "x", " \n x", "e\u{301}"]) func previewsAreShort(_ piece: String) {
        let message = "Content-Type: text/plain; charset=utf-8\n\n" + String(repeating: piece, count: 2_000)
        let preview = MessageFixture(message).facts.preview
        #expect(preview.unicodeScalars.count <= 200)
        #expect(preview.unicodeScalars.count >= 199)
        #expect(!preview.contains("\u{FFFD}"))
    }

    @Test func searchTextHasTheWords() {
        let fixture = MessageFixture(
            """
            From: =?utf-8?q?J=C3=BCrgen?= <j@x.test>
            To: team: a@x.test, "B C" <b@x.test>;
            Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=
            Content-Type: multipart/mixed; boundary=b

            --b
            Content-Type: text/html; charset=iso-8859-1
            Content-Transfer-Encoding: quoted-printable

            <p>sch=F6n</p><p>warm</p>
            --b
            Content-Type: message/rfc822

            Subject: inner
            From: i@x.test

            deep
            --b
            Content-Type: application/pdf; name="report.pdf"

            binary
            --b--
            """)
        let text = fixture.search()
        #expect(text.contains("Subject: Grüße"))
        #expect(text.contains { $0.hasPrefix("From: Jürgen <j@x.test>") })
        for word in ["schön", "warm", "inner", "i@x.test", "deep", "report.pdf"] {
            #expect(text.contains { $0.contains(word) })
        }
        #expect(!text.contains { $0.contains("binary") || $0.contains("<p>") })
    }
}
