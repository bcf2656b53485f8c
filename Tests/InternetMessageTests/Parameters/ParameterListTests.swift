import InternetMessage
import Testing

@Suite struct ParameterListTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let field: String
        let value: String
        let decoded: [String: String]
        var testDescription: String { field.debugDescription }

        init(_ field: String, _ value: String, _ decoded: [String: String] = [:]) {
            self.field = field
            self.value = value
            self.decoded = decoded
        }
    }

    @Test(arguments: [
        // RFC 2045 §5.1
        Case("text/plain; charset=us-ascii (Plain text)", "text/plain", ["charset": "us-ascii"]),
        Case("text/plain; charset=\"us-ascii\"", "text/plain", ["charset": "us-ascii"]),
        // RFC 2183 §2.10
        Case(
            "attachment; filename=genome.jpeg;\r\n modification-date=\"Wed, 12 Feb 1997 16:29:51 -0500\";",
            "attachment",
            ["filename": "genome.jpeg", "modification-date": "Wed, 12 Feb 1997 16:29:51 -0500"]
        ),
        // RFC 2231 §3
        Case(
            "message/external-body; access-type=URL;\r\n URL*0=\"ftp://\";\r\n URL*1=\"cs.utk.edu/pub/moore/bulk-mailer/bulk-mailer.tar\"",
            "message/external-body",
            ["access-type": "URL", "url": "ftp://cs.utk.edu/pub/moore/bulk-mailer/bulk-mailer.tar"]
        ),
        // RFC 2231 §4
        Case(
            "application/x-stuff;\r\n title*=us-ascii'en-us'This%20is%20%2A%2A%2Afun%2A%2A%2A", "application/x-stuff",
            ["title": "This is ***fun***"]
        ),
        // RFC 2231 §4.1
        Case(
            "application/x-stuff\r\n    ; title*0*=us-ascii'en'This%20is%20even%20more%20\r\n    ; title*1*=%2A%2A%2Afun%2A%2A%2A%20\r\n    ; title*2=\"isn't it!\"",
            "application/x-stuff", ["title": "This is even more ***fun*** isn't it!"]
        ),
        Case("a/b; x*1=b; x*0=a; x*2*=%63", "a/b", ["x": "abc"]),
        Case("a/b; x*0=a; x*2=c", "a/b", ["x": "a"]),
        Case("a/b; x*1=a; x*2=c", "a/b", ["x": "ac"]),
        Case("a/b; x*01*=utf-8''%C3; x*2*=%A9", "a/b", ["x": "é"]),
        Case("a/b; x*0*=utf-8''%C3; x*1*=%A9", "a/b", ["x": "é"]),
        Case("a/b; x=plain; x*=utf-8''%E2%82%AC", "a/b", ["x": "€"]),
        Case("a/b; filename*=\"utf-8'de'na%C3%AFve.txt\"", "a/b", ["filename": "naïve.txt"]),
        Case("a/b; filename*=na%C3%AFve.txt", "a/b", ["filename": "naïve.txt"]),
        Case("a/b; filename*=''x%zz%4", "a/b", ["filename": "x%zz%4"]),
        Case("a/b; filename*=utf-8''a%0D%0Ab", "a/b", ["filename": "a  b"]),
        // Encoded words where RFC 2047 §5 has none.
        Case("a/b; name=\"=?utf-8?B?w6kudHh0?=\"", "a/b", ["name": "é.txt"]),
        Case("a/b; name==?utf-8?Q?=C3?= =?utf-8?Q?=A9.txt?=; size=3", "a/b", ["name": "é.txt", "size": "3"]),
        Case("a/b; filename*0=\"=?utf-8?B?w6ku\"; filename*1=\"dHh0?=\"", "a/b", ["filename": "é.txt"]),
        Case("a/b; boundary=\"=?utf-8?Q?x?=\"", "a/b", ["boundary": "=?utf-8?Q?x?="]),
        // Broken forms.
        Case("text/plain charset=utf-8 format=flowed", "text/plain", ["charset": "utf-8", "format": "flowed"]),
        Case("text/plain; charset=utf-8 name=\"a b\"", "text/plain", ["charset": "utf-8", "name": "a b"]),
        Case("attachment; filename=my file (1).txt; size=5", "attachment", ["filename": "my file .txt", "size": "5"]),
        Case("attachment; filename=a(1).txt", "attachment", ["filename": "a(1).txt"]),
        Case("attachment; filename=\"no end.txt; size=5", "attachment", ["filename": "no end.txt", "size": "5"]),
        Case("multipart/mixed; boundary=----=_Part_1=x==", "multipart/mixed", ["boundary": "----=_Part_1=x=="]),
        Case("text/plain;; ; charset = utf-8 ;junk; x=1", "text/plain", ["charset": "utf-8", "x": "1"]),
        Case("text / plain ; a=b", "text/plain", ["a": "b"]),
        Case("\"text/html\"; a=", "text/html", ["a": ""]),
        Case("charset=utf-8", "", ["charset": "utf-8"]),
        Case("text/plain, charset=utf-8", "text/plain,", ["charset": "utf-8"]),
        Case("a/b; x=1; X=2; x=\"3\"", "a/b", ["x": "1"]),
        Case("a/b; x=\"a\\\"b\\\\c\"", "a/b", ["x": "a\"b\\c"]),
        Case("(comment) text/plain (more); (x=1) a=(y)b", "text/plain", ["a": "b"]),
        Case("attachment; filename=Grüße.txt", "attachment", ["filename": "Grüße.txt"]),
        Case("", ""), Case(";", ""), Case("=", "="), Case("a/b; =x; *=y; **=z", "a/b", ["*": "y", "**": "z"]),
    ])
    func examples(_ example: Case) {
        let list = ParameterList(parsing: octets(example.field)[...])
        #expect(list.value == example.value)
        let decoded = Dictionary(list.decoded.map { ($0.name, $0.value) }) { first, _ in first }
        #expect(decoded == example.decoded)
        for (name, value) in example.decoded { #expect(list[name] == value) }
    }

    @Test func rawPairsAreAsWritten() {
        let list = ParameterList(parsing: octets("a/b; Name*0*=utf-8'en'a%20; NAME*1=\"b \\\"c\"; name=x; name=y")[...])
        #expect(list.raw.map(\.name) == ["Name*0*", "NAME*1", "name", "name"])
        #expect(list.raw.map(\.text) == ["utf-8'en'a%20", "b \"c", "x", "y"])
        #expect(list.decoded == [ParameterList.Decoded(name: "name", value: "a b \"c", language: "en")])
    }

    @Test func eightBitFileNamesAreGuessed() {
        let field = octets("attachment; filename=\"na") + [0xEF] + octets("ve.txt\"")
        #expect(ParameterList(parsing: field[...])["filename"] == "naïve.txt")
    }

    @Test func boundsHold() {
        let many = octets("a/b" + (0..<5_000).map { "; p\($0)=1" }.joined())
        #expect(ParameterList(parsing: many[...]).raw.count == ParameterList.Limits().parametersMax)
        let long = octets("a/b; x=" + String(repeating: "y", count: 1_000_000))
        #expect((ParameterList(parsing: long[...])["x"]?.utf8.count ?? 0) <= ParameterList.Limits().valueLengthMax)
        let name = octets("a/b; " + String(repeating: "n", count: 1_000) + "=1; x=2")
        #expect(ParameterList(parsing: name[...]).decoded.map(\.name) == ["x"])
    }

    @Test func longHostileValuesStayLinear() {
        let pieces = [
            ";", "\\\";", "\"", "a=\"", "(", "a b ", ";a*0=", "=", "a=b=", " a", "a=\"\\\";", "x*9999*=;", "\\", ";(\\",
        ]
        for piece in pieces {
            let field = octets("a/b; c=" + String(repeating: piece, count: 250_000 / piece.utf8.count))
            #expect(ParameterList(parsing: field[...]).raw.count <= 256)
        }
    }

    @Test func anyOctetsGiveAList() throws {
        var seed = CodecSeed(31)
        let corpus = try codecCorpus("parameters.txt")
        let alphabet = octets(";=\"\\()*'%0 \r\n\tax/,?") + [0, 0xC3, 0xA9, 0xFF]
        for round in 0..<3_000 {
            let start = round % 3 == 0 ? seed.bytes(60, of: alphabet) : corpus[round % corpus.count]
            let field = seed.mutation(of: start, alphabet: alphabet)
            let list = ParameterList(parsing: field[...])
            #expect(list.decoded.count <= list.raw.count)
            for entry in list.decoded { #expect(!entry.value.utf8.contains { $0 == 0x0A || $0 == 0x0D || $0 == 0 }) }
        }
    }
}
