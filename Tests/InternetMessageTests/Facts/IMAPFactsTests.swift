import Testing

@testable import InternetMessage

private let meeting = """
    Date: Wed, 17 Jul 1996 02:23:25 -0700 (PDT)
    From: Terry Gray <gray@cac.washington.edu>
    Subject: IMAP4rev2 WG mtg summary and minutes
    To: imap@cac.washington.edu
    cc: minutes@CNRI.Reston.VA.US, John Klensin <KLENSIN@MIT.EDU>
    Message-Id: <B27397-0100000@cac.washington.ed>
    MIME-Version: 1.0
    Content-Type: TEXT/PLAIN; CHARSET=US-ASCII


    """

@Suite struct EnvelopeTests {
    /// The example of RFC 9051 §8, to the letter.
    @Test func writesTheExampleOfTheRFC() {
        #expect(
            MessageFixture(meeting).envelope == """
                ("Wed, 17 Jul 1996 02:23:25 -0700 (PDT)" "IMAP4rev2 WG mtg summary and minutes" \
                (("Terry Gray" NIL "gray" "cac.washington.edu")) \
                (("Terry Gray" NIL "gray" "cac.washington.edu")) \
                (("Terry Gray" NIL "gray" "cac.washington.edu")) \
                ((NIL NIL "imap" "cac.washington.edu")) \
                ((NIL NIL "minutes" "CNRI.Reston.VA.US")("John Klensin" NIL "KLENSIN" "MIT.EDU")) NIL NIL \
                "<B27397-0100000@cac.washington.ed>")
                """)
    }

    @Test(arguments: [
        ("", "(NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL)"),
        ("Subject:\nDate: \n", "(\"\" \"\" NIL NIL NIL NIL NIL NIL NIL NIL)"),
        ("Subject: a\\b \"c\"\n", "(NIL \"a\\\\b \\\"c\\\"\" NIL NIL NIL NIL NIL NIL NIL NIL)"),
        ("Subject: ö\n", "(NIL {2}\r\nö NIL NIL NIL NIL NIL NIL NIL NIL)"),
        ("Subject: =?utf-8?q?=C3=B6?=\n  b\n", "(NIL \"=?utf-8?q?=C3=B6?=  b\" NIL NIL NIL NIL NIL NIL NIL NIL)"),
        (
            "To: g: a@x.test;\n",
            "(NIL NIL NIL NIL NIL ((NIL NIL \"g\" NIL)(NIL NIL \"a\" \"x.test\")(NIL NIL NIL NIL)) NIL NIL NIL NIL)"
        ),
        (
            "To: a@x.test\nTo: b@x.test\n",
            "(NIL NIL NIL NIL NIL ((NIL NIL \"a\" \"x.test\")(NIL NIL \"b\" \"x.test\")) NIL NIL NIL NIL)"
        ),
        ("Bcc: <@r.test:a@x.test>\n", "(NIL NIL NIL NIL NIL NIL NIL ((NIL \"@r.test\" \"a\" \"x.test\")) NIL NIL)"),
        ("To: root\n", "(NIL NIL NIL NIL NIL ((NIL NIL \"root\" \"\")) NIL NIL NIL NIL)"),
        (
            "From: a@x.test\nSender:\nReply-To: ,\n",
            "(NIL NIL ((NIL NIL \"a\" \"x.test\")) ((NIL NIL \"a\" \"x.test\")) ((NIL NIL \"a\" \"x.test\")) NIL NIL NIL NIL NIL)"
        ),
        (
            "From: a@x.test\nSender: b@x.test\nReply-To: c@x.test\n",
            "(NIL NIL ((NIL NIL \"a\" \"x.test\")) ((NIL NIL \"b\" \"x.test\")) ((NIL NIL \"c\" \"x.test\")) NIL NIL NIL NIL NIL)"
        ),
        ("To: ß@ß.test\n", "(NIL NIL NIL NIL NIL ((NIL NIL {2}\r\nß {7}\r\nß.test)) NIL NIL NIL NIL)"),
        ("In-Reply-To: <a@b> (c)\nMessage-ID:\n  <d@e>\n", "(NIL NIL NIL NIL NIL NIL NIL NIL \"<a@b> (c)\" \"<d@e>\")"),
        ("Subject: a\0b\n", "(NIL \"a?b\" NIL NIL NIL NIL NIL NIL NIL NIL)"),
        ("Subject: a\rb\n", "(NIL \"ab\" NIL NIL NIL NIL NIL NIL NIL NIL)"),
    ]) func writes(_ header: String, _ expected: String) {
        #expect(MessageFixture(header + "\n").envelope == expected)
    }

    @Test func aLongStringIsALiteral() {
        let subject = String(repeating: "a", count: 5_000)
        #expect(MessageFixture("Subject: \(subject)\n\n").envelope.contains(" {5000}\r\na"))
    }
}

@Suite struct BodyStructureTests {
    /// The example of RFC 9051 §8: 3028 octets in 92 lines.
    @Test func writesTheSimpleExample() throws {
        let body =
            String(repeating: String(repeating: "x", count: 30) + "\n", count: 91)
            + String(repeating: "y", count: 3_028 - 91 * 32 - 2) + "\n"
        let fixture = MessageFixture(meeting + body.dropFirst(0))
        let extra = try #require(fixture.section("TEXT")).utf8.count - 3_028
        // The text block above ends with one empty line more than the header needs.
        #expect(extra == 0 || extra == 2)
        let expected =
            "(\"TEXT\" \"PLAIN\" (\"CHARSET\" \"US-ASCII\") NIL NIL \"7BIT\" \(3_028 + extra) \(92 + extra / 2))"
        #expect(text(fixture.structure(.body)) == expected)
    }

    /// The example of RFC 9051 §7.5.2 in its shape: two parts, one of them base64.
    @Test func writesTheExampleWithTwoParts() {
        let fixture = MessageFixture(
            """
            Content-Type: multipart/mixed; boundary=b

            --b
            Content-Type: text/plain; charset=us-ascii

            ab
            cd
            --b
            Content-Type: text/plain; charset=us-ascii; name="cc.diff"
            Content-ID: <960723163407.20117h@cac.washington.edu>
            Content-Description: Compiler diff
            Content-Transfer-Encoding: base64

            QUJD
            --b--
            """)
        #expect(
            text(fixture.structure(.body)) == """
                (("TEXT" "PLAIN" ("CHARSET" "us-ascii") NIL NIL "7BIT" 6 1)\
                ("TEXT" "PLAIN" ("CHARSET" "us-ascii" "NAME" "cc.diff") \
                "<960723163407.20117h@cac.washington.edu>" "Compiler diff" "BASE64" 4 0) "MIXED")
                """)
        #expect(
            fixture.bodyStructure == """
                (("TEXT" "PLAIN" ("CHARSET" "us-ascii") NIL NIL "7BIT" 6 1 NIL NIL NIL NIL)\
                ("TEXT" "PLAIN" ("CHARSET" "us-ascii" "NAME" "cc.diff") \
                "<960723163407.20117h@cac.washington.edu>" "Compiler diff" "BASE64" 4 0 NIL NIL NIL NIL) \
                "MIXED" ("BOUNDARY" "b") NIL NIL NIL)
                """)
    }

    @Test(arguments: [
        ("\nx", "(\"TEXT\" \"PLAIN\" (\"CHARSET\" \"US-ASCII\") NIL NIL \"7BIT\" 1 0 NIL NIL NIL NIL)"),
        ("Content-Type: text/html\n\nx\n", "(\"TEXT\" \"HTML\" NIL NIL NIL \"7BIT\" 3 1 NIL NIL NIL NIL)"),
        (
            "Content-Type: application/pdf; name*0=a; name*1=b\nContent-Disposition: attachment; filename*=utf-8'de'%c3%b6\n"
                + "Content-MD5: abc\nContent-Language: de\nContent-Location: x\nContent-Transfer-Encoding: quoted-printable\n\n",
            "(\"APPLICATION\" \"PDF\" (\"NAME\" \"ab\") NIL NIL \"QUOTED-PRINTABLE\" 0 \"abc\" "
                + "(\"ATTACHMENT\" (\"FILENAME*\" \"UTF-8'de'%C3%B6\")) \"de\" \"x\")"
        ),
        (
            "Content-Type: image/png\nContent-Language: de, en\nContent-Disposition: inline\nContent-Transfer-Encoding: x-odd (c)\n\n",
            "(\"IMAGE\" \"PNG\" NIL NIL NIL \"X-ODD\" 0 NIL (\"INLINE\" NIL) (\"de\" \"en\") NIL)"
        ),
        (
            "Content-Type: message/rfc822\n\nSubject: s\n\nx\n",
            "(\"MESSAGE\" \"RFC822\" NIL NIL NIL \"7BIT\" 17 (NIL \"s\" NIL NIL NIL NIL NIL NIL NIL NIL) "
                + "(\"TEXT\" \"PLAIN\" (\"CHARSET\" \"US-ASCII\") NIL NIL \"7BIT\" 3 1 NIL NIL NIL NIL) 3 NIL NIL NIL NIL)"
        ),
        (
            "Content-Type: text/plain; name=\"ö\\\"\"\n\n",
            "(\"TEXT\" \"PLAIN\" (\"NAME\" {3}\r\nö\") NIL NIL \"7BIT\" 0 0 NIL NIL NIL NIL)"
        ),
    ]) func writes(_ message: String, _ expected: String) {
        #expect(MessageFixture(message).bodyStructure == expected)
    }

    @Test(arguments: ["", "x", "(", "(\"TEXT\"", "()", "(\"A\" {99999999999999999999}\r\n", "(\"", "((((((", "(\"a\\"])
    func bodyOfABrokenStructureIsNone(_ structure: String) {
        #expect(MessageFacts.body(fromStructure: Array(structure.utf8)) == nil)
    }
}
