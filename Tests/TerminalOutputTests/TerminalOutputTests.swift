import Testing

@testable import TerminalOutput

@Suite struct DisplayTextTests {
    @Test(arguments: [
        ("", 0), ("abc", 3), ("añb", 3), ("an\u{303}b", 3), ("日本", 4), ("한글", 4), ("👩‍👩‍👧", 2), ("❤️", 2), ("ﬁ", 1),
        ("…", 1),
        ("Ω", 1), ("עברית", 5),
    ])
    func widths(text: String, columns: Int) {
        #expect(DisplayText.width(text) == columns)
    }

    @Test func nothingThatSteersTheTerminalIsLeft() {
        let shown = DisplayText.printable("a\u{1b}[31mb\u{7}c\nd\u{9b}e\u{202e}f\u{2028}g\u{200d}h")
        #expect(shown == "a\u{fffd}[31mb\u{fffd}c d\u{fffd}e\u{fffd}f g\u{200d}h")
    }

    @Test(arguments: [
        ("abcdef", 6, "abcdef"), ("abcdef", 5, "abcd…"), ("日本語", 5, "日本…"), ("日本語", 4, "日…"), ("ab", 0, ""),
    ])
    func cuts(text: String, columns: Int, expected: String) {
        #expect(DisplayText.cut(text, to: columns) == expected)
    }
}

@Suite struct TextTableTests {
    private var table: TextTable {
        var table = TextTable([.words("ADDRESS"), .numbers("SIZE"), .words("NAME")])
        table.add(["ana@example.test", "5 B", "Ana"])
        table.add(["日本@example.test", "12 KiB"])
        return table
    }

    @Test func columnsAreAligned() {
        #expect(
            table.rendered(style: .plain) == """
                ADDRESS              SIZE  NAME
                ana@example.test      5 B  Ana
                日本@example.test  12 KiB

                """)
    }

    @Test func narrowScreensCutTheLastWords() {
        var table = TextTable([.words("A"), .words("B")])
        table.add(["1", "a long text that does not fit"])
        #expect(table.rendered(style: .plain, columnsMax: 14) == "A  B\n1  a long tex…\n")
    }

    @Test func escapesInCellsAreHarmless() {
        var table = TextTable([.words("A")])
        table.add(["\u{1b}c"])
        #expect(!table.rendered(style: .plain).contains("\u{1b}"))
    }

    @Test func titlesAreBoldOnScreens() {
        #expect(table.rendered(style: .coloured).hasPrefix("\u{1b}[1mADDRESS"))
    }
}

@Suite struct QuantityTextTests {
    @Test(
        arguments: [
            (0, "0 B"), (1023, "1023 B"), (1024, "1 KiB"), (1536, "1.5 KiB"), (10 << 10, "10 KiB"),
            (50 << 20, "50 MiB"),
            ((1 << 20) - 1, "1 MiB"), (Int64.max, "8192 PiB"),
        ] as [(Int64, String)])
    func sizes(bytes: Int64, text: String) {
        #expect(QuantityText.size(bytes: bytes) == text)
    }

    @Test(arguments: [(0, "0"), (999, "999"), (1000, "1,000"), (-1_234_567, "-1,234,567")] as [(Int64, String)])
    func groups(number: Int64, text: String) {
        #expect(QuantityText.grouped(number) == text)
    }

    @Test(
        arguments: [
            (-5, "0 s"), (59, "59 s"), (60, "1 min"), (200, "3 min 20 s"), (7500, "2 h 5 min"), (90000, "1 d 1 h"),
        ] as [(Int64, String)])
    func spans(seconds: Int64, text: String) {
        #expect(QuantityText.span(seconds: seconds) == text)
    }

    @Test func counts() {
        #expect(QuantityText.count(1, "message") == "1 message")
        #expect(QuantityText.count(0, "entry", plural: "entries") == "0 entries")
    }
}

@Suite struct ProgressBarTests {
    private let screen = Terminal(stream: .errors, isScreen: true, style: .plain, columns: 100)

    @Test func barHasRateAndTimeLeft() {
        let bar = ProgressBar(title: "Importing", unit: .items("messages"), terminal: screen, nowMilliseconds: 1000)
        let line = bar.rendered(done: 250, total: 1000, nowMilliseconds: 3500)
        #expect(
            line
                == "Importing  [######··················]  25%  250 of 1,000 messages  100/s  8 s left"
        )
    }

    @Test func unknownTotal() {
        let bar = ProgressBar(title: "Copying", unit: .bytes, terminal: screen, nowMilliseconds: 0)
        #expect(bar.rendered(done: 2048, total: nil, nowMilliseconds: 1000) == "Copying  2 KiB  2 KiB/s")
    }

    @Test(arguments: [(0, 0), (5, 0), (10, 5), (-1, 5), (Int64.max, Int64.max)] as [(Int64, Int64)])
    func oddNumbersDoNotTrap(done: Int64, total: Int64) {
        let bar = ProgressBar(title: "x", unit: .bytes, terminal: screen, nowMilliseconds: 0)
        #expect(!bar.rendered(done: done / 1000, total: total / 1000, nowMilliseconds: 0).isEmpty)
    }
}

@Suite struct ComplaintTests {
    @Test func hasProblemAndAdvice() {
        let complaint = Complaint("the store is in use", advice: "stop the server\nor wait")
        #expect(complaint.rendered(style: .plain) == "paloma: the store is in use\n  stop the server\n  or wait\n")
        #expect(Complaint("x\u{1b}").rendered(style: .plain) == "paloma: x\u{fffd}\n")
    }
}
