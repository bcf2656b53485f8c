import JMAP
import JSON
import Testing

@Suite struct JMAPResultReferenceTests {
    private func response(_ name: String, _ arguments: String, _ id: String) throws -> JMAPInvocation {
        JMAPInvocation(name: name, arguments: try #require(JSONValue(parsing: arguments).object), callID: id)
    }

    private func resolve(_ arguments: String, _ responses: [JMAPInvocation]) throws -> JSONObject {
        try JMAPResultReference.resolve(try #require(JSONValue(parsing: arguments).object), in: responses)
    }

    /// The example of RFC 8620 §3.7.
    @Test func followsThePathOfTheExample() throws {
        let changes = try response("Foo/changes", #"{"accountId":"A1","created":["f1","f4"],"updated":[]}"#, "t0")
        let resolved = try resolve(
            ##"{"accountId":"A1","#ids":{"resultOf":"t0","name":"Foo/changes","path":"/created"}}"##, [changes])
        #expect(resolved == ["accountId": "A1", "ids": ["f1", "f4"]])
    }

    /// The second example: `*` maps over arrays and makes one of many.
    @Test func starMapsOverArrays() throws {
        let threads = try response(
            "Thread/get", #"{"list":[{"id":"t1","emailIds":["a","b"]},{"id":"t2","emailIds":["c"]}]}"#, "t2")
        let resolved = try resolve(
            ##"{"#ids":{"resultOf":"t2","name":"Thread/get","path":"/list/*/emailIds"}}"##, [threads])
        #expect(resolved == ["ids": ["a", "b", "c"]])
    }

    @Test(arguments: [
        ##"{"#ids":{"resultOf":"t9","name":"Foo/get","path":"/list"}}"##,
        ##"{"#ids":{"resultOf":"t0","name":"Bar/get","path":"/list"}}"##,
        ##"{"#ids":{"resultOf":"t0","name":"Foo/get","path":"/none"}}"##,
        ##"{"#ids":{"resultOf":"t0","name":"Foo/get","path":"list"}}"##,
        ##"{"#ids":{"resultOf":"t0","name":"Foo/get","path":"/list/01"}}"##,
        ##"{"#ids":{"resultOf":"t0","name":"Foo/get","path":"/list/9"}}"##,
        ##"{"#ids":7}"##,
    ])
    func refusesWhatLeadsNowhere(_ arguments: String) throws {
        let get = try response("Foo/get", #"{"list":["x"]}"#, "t0")
        let error = #expect(throws: JMAPMethodError.self) { try resolve(arguments, [get]) }
        guard case .invalidResultReference? = error else { return #expect(error == nil) }
    }

    /// RFC 8620 §3.7: both forms of one argument are refused.
    @Test func refusesAnArgumentInBothForms() throws {
        let get = try response("Foo/get", #"{"list":["x"]}"#, "t0")
        let error = #expect(throws: JMAPMethodError.self) {
            try resolve(##"{"ids":[],"#ids":{"resultOf":"t0","name":"Foo/get","path":"/list"}}"##, [get])
        }
        guard case .invalidArguments? = error else { return #expect(error == nil) }
    }

    @Test func pointersAreUnescaped() throws {
        let value = try JSONValue(parsing: #"{"a/b":{"m~n":1,"":2}}"#)
        #expect(JSONPointer("/a~1b/m~0n")?.value(in: value) == 1)
        #expect(JSONPointer("/a~1b/")?.value(in: value) == 2)
        #expect(JSONPointer("")?.value(in: value) == value)
        #expect(JSONPointer("/a~2") == nil)
        #expect(JSONPointer("/a~") == nil)
    }
}
