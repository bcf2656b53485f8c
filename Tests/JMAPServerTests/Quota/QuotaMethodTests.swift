import AgentTestSupport
import Directory
import JMAP
import JSON
import MailCore
import MailSearch
import Testing

@testable import JMAPServer

@Suite struct QuotaMethodTests {
    private func method(_ name: String) throws -> JMAPMethod {
        try #require(QuotaMethods.methods.first { $0.name == name })
    }

    private func withQuota(
        _ quotaBytes: Int64, _ body: (TestStore, (String, JSONObject) async throws -> JSONObject) async throws -> Void
    ) async throws {
        try await withTestStore { test in
            let id = try await test.addAccount("ana@example.test", quotaBytes: quotaBytes)
            let user = JMAPUser(account: AuthenticatedAccount(id: id, address: try address("ana@example.test")))
            let services = JMAPServices(test)
            try await body(test) { name, arguments in
                let all = (["accountId": .string(user.accountID.text)] as JSONObject).merging(arguments)
                return try await services.call(try method(name), all, user)
            }
            services.search.close()
        }
    }

    @Test func storage() async throws {
        try await withQuota(10_000) { test, call in
            let empty = try await call("Quota/get", [:])
            #expect(empty["list"]?.array?.first?.object?["used"] == 0)
            #expect(empty["list"]?.array?.first?.object?["hardLimit"] == 10_000)
            let state = try #require(empty["state"])
            let same = try await call("Quota/changes", ["sinceState": state])
            #expect(same["updated"] == [] && same["newState"] == state && same["updatedProperties"] == .null)
            try await test.deliver("Subject: x\r\n\r\nx\r\n", to: "ana@example.test")
            let changed = try await call("Quota/changes", ["sinceState": state])
            #expect(changed["updated"] == ["storage"] && changed["updatedProperties"] == ["used"])
            let some = try await call("Quota/get", ["ids": ["storage", "other"], "properties": ["used"]])
            #expect(some["list"]?.array?.first?.object?.names == ["id", "used"])
            #expect(some["notFound"] == ["other"])
            #expect(try await call("Quota/query", ["filter": ["name": "Stor"]])["ids"] == ["storage"])
            #expect(try await call("Quota/query", ["filter": ["scope": "domain"]])["ids"] == [])
            #expect(
                try await call("Quota/query", ["filter": ["operator": "NOT", "conditions": [["type": "Mail"]]]])["ids"]
                    == [])
            await #expect(throws: JMAPMethodError.cannotCalculateChanges) {
                try await call("Quota/changes", ["sinceState": "x"])
            }
            await #expect(throws: JMAPMethodError.cannotCalculateChanges) {
                try await call("Quota/queryChanges", ["sinceQueryState": state])
            }
            await #expect(throws: JMAPMethodError.unsupportedSort("quotas are not sorted by x")) {
                try await call("Quota/query", ["sort": [["property": "x"]]])
            }
        }
    }

    @Test func unlimited() async throws {
        try await withQuota(0) { _, call in
            let response = try await call("Quota/get", [:])
            #expect(response["list"] == [] && response["state"] == "none")
            #expect(try await call("Quota/changes", ["sinceState": "none"])["created"] == [])
            #expect(try await call("Quota/changes", ["sinceState": "5-10"])["destroyed"] == ["storage"])
            #expect(try await call("Quota/query", [:])["ids"] == [])
        }
    }
}
