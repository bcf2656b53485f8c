import JMAP
import JSON
import Testing

@Suite struct JMAPPatchTests {
    private let record: JSONObject = ["name": "x", "keywords": ["$seen": true], "list": [1, 2]]

    @Test(arguments: [
        (#"{"name":"y"}"#, #"{"name":"y","keywords":{"$seen":true},"list":[1,2]}"#),
        (#"{"keywords/$flagged":true}"#, #"{"name":"x","keywords":{"$seen":true,"$flagged":true},"list":[1,2]}"#),
        (#"{"keywords/$seen":null}"#, #"{"name":"x","keywords":{},"list":[1,2]}"#),
        (#"{"name":null}"#, #"{"keywords":{"$seen":true},"list":[1,2]}"#),
        (#"{}"#, #"{"name":"x","keywords":{"$seen":true},"list":[1,2]}"#),
    ])
    func applies(_ patch: String, _ result: String) throws {
        let patch = try JMAPPatch(try #require(JSONValue(parsing: patch).object))
        #expect(.object(try patch.applied(to: record)) == (try JSONValue(parsing: result)))
    }

    /// The MUSTs of RFC 8620 §5.3: no way into an array, no way through what is not there, no prefix of another.
    @Test(arguments: [
        #"{"list/0":7}"#, #"{"none/a":1}"#, #"{"name/a":1}"#, #"{"keywords":{},"keywords/$seen":true}"#,
        #"{"keywords/$seen/x":true,"keywords/$seen":true}"#, #"{"a//b":1}"#, #"{"a~":1}"#,
    ])
    func refuses(_ text: String) throws {
        let object = try #require(JSONValue(parsing: text).object)
        let error = #expect(throws: JMAPSetError.self) { try JMAPPatch(object).applied(to: record) }
        #expect(error?.kind == .invalidPatch)
    }
}
