import JMAP
import JSON
import Testing

@testable import JMAPServer

@Suite struct JMAPDispatcherTests {
    private let methods = [
        JMAPMethods.all[0],
        JMAPMethod("Test/fail", .mail) { _, _ in throw Failure() },
        JMAPMethod("Test/refuse", .mail) { _, call in
            call.imply("Test/never", [:])
            throw JMAPMethodError.stateMismatch
        },
        JMAPMethod("Test/create", .mail) { _, call in
            call.noteCreated("k", JMAPID(made: "new"))
            call.imply("Test/implied", ["id": "new"])
            return ["list": ["a", "b"]]
        },
    ]

    private struct Failure: Error {}

    private func respond(_ text: String) async throws -> JSONObject {
        var response = JSONObject()
        try await withJMAPServices { services, user in
            let dispatcher = JMAPDispatcher(services: services, methods: methods, capabilities: [.core, .mail])
            let octets = try await dispatcher.respond(to: Array(text.utf8), of: user, sessionState: "s")
            response = try #require(JSONValue(parsing: octets).object)
        }
        return response
    }

    /// The example of RFC 8620 §4.1.
    @Test func echoes() async throws {
        let response = try await respond(
            #"""
            {"using":["urn:ietf:params:jmap:core"],
             "methodCalls":[["Core/echo",{"hello":true,"high":5},"b3ff"]]}
            """#)
        #expect(response["methodResponses"] == [["Core/echo", ["hello": true, "high": 5], "b3ff"]])
        #expect(response["sessionState"] == "s")
        #expect(response["createdIds"] == nil)
    }

    @Test func oneErrorDoesNotEndTheRest() async throws {
        let response = try await respond(
            #"""
            {"using":["urn:ietf:params:jmap:core","urn:ietf:params:jmap:mail"],"methodCalls":[
             ["Test/fail",{},"1"],["Test/refuse",{},"2"],["Nothing/get",{},"3"],["Core/echo",{},"4"]]}
            """#)
        let told = try #require(response["methodResponses"]?.array)
        #expect(told.count == 4)
        #expect(told[0].array?[1].object?["type"] == "serverFail")
        #expect(told[1] == ["error", ["type": "stateMismatch"], "2"])
        #expect(told[2] == ["error", ["type": "unknownMethod"], "3"])
        #expect(told[3] == ["Core/echo", .object([:]), "4"])
    }

    /// A method of a capability that the request does not use is unknown (RFC 8620 §3.3).
    @Test func usesWhatItNames() async throws {
        let response = try await respond(
            #"{"using":["urn:ietf:params:jmap:core"],"methodCalls":[["Test/create",{},"1"]]}"#)
        #expect(response["methodResponses"] == [["error", ["type": "unknownMethod"], "1"]])
    }

    @Test func impliedResponsesFollowAndIdsComeBack() async throws {
        let response = try await respond(
            ##"""
            {"using":["urn:ietf:params:jmap:core","urn:ietf:params:jmap:mail"],"createdIds":{"old":"o1"},"methodCalls":[
             ["Test/create",{},"1"],
             ["Core/echo",{"#x":{"resultOf":"1","name":"Test/create","path":"/list"}},"2"]]}
            """##)
        #expect(
            response["methodResponses"] == [
                ["Test/create", ["list": ["a", "b"]], "1"], ["Test/implied", ["id": "new"], "1"],
                ["Core/echo", ["x": ["a", "b"]], "2"],
            ])
        #expect(response["createdIds"] == ["old": "o1", "k": "new"])
    }
}
