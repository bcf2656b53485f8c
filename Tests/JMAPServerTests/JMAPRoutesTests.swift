import AgentTestSupport
import Directory
import FoundationEssentials
import JMAP
import JSON
import MailCore
import ServerRuntime
import Testing

@testable import JMAPServer

@Suite(.timeLimit(.minutes(2))) struct JMAPRoutesTests {
    private static let basic = "Authorization: Basic YW5hQGV4YW1wbGUudGVzdDpjb3JyZWN0IGhvcnNlIGJhdHRlcnk="
    private static let echo =
        #"{"using":["urn:ietf:params:jmap:core"],"methodCalls":[["Core/echo",{"a":1},"c"]]}"#

    /// RFC 8620 §2.
    @Test func theSessionObject() async throws {
        try await withHTTP { http in
            let answer = try await http.send("GET /.well-known/jmap", [Self.basic])
            #expect(answer.status == "200")
            #expect(answer.field("content-type") == "application/json")
            #expect(answer.field("cache-control") == "no-store")
            #expect(answer.field("access-control-allow-origin") == nil)
            let session = try #require(answer.json)
            #expect(session["username"] == "ana@example.test")
            #expect(session["apiUrl"] == "http://mail.example.test/jmap/api")
            #expect(session["accounts"]?.object?.names == ["a1"])
            #expect(session["primaryAccounts"]?.object?["urn:ietf:params:jmap:submission"] == "a1")
            let core = session["capabilities"]?.object?["urn:ietf:params:jmap:core"]?.object
            #expect(core?["maxCallsInRequest"]?.integer == 64)
            let submission = session["accounts"]?.object?["a1"]?.object?["accountCapabilities"]?
                .object?["urn:ietf:params:jmap:submission"]?.object
            #expect(submission?["maxDelayedSend"] == 7_776_000)
        }
    }

    @Test func overTLSItsAddressesAreSecure() async throws {
        try await withCertificate { tls in
            try await withHTTP(.tls, tls: tls) { http in
                let answer = try await http.send("GET /.well-known/jmap", [Self.basic])
                #expect(answer.json?["apiUrl"] == "https://mail.example.test/jmap/api")
            }
        }
    }

    @Test func callsAreAnswered() async throws {
        try await withHTTP { http in
            let answer = try await http.post("/jmap/api", Self.echo, [Self.basic])
            #expect(answer.status == "200")
            #expect(answer.json?["methodResponses"] == [["Core/echo", ["a": 1], "c"]])
            let session = try await http.send("GET /.well-known/jmap", [Self.basic])
            #expect(answer.json?["sessionState"] == session.json?["state"])
        }
    }

    /// RFC 8620 §3.6.1.
    @Test func problems() async throws {
        var limits = JMAPLimits()
        limits.requestOctetsMax = 2000
        let deep = String(repeating: "[", count: 1000) + String(repeating: "]", count: 1000)
        try await withHTTP(jmapLimits: limits) { http in
            for (body, type) in [
                ("", "notJSON"), ("{", "notJSON"), ("[]", "notRequest"), ("{}", "notRequest"), (deep, "notJSON"),
                (#"{"using":["urn:nothing"],"methodCalls":[]}"#, "unknownCapability"),
                (#"{"a":1,"a":2}"#, "notJSON"), (String(repeating: " ", count: 2001), "limit"),
            ] {
                let answer = try await http.post("/jmap/api", body, [Self.basic])
                #expect(answer.status == "400", "\(body.prefix(30))")
                #expect(answer.json?["type"] == .string("urn:ietf:params:jmap:error:\(type)"), "\(body.prefix(30))")
                #expect(answer.field("content-type") == "application/problem+json")
            }
            let text = try await http.send(
                "POST /jmap/api", [Self.basic, "Content-Type: text/plain"], body: Self.echo)
            #expect(text.json?["type"] == "urn:ietf:params:jmap:error:notJSON")
        }
    }

    @Test func whoHasNotLoggedInIsAsked() async throws {
        try await withHTTP { http in
            let answer = try await http.post("/jmap/api", Self.echo)
            #expect(answer.status == "401")
            #expect(answer.field("www-authenticate") == #"Basic realm="Paloma", charset="UTF-8""#)
            // A page must not have the browser ask for a password by itself.
            #expect(try await http.post("/jmap/api", Self.echo, ["X-Paloma: 1"]).field("www-authenticate") == nil)
            for field in [
                "Authorization: Basic", "Authorization: Basic !", "Authorization: Basic YW5h",
                "Authorization: Negotiate x",
                "Authorization: Basic OnBhc3N3b3Jk", "Cookie: paloma=", "Cookie: paloma", "Cookie: paloma=;;==",
            ] {
                #expect(
                    try await http.post("/jmap/api", Self.echo, [field, "X-Paloma: 1"]).status == "401", "\(field)")
            }
        }
    }

    /// What a page of another site can have a browser do.
    @Test func requestsOfOtherSitesAreRefused() async throws {
        try await withHTTP { http in
            let cookie = "Cookie: \(try #require(try await http.logIn().cookie))"
            let own = "Origin: http://mail.example.test"
            let table: [([String], String)] = [
                ([cookie], "403"),
                ([cookie, "X-Paloma: 1"], "200"),
                ([cookie, "X-Paloma: 1", "Sec-Fetch-Site: same-origin", own], "200"),
                ([cookie, "X-Paloma: 1", "Sec-Fetch-Site: cross-site"], "403"),
                ([cookie, "X-Paloma: 1", "Sec-Fetch-Site: same-site"], "403"),
                ([cookie, "X-Paloma: 1", "Origin: http://evil.test"], "403"),
                ([cookie, "X-Paloma: 1", "Origin: https://mail.example.test"], "403"),
                ([cookie, "X-Paloma: 1", "Origin: null"], "403"),
                ([cookie, own], "403"),
            ]
            for (fields, status) in table {
                #expect(try await http.post("/jmap/api", Self.echo, fields).status == status, "\(fields)")
            }
            // A login, too, cannot be made by another site.
            #expect(try await http.logIn(["Sec-Fetch-Site: cross-site"]).status == "403")
            #expect(try await http.logIn(["Origin: http://evil.test"]).status == "403")
            // No CORS: a browser's question stays without an answer.
            let preflight = try await http.send(
                "OPTIONS /jmap/api", ["Origin: http://evil.test", "Access-Control-Request-Method: POST"])
            #expect(preflight.field("access-control-allow-origin") == nil)
        }
    }

    @Test func aHostThatIsNoneDoesNotComeBack() async throws {
        try await withHTTP { http in
            let client = try await LoopbackClient.connect(http.address)
            try await client.say(
                "GET /.well-known/jmap HTTP/1.1\r\nHost: a\"b<c>\r\nConnection: close\r\n\(Self.basic)\r\n\r\n")
            let answer = HTTPReply(await client.hearAll())
            #expect(!answer.body.contains("<c>"))
        }
    }

    @Test func anAppPasswordWorksAndChangesNoLogins() async throws {
        try await withHTTP { http in
            let made = try await http.system.directory.addAppPassword(named: "phone", to: .init(rawValue: 1))
            let text = "ana@example.test:\(made.password.text)"
            let encoded = Data(text.utf8).base64EncodedString()
            let field = "Authorization: Basic \(encoded)"
            #expect(try await http.post("/jmap/api", Self.echo, [field]).status == "200")
            let answer = try await http.post(
                "/jmap/api",
                #"{"using":["urn:paloma:account"],"methodCalls":[["AppPassword/get",{"accountId":"a1"},"c"]]}"#, [field]
            )
            let response = answer.json?["methodResponses"]?.array?.first?.array
            #expect(response?[0] == "error")
            #expect(response?[1].object?["type"] == "forbidden")
        }
    }

    @Test func requestsAtOnceAreLimited() {
        let slots = RequestSlots(perAccountMax: 2)
        let (ana, bob) = (AccountID(rawValue: 1), AccountID(rawValue: 2))
        #expect(slots.enter(ana) && slots.enter(ana) && !slots.enter(ana) && slots.enter(bob))
        slots.leave(ana)
        #expect(slots.enter(ana))
    }
}
