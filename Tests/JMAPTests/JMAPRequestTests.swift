import JMAP
import JSON
import Testing

@Suite struct JMAPRequestTests {
    private func read(_ text: String, _ limits: JMAPLimits = JMAPLimits()) throws(JMAPRequestError) -> JMAPRequest {
        try JMAPRequest(parsing: Array(text.utf8), known: [.core, .mail], limits: limits)
    }

    /// The example of RFC 8620 §3.3.1.
    @Test func readsTheExample() throws {
        let request = try read(
            """
            {"using": ["urn:ietf:params:jmap:core", "urn:ietf:params:jmap:mail"],
             "methodCalls": [["method1", {"arg1": "arg1data", "arg2": "arg2data"}, "c1"],
               ["method2", {"arg1": "arg1data"}, "c2"], ["method3", {}, "c3"]]}
            """)
        #expect(request.using == [.core, .mail])
        #expect(request.calls.map(\.name) == ["method1", "method2", "method3"])
        #expect(request.calls[0].arguments["arg2"] == "arg2data")
        #expect(request.createdIDs == nil)
    }

    @Test(arguments: [
        ("{", "notJSON"), (#"{"using":[],"using":[],"methodCalls":[]}"#, "notJSON"), ("[]", "notRequest"),
        ("{}", "notRequest"), (#"{"using":[]}"#, "notRequest"),
        (#"{"using":["x"],"methodCalls":[]}"#, "unknownCapability"),
        (#"{"using":["urn:ietf:params:jmap:quota"],"methodCalls":[]}"#, "unknownCapability"),
        (#"{"using":[],"methodCalls":[["a",{}]]}"#, "notRequest"),
        (#"{"using":[],"methodCalls":[["a",[],"c"]]}"#, "notRequest"),
        (#"{"using":[],"methodCalls":[],"createdIds":{"a":"b c"}}"#, "notRequest"),
        (#"{"using":[],"methodCalls":[["a",{},"1"],["a",{},"2"],["a",{},"3"]]}"#, "limit"),
    ])
    func refuses(_ text: String, _ type: String) {
        var limits = JMAPLimits()
        limits.callsMax = 2
        let error = #expect(throws: JMAPRequestError.self) { try read(text, limits) }
        #expect(error?.json["type"] == .string("urn:ietf:params:jmap:error:" + type))
    }

    @Test func refusesWhatIsTooLarge() {
        var limits = JMAPLimits()
        limits.requestOctetsMax = 10
        #expect(throws: JMAPRequestError.limit("maxSizeRequest")) { try read(#"{"using":[]}"#, limits) }
    }

    @Test(arguments: [
        ("abc-_9", true), ("", false), ("a b", false), ("é", false), (String(repeating: "a", count: 256), false),
    ])
    func idsAreSafe(_ text: String, _ isOne: Bool) {
        #expect((JMAPID(text) != nil) == isOne)
    }
}
