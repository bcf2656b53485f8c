import Testing

@testable import Directory

@Suite struct TimeBasedCodeTests {
    private let code = TimeBasedCode(secret: Array("12345678901234567890".utf8))

    /// RFC 4226, appendix D.
    @Test func counters() {
        let expected = [
            "755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489",
        ]
        #expect((0..<10).map { code.code(of: $0) } == expected)
    }

    /// RFC 6238, appendix B: the last six of its eight digits.
    @Test(
        arguments: [
            (59, "287082"), (1_111_111_109, "081804"), (1_111_111_111, "050471"), (1_234_567_890, "005924"),
            (2_000_000_000, "279037"), (20_000_000_000, "353130"),
        ] as [(Int64, String)])
    func times(_ seconds: Int64, _ expected: String) {
        #expect(code.code(of: TimeBasedCode.step(at: seconds)) == expected)
        #expect(code.step(of: expected, at: seconds, after: 0) == TimeBasedCode.step(at: seconds))
    }

    @Test func oneStepEachWayAndNoneTwice() {
        let now: Int64 = 1_800_000_000
        let step = TimeBasedCode.step(at: now)
        for (offset, isTaken) in [(-2, false), (-1, true), (0, true), (1, true), (2, false)] as [(Int64, Bool)] {
            #expect((code.step(of: code.code(of: step + offset), at: now, after: 0) != nil) == isTaken, "\(offset)")
        }
        #expect(code.step(of: code.code(of: step), at: now, after: step) == nil)
        #expect(code.step(of: code.code(of: step - 1), at: now, after: step) == nil)
        #expect(code.step(of: code.code(of: step + 1), at: now, after: step) == step + 1)
    }

    @Test func whatIsNoCode() {
        for text in ["", "12345", "1234567", "abcdef", "１２３４５６", "287 0820"] {
            #expect(code.step(of: text, at: 59, after: 0) == nil, "\(text)")
        }
        #expect(code.step(of: "287 082", at: 59, after: 0) == 1)
    }

    /// RFC 4648, section 10, without padding.
    @Test(arguments: [
        ("", ""), ("f", "MY"), ("fo", "MZXQ"), ("foo", "MZXW6"), ("foob", "MZXW6YQ"), ("fooba", "MZXW6YTB"),
        ("foobar", "MZXW6YTBOI"),
    ])
    func base32(_ text: String, _ expected: String) {
        #expect(TimeBasedCode(secret: Array(text.utf8)).base32 == expected)
    }
}
