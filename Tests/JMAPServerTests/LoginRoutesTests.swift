import AgentTestSupport
import Directory
import JSON
import MailCore
import ServerRuntime
import Testing

@testable import JMAPServer

@Suite(.timeLimit(.minutes(2))) struct LoginRoutesTests {
    @Test func aBrowserLogsInAndOut() async throws {
        try await withHTTP { http in
            #expect(try await http.send("GET /login").status == "401")
            let login = try await http.logIn()
            #expect(login.status == "200")
            #expect(login.json == ["user": "ana@example.test", "accountId": "a1"])
            let set = try #require(login.field("set-cookie"))
            #expect(set.hasSuffix("; Path=/; Max-Age=15552000; HttpOnly; SameSite=Strict"))
            let cookie = "Cookie: other=1; \(try #require(login.cookie))"
            #expect(try await http.send("GET /login", [cookie]).json?["user"] == "ana@example.test")
            #expect(try await http.send("GET /.well-known/jmap", [cookie, "X-Paloma: 1"]).status == "200")
            let out = try await http.post("/logout", "", [cookie, "X-Paloma: 1"])
            #expect(out.status == "200")
            #expect(out.field("set-cookie")?.hasPrefix("paloma=; Path=/; Max-Age=0;") == true)
            #expect(try await http.send("GET /login", [cookie]).status == "401")
        }
    }

    @Test func theCookieOfTLSIsBoundToTheHost() async throws {
        try await withCertificate { tls in
            try await withHTTP(.tls, tls: tls) { http in
                let login = try await http.logIn()
                let set = try #require(login.field("set-cookie"))
                #expect(set.hasPrefix("__Host-paloma="))
                #expect(set.hasSuffix("; HttpOnly; SameSite=Strict; Secure"))
                let cookie = try #require(login.cookie)
                #expect(try await http.send("GET /login", ["Cookie: \(cookie)"]).status == "200")
                // The name of the listener without TLS means nothing here.
                let plain = cookie.replacing("__Host-paloma=", with: "paloma=")
                #expect(try await http.send("GET /login", ["Cookie: \(plain)"]).status == "401")
            }
        }
    }

    @Test func wrongPasswords() async throws {
        try await withHTTP { http in
            for body in [
                #"{"user":"ana@example.test","password":"wrong horse"}"#, #"{"user":"nobody","password":"x"}"#,
                #"{"user":"","password":""}"#,
            ] {
                let answer = try await http.post("/login", body)
                #expect(answer.status == "401", "\(body)")
                #expect(answer.json?["type"] == "urn:paloma:error:wrongPassword")
                #expect(answer.json?["needsCode"] == false)
                #expect(answer.field("set-cookie") == nil)
            }
        }
    }

    @Test func whatIsNoLogin() async throws {
        try await withHTTP { http in
            let deep = String(repeating: "[", count: 5000)
            for (body, status) in [
                ("", "400"), ("[]", "400"), ("{}", "400"), (#"{"user":1,"password":2}"#, "400"), (deep, "400"),
                (#"{"user":"ana","user":"eva","password":"x"}"#, "400"),
                (String(repeating: " ", count: 9000), "413"),
            ] {
                #expect(try await http.post("/login", body).status == status, "\(body.prefix(20))")
            }
            let form = try await http.send(
                "POST /login", ["Content-Type: application/x-www-form-urlencoded"], body: "user=ana&password=x")
            #expect(form.status == "415")
            let text = try await http.send(
                "POST /login", ["Content-Type: text/plain"],
                body: #"{"user":"ana@example.test","password":"correct horse battery"}"#)
            #expect(text.status == "415")
            #expect(try await http.send("PUT /login").status == "404")
        }
    }

    /// RFC 8620 §8.2 leaves the scheme to us: too many wrong passwords from one address end with 429, here and for Basic.
    @Test func whoGuessesIsBanned() async throws {
        var limits = LoginGuardLimits()
        limits.failuresPerHostMax = 3
        limits.delaySecondsMax = 0
        limits.loopback = .watched
        try await withHTTP(guardLimits: limits) { http in
            for number in 1...3 {
                let answer = try await http.post("/login", #"{"user":"ana","password":"guess \#(number)"}"#)
                #expect(answer.status == (number < 3 ? "401" : "429"))
            }
            let right = try await http.logIn()
            #expect(right.status == "429")
            #expect(right.field("retry-after") != nil)
            let basic = "Authorization: Basic YW5hQGV4YW1wbGUudGVzdDpjb3JyZWN0IGhvcnNlIGJhdHRlcnk="
            #expect(try await http.send("GET /.well-known/jmap", [basic]).status == "429")
        }
    }

    @Test func guessesByBasicAreCountedToo() async throws {
        var limits = LoginGuardLimits()
        limits.failuresPerHostMax = 3
        limits.delaySecondsMax = 0
        limits.loopback = .watched
        try await withHTTP(guardLimits: limits) { http in
            // ana:a, ana:b, ana:c
            for (text, status) in [("YW5hOmE=", "401"), ("YW5hOmI=", "401"), ("YW5hOmM=", "429")] {
                let answer = try await http.send("GET /.well-known/jmap", ["Authorization: Basic \(text)"])
                #expect(answer.status == status)
            }
            #expect(try await http.logIn().status == "429")
        }
    }

    /// A session that an attacker has planted is not the one that a login leads to.
    @Test func noSessionIsFixed() async throws {
        try await withHTTP { http in
            let planted = "paloma=" + String(repeating: "A", count: 43)
            let first = try await http.logIn(["Cookie: \(planted)"])
            let cookie = try #require(first.cookie)
            #expect(cookie != planted)
            #expect(try await http.send("GET /login", ["Cookie: \(planted)"]).status == "401")
            // Whoever logs in anew is a new session; the one before is over.
            let second = try #require(try await http.logIn(["Cookie: \(cookie)"]).cookie)
            #expect(second != cookie)
            #expect(try await http.send("GET /login", ["Cookie: \(cookie)"]).status == "401")
            #expect(try await http.send("GET /login", ["Cookie: \(second)"]).status == "200")
        }
    }

    @Test func passwordsInClearAreRefusedWhereNobodyAllowedThem() async throws {
        try await withHTTP(.clear(.refused)) { http in
            #expect(try await http.logIn().status == "403")
            let basic = "Authorization: Basic YW5hQGV4YW1wbGUudGVzdDpjb3JyZWN0IGhvcnNlIGJhdHRlcnk="
            let answer = try await http.send("GET /.well-known/jmap", [basic])
            #expect(answer.status == "403")
            #expect(answer.json?["type"] == "urn:paloma:error:tlsRequired")
        }
    }

    @Test func aSecondFactorIsAskedFor() async throws {
        try await withHTTP { http in
            let ana = AuthenticatedAccount(id: .init(rawValue: 1), address: try address("ana@example.test"))
            let directory = http.system.directory
            _ = try await directory.beginSecondFactor(of: ana)
            #expect(try await http.logIn().status == "200")
            let setup = try await directory.beginSecondFactor(of: ana)
            #expect(setup.secret.text.utf8.count == 32)
            let made = try await directory.addAppPassword(named: "phone", to: ana.id)
            // An app password is for programs.
            let app = try await http.post(
                "/login", #"{"user":"ana@example.test","password":"\#(made.password.text)"}"#)
            #expect(app.status == "401")
        }
    }

    @Test func aProgramGetsATokenWhenItAsksForOne() async throws {
        try await withHTTP { http in
            let answer = try await http.post(
                "/login", #"{"user":"ana@example.test","password":"correct horse battery","bearer":true}"#)
            let token = try #require(answer.json?["token"]?.string)
            #expect(answer.field("set-cookie") == nil)
            let session = try await http.send("GET /.well-known/jmap", ["Authorization: Bearer \(token)"])
            #expect(session.json?["username"] == "ana@example.test")
            #expect(try await http.send("GET /.well-known/jmap", ["Authorization: Bearer x"]).status == "401")
        }
    }
}
