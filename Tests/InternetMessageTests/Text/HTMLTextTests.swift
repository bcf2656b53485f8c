import InternetMessage
import Testing

@Suite struct HTMLTextTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let html: String
        let text: String
        var testDescription: String { html.debugDescription }

        init(_ html: String, _ text: String) {
            self.html = html
            self.text = text
        }
    }

    @Test(arguments: [
        Case("Hello", "Hello"),
        Case("<p>One</p><p>Two<br>Three</p>", "One\nTwo\nThree"),
        Case("<b>bo</b>ld  and\n<i>it</i>", "bold and it"),
        Case("<html><head><title>T</title><style>p{}</style></head><body>B</body></html>", "B"),
        Case("<head><meta x><body>B", "B"), Case("<head><title>T</title><p>never closed", "never closed"),
        Case("<SCRIPT>if (a<b) x=\"</p>\"</Script>after", "after"),
        Case("a<!-- <p>no</p> -->b<!-->c<!DOCTYPE html>d<?xml x?>e", "abcde"),
        Case("<a href=\"https://example.test/?a>b\">link</a>", "link"),
        Case(
            "&lt;p&gt; &amp;amp; &eacute;&Eacute;&szlig;&euro;&alpha;&Omega; &#233;&#xE9;&#x1F600;",
            "<p> &amp; éÉß€αΩ éé😀"),
        Case("a&nbsp;&nbsp;b&#160;c", "a b c"),
        Case(
            "&#150; &#0; &#xD800; &#99999999999; &#; &#x; & &unknown; &amp",
            "– \u{FFFD} \u{FFFD} \u{FFFD} &#; &#x; & &unknown; &"),
        Case("1 < 2 <3", "1 < 2 <3"),
        Case("<td>a</td><td>b</td>", "a b"),
        Case("<pre>a\n b</pre>", "a\nb"),
        Case("<ul><li>x<li>y</ul>", "x\ny"),
        Case("<div><div>\n <p> </p></div></div>x", "x"),
        Case("un<p title='", "un"), Case("x<", "x<"), Case("x</", "x"), Case("x<!", "x"), Case("x<!--", "x"),
        Case("<script>", ""), Case("&", "&"), Case("<a title=\"lost>text", "text"),
    ])
    func examples(_ example: Case) {
        #expect(HTMLText.plain(from: example.html) == example.text)
        #expect(HTMLText.plain(from: octets(example.html)[...]) == example.text)
    }

    @Test func limitKeepsWholeCharacters() {
        let html = "<p>é漢😀é漢😀</p>"
        for limit in 0...20 {
            let text = HTMLText.plain(from: html, limit: limit)
            #expect(text.utf8.count <= limit)
            #expect("é漢😀é漢😀".hasPrefix(text))
        }
    }

    @Test func hostileInputStaysLinear() {
        let pieces = [
            "<", "<a ", "<a \"", "</", "&", "&#", "&#x9", "<!--", "<!-- --", "<script>", "<p>", "<head>", "<style></",
            "&amp",
            "<pre>", "<!", "<?", "'", "<a'",
        ]
        for piece in pieces {
            let html = String(repeating: piece, count: 100_000 / piece.utf8.count)
            #expect(HTMLText.plain(from: html).utf8.count <= 100_000)
        }
    }

    @Test func anythingGivesText() throws {
        var seed = CodecSeed(51)
        let corpus = try codecCorpus("bodies.txt")
        let alphabet = octets("<>&;#x/!-\"'= pbrscripthead\n09") + [0, 0xC3, 0xA9, 0xFF]
        for round in 0..<1_500 {
            let start = round % 2 == 0 ? seed.bytes(Int(seed.next() % 150), of: alphabet) : corpus[round % corpus.count]
            let html = seed.mutation(of: start, alphabet: alphabet)
            _ = FlowedText(parsing: string(html), trailingSpace: .deleted).write()
            #expect(HTMLText.plain(from: html[...], limit: 50).utf8.count <= 50)
        }
    }
}

/// HTML laid out for people who read it where none is shown.
@Suite struct HTMLReadingTests {
    private static let cases: [(html: String, text: String, links: [String])] = [
        ("<p>One</p><p>Two<br>Three</p>", "One\n\nTwo\nThree", []),
        ("<ul><li>one<li>two<ul><li>deep</ul></ul>", "• one\n• two\n\n  • deep", []),
        ("<ol><li>one</li><li>two</li></ol>after", "1. one\n2. two\n\nafter", []),
        (
            "<a href='https://a.test/x?1&amp;2'>here</a> and <a href=https://b.test>there</a>, <a href='https://a.test/x?1&amp;2'>again</a>",
            "here[1] and there[2], again[1]", ["https://a.test/x?1&2", "https://b.test"]
        ),
        (
            "<a href='https://a.test'>https://a.test</a> <a href='mailto:a@b.test'>a@b.test</a>",
            "https://a.test a@b.test", []
        ),
        ("<a href='javascript:alert(1)'>x</a><a>y</a><a href=\"\u{1}\">z</a>", "xyz", []),
        ("a<blockquote>b<br>c<blockquote>d</blockquote></blockquote>e", "a\n> \n> b\n> c\n> > \n> > d\n\ne", []),
        ("<img alt='A cat' src=x><img src=y>", "[A cat]", []),
        ("<pre>a  b\n  c</pre>d", "a  b\n  c\n\nd", []),
        ("a<hr>b", "a\n────────────────────\nb", []),
        ("&#27;[31m\u{1B}[2J", "[31m[2J", []),
    ]

    @Test(arguments: cases.indices)
    func laidOut(index: Int) {
        let (html, text, links) = Self.cases[index]
        let read = HTMLText.readable(from: html)
        #expect(read.text == text)
        #expect(read.links == links)
    }
}
