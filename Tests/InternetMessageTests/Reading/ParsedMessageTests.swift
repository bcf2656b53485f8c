import Testing

@testable import InternetMessage

/// RFC 2046 §5.1.1, the first example.
private let simpleMultipart = """
    From: Nathaniel Borenstein <nsb@bellcore.com>
    To: Ned Freed <ned@innosoft.com>
    Date: Sun, 21 Mar 1993 23:56:48 -0800 (PST)
    Subject: Sample message
    MIME-Version: 1.0
    Content-type: multipart/mixed; boundary="simple boundary"

    This is the preamble.  It is to be ignored, though it
    is a handy place for composition agents to include an
    explanatory note to non-MIME conformant readers.

    --simple boundary

    This is implicitly typed plain US-ASCII text.
    It does NOT end with a linebreak.
    --simple boundary
    Content-type: text/plain; charset=us-ascii

    This is explicitly typed plain US-ASCII text.
    It DOES end with a linebreak.

    --simple boundary--

    This is the epilogue.  It is also to be ignored.

    """

@Suite struct ParsedMessageTests {
    @Test func readsTheExampleOfRFC2046() {
        let fixture = MessageFixture(simpleMultipart)
        #expect(
            fixture.outline == """
                mixed(text/plain "This is implicitly typed plain US-ASCII text.\r
                It does NOT end with a linebreak.", text/plain "This is explicitly typed plain US-ASCII text.\r
                It DOES end with a linebreak.\r
                ")
                """)
        #expect(fixture.message.parts[1].bodyLines == 1)
        #expect(fixture.message.parts[2].bodyLines == 2)
        #expect(fixture.message.parts[1].mediaTypeSource == .defaultText)
    }

    @Test func readsTheOutlineOfRFC2049() {
        let fixture = MessageFixture(
            """
            MIME-Version: 1.0
            Content-Type: multipart/mixed;
                          boundary=unique-boundary-1

            preamble
            --unique-boundary-1

              ... Some text appears here ...
            --unique-boundary-1
            Content-type: text/plain; charset=US-ASCII

            explicit
            --unique-boundary-1
            Content-Type: multipart/parallel; boundary=unique-boundary-2

            --unique-boundary-2
            Content-Type: audio/basic
            Content-Transfer-Encoding: base64

            AAAA
            --unique-boundary-2
            Content-Type: image/jpeg
            Content-Transfer-Encoding: base64

            BBBB
            --unique-boundary-2--

            --unique-boundary-1
            Content-type: text/enriched

            enriched
            --unique-boundary-1
            Content-Type: message/rfc822

            From: (mailbox in US-ASCII)
            To: (address in US-ASCII)
            Subject: (subject in US-ASCII)
            Content-Type: Text/plain; charset=ISO-8859-1
            Content-Transfer-Encoding: Quoted-printable

            closing
            --unique-boundary-1--

            """)
        #expect(
            fixture.outline == """
                mixed(text/plain "  ... Some text appears here ...", text/plain "explicit", \
                parallel(audio/basic "AAAA", image/jpeg "BBBB"), text/enriched "enriched", \
                message(text/plain "closing"))
                """)
        #expect(fixture.describe(5).encoding == .base64)
        #expect(fixture.describe(8).encoding == .quotedPrintable)
        #expect(fixture.describe(8).charset == "ISO-8859-1")
    }

    /// Each line: what is special, the message, its outline.
    @Test(arguments: [
        ("nothing at all", "", "text/plain \"\""),
        ("a body alone, without its empty line", "hello\n", "text/plain \"hello\r\n\""),
        ("no body", "Subject: x\n", "text/plain \"\""),
        ("an empty header", "\nhello", "text/plain \"hello\""),
        (
            "a multipart without a boundary", "Content-Type: multipart/mixed\n\n--\nx\n----",
            "text/plain \"--\r\nx\r\n----\""
        ),
        (
            "an empty boundary", "Content-Type: multipart/mixed; boundary=\"\"\n\n--\nx\n----",
            "text/plain \"--\r\nx\r\n----\""
        ),
        ("a boundary that never comes", "Content-Type: multipart/mixed; boundary=b\n\nhello", "text/plain \"hello\""),
        (
            "a boundary that only closes", "Content-Type: multipart/mixed; boundary=b\n\n--b--\n",
            "text/plain \"--b--\r\n\""
        ),
        (
            "no closing boundary", "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nx\n",
            "mixed(text/plain \"x\r\n\")"
        ),
        (
            "an empty part", "Content-Type: multipart/mixed; boundary=b\n\n--b\n--b\n\n--b--",
            "mixed(text/plain \"\", text/plain \"\")"
        ),
        (
            "blanks behind boundaries", "Content-Type: multipart/mixed; boundary=b\n\n--b \t\n\nx\n--b-- \n",
            "mixed(text/plain \"x\")"
        ),
        (
            "more behind a boundary", "Content-Type: multipart/mixed; boundary=b\n\n--b\n\n--bx\n--b--x\n--b--\n",
            "mixed(text/plain \"--bx\r\n--b--x\")"
        ),
        (
            "no empty line before the first boundary", "Content-Type: multipart/mixed; boundary=b\n--b\n\nx\n--b--",
            "mixed(text/plain \"x\")"
        ),
        (
            "no empty line in a part", "Content-Type: multipart/mixed; boundary=b\n\n--b\nhello\nthere\n--b--",
            "mixed(text/plain \"hello\r\nthere\")"
        ),
        (
            "a header only in a part",
            "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/html\n--b--", "mixed(text/html \"\")"
        ),
        (
            "the parent's boundary ends the child",
            "Content-Type: multipart/mixed; boundary=a\n\n--a\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nx\n--a\n\ny\n--a--",
            "mixed(mixed(text/plain \"x\"), text/plain \"y\")"
        ),
        (
            "a boundary that begins like the parent's",
            "Content-Type: multipart/mixed; boundary=a\n\n--a\nContent-Type: multipart/mixed; boundary=ab\n\n--ab\n\nx\n--ab--\n--a\n\ny\n--a--",
            "mixed(mixed(text/plain \"x\"), text/plain \"y\")"
        ),
        (
            "a boundary that the parent's begins like",
            "Content-Type: multipart/mixed; boundary=ab\n\n--ab\nContent-Type: multipart/mixed; boundary=a\n\n--a\n\nx\n--a--\n--ab\n\ny\n--ab--",
            "mixed(mixed(text/plain \"x\"), text/plain \"y\")"
        ),
        (
            "a boundary that closes the parent",
            "Content-Type: multipart/mixed; boundary=a\n\n--a\nContent-Type: multipart/mixed; boundary=a--\n\n--a--\n\nx\n--a----\n--a--",
            "mixed(mixed(text/plain \"x\"))"
        ),
        (
            "the same boundary twice",
            "Content-Type: multipart/mixed; boundary=a\n\n--a\nContent-Type: multipart/mixed; boundary=a\n\n--a\n\nx\n--a--\n--a\n\ny\n--a--",
            "mixed(mixed(text/plain \"x\"), text/plain \"y\")"
        ),
        (
            "more behind the end", "Content-Type: multipart/mixed; boundary=a\n\n--a\n\nx\n--a--\n--a\n\ny\n--a--",
            "mixed(text/plain \"x\")"
        ),
        (
            "two content types",
            "Content-Type: text/html\nContent-Type: multipart/mixed; boundary=a\n\n--a\n\nx\n--a--",
            "text/html \"--a\r\n\r\nx\r\n--a--\""
        ),
        ("a content type that is none", "Content-Type: foo\n\nx", "text/plain \"x\""),
        (
            "a digest",
            "Content-Type: multipart/digest; boundary=a\n\n--a\n\nSubject: x\n\ny\n--a\nContent-Type: text/html\n\nz\n--a--",
            "digest(message(text/plain \"y\"), text/html \"z\")"
        ),
        ("a message at the top", "Content-Type: message/rfc822\n\nSubject: x\n\ny", "message(text/plain \"y\")"),
        (
            "a message with a multipart",
            "Content-Type: message/rfc822\n\nContent-Type: multipart/mixed; boundary=a\n\n--a\n\nx\n--a--",
            "message(mixed(text/plain \"x\"))"
        ),
        (
            "an encoded message", "Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\neA==",
            "application/octet-stream \"eA==\""
        ),
        ("UTF-8 (RFC 6532)", "Content-Type: message/global\n\nSubject: ö\n\nß", "message(text/plain \"ß\")"),
        ("an mbox line", "From a@x.test Fri Nov 21\nContent-Type: text/html\n\nx", "text/html \"x\""),
        ("blanks before the colon", "Content-Type \t: text/html\n\nx", "text/html \"x\""),
        ("a stray line in the header", "Subject: a\nstray\nContent-Type: text/html\n\nx", "text/html \"x\""),
        (
            "a boundary in pieces (RFC 2231)",
            "Content-Type: multipart/mixed; boundary*0=a; boundary*1=b\n\n--ab\n\nx\n--ab--", "mixed(text/plain \"x\")"
        ),
        (
            "a boundary of many signs",
            "Content-Type: multipart/mixed; boundary==_a:b/c\n\n--=_a:b/c\n\nx\n--=_a:b/c--", "mixed(text/plain \"x\")"
        ),
        (
            "comments everywhere",
            "Content-Type: (a)multipart(b)/(c)mixed(d);(e)boundary(f)=(g)a (h)\n\n--a\n\nx\n--a--",
            "mixed(text/plain \"x\")"
        ),
    ]) func reads(_ what: String, _ message: String, _ outline: String) {
        #expect(MessageFixture(message).outline == outline, "\(what)")
    }

    @Test func takesLinesThatEndWithLFAlone() {
        let fixture = MessageFixture(
            Array("Content-Type: multipart/mixed; boundary=a\n\n--a\n\nx\n--a\n\ny\r\n--a--\n".utf8))
        #expect(fixture.outline == "mixed(text/plain \"x\", text/plain \"y\")")
    }

    @Test func takesBareCRAndNUL() {
        let fixture = MessageFixture(Array("Subject: a\rb\0c\r\n\r\n\0x\ry\r\n".utf8))
        #expect(fixture.outline == "text/plain \"\0x\ry\r\n\"")
        #expect(fixture.message.lineCount == 3)
    }

    @Test func foldedFieldsAreOneAndStrayLinesBelongToThem() {
        let fixture = MessageFixture("Subject: This is your reminder\nabout the game\n \n tonight\nDate: x\n\n")
        #expect(fixture.facts.subject == "This is your reminder about the game  tonight")
        #expect(fixture.message.fields.count == 2)
        #expect(fixture.slice(fixture.message.fields[0].name) == "Subject")
        #expect(fixture.slice(fixture.message.fields[1].whole) == "Date: x\r\n")
    }

    @Test func headerAndBodyAreTheWhole() {
        let fixture = MessageFixture("From x\nA: b\n\nc\n")
        #expect(fixture.section("HEADER") == "From x\r\nA: b\r\n\r\n")
        #expect(fixture.section("TEXT") == "c\r\n")
        #expect(fixture.section("") == "From x\r\nA: b\r\n\r\nc\r\n")
    }

    @Test func describesParts() {
        let fixture = MessageFixture(
            """
            Content-Type: multipart/mixed; boundary=a

            --a
            Content-Type: IMAGE/png; name="=?utf-8?q?=C3=B6.png?="
            Content-Disposition: Inline; filename*0*=utf-8''%c3%b6; filename*1=2.png
            Content-ID: <id@x.test>
            Content-Language: de, en
            Content-Location: http://x.test/
            Content-Description: =?utf-8?q?=C3=A4?=
            Content-Transfer-Encoding: BASE64

            AAAA
            --a--
            """)
        let part = fixture.describe(1)
        #expect(part.mediaType == "image/png")
        #expect(part.disposition == "inline")
        #expect(part.fileName == "ö2.png")
        #expect(part.contentID == "id@x.test")
        #expect(part.languages == ["de", "en"])
        #expect(part.location == "http://x.test/")
        #expect(part.description == "ä")
        #expect(part.encoding == .base64)
        #expect(part.number == [1])
        #expect(fixture.describe(0).number == [])
    }
}
