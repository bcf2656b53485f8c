import JSON
import Testing

@Suite struct JSONParserTests {
    @Test(
        arguments: [
            ("null", JSONValue.null), (" true ", true), ("false", false), ("0", 0), ("-12", -12),
            ("9223372036854775807", .integer(.max)), ("9223372036854775808", .number(9_223_372_036_854_775_808)),
            ("1.5e2", .number(150)), ("-0", .integer(0)), ("\"\"", ""),
            (#""a\"\\\/\b\f\n\r\té€""#, "a\"\\/\u{8}\u{c}\n\r\té€"),
            (#""\ud83d\ude00 \u0041""#, "😀 A"), ("[]", []), ("[1,[2],\"3\"]", [1, [2], "3"]), ("{}", .object([:])),
            (#"{"a":{"b":[null]},"c":1}"#, ["a": ["b": [.null]], "c": 1]),
        ] as [(String, JSONValue)])
    func reads(_ text: String, _ value: JSONValue) throws {
        #expect(try JSONValue(parsing: text) == value)
        // What is written is read as the same.
        #expect(try JSONValue(parsing: value.octets) == value)
    }

    @Test(arguments: [
        ("", JSONError.Reason.ended), ("nul", .ended), ("nuls", .unexpected), ("tru ", .unexpected),
        ("01", .unexpected),
        ("1.", .ended), ("-", .ended), ("+1", .unexpected), (".5", .unexpected), ("1e400", .number), ("[1", .ended),
        ("[1,]", .unexpected), ("{\"a\" 1}", .unexpected), ("{a:1}", .unexpected), ("{\"a\":1,}", .unexpected),
        (#"{"a":1,"a":2}"#, .duplicate), (#"{"a":1,"\u0061":2}"#, .duplicate), (#""\ud800""#, .notUnicode),
        (#""\udc00""#, .notUnicode), (#""\ud800\ud800""#, .notUnicode), (#""\x""#, .unexpected), ("\"\n\"", .control),
        ("\"abc", .ended), ("1 2", .trailing), ("\u{feff}1", .unexpected), ("NaN", .unexpected), ("'a'", .unexpected),
        (String(repeating: "[", count: 65) + String(repeating: "]", count: 65), .tooDeep),
    ])
    func refuses(_ text: String, _ reason: JSONError.Reason) {
        let error = #expect(throws: JSONError.self) { try JSONValue(parsing: text) }
        #expect(error?.reason == reason)
    }

    @Test func refusesWhatIsNoUTF8() {
        #expect(throws: JSONError.self) { try JSONValue(parsing: [0x22, 0xc3, 0x22]) }
        #expect(throws: JSONError.self) { try JSONValue(parsing: [0x22, 0xed, 0xa0, 0x80, 0x22]) }
        #expect(throws: JSONError.self) { try JSONValue(parsing: [0x22, 0xc0, 0xaf, 0x22]) }
    }

    @Test func refusesManyValues() {
        var limits = JSONLimits()
        limits.valuesMax = 4
        #expect(throws: Never.self) { try JSONValue(parsing: "[1,2,3]", limits: limits) }
        #expect(throws: JSONError.self) { try JSONValue(parsing: "[1,2,3,4]", limits: limits) }
    }

    @Test func keepsTheOrderOfMembers() throws {
        let value = try JSONValue(parsing: #"{"z":1,"a":2,"m":3}"#)
        #expect(value.object?.names == ["z", "a", "m"])
        #expect(value.text == #"{"z":1,"a":2,"m":3}"#)
        #expect(value == ["a": 2, "m": 3, "z": 1])
    }

    @Test func writesControlCharactersEscaped() {
        #expect(JSONValue.string("\u{0}\u{1f}\u{7f}\n\"\\").text == #""\u0000\u001f\u007f\n\"\\""#)
    }

    @Test func everyBeginningIsRefused() {
        let text = Array(#"{"a":[1.5e-3,"x\ud83d\ude00",true,null],"b":{}}"#.utf8)
        for length in 0..<text.count {
            #expect(throws: JSONError.self) { try JSONValue(parsing: Array(text[..<length])) }
        }
    }
}
