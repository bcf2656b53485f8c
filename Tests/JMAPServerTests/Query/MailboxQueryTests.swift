import AgentTestSupport
import Directory
import JMAP
import JSON
import MailCore
import MailSearch
import MailStore
import Testing

@testable import JMAPServer

@Suite struct MailboxQueryTests {
    private func withMailboxes(
        _ body: (JMAPServices, JMAPUser, (JSONObject) async throws -> [String]) async throws -> Void
    ) async throws {
        try await withTestStore { test in
            let id = try await test.addAccount("ana@example.test")
            let user = JMAPUser(account: AuthenticatedAccount(id: id, address: try address("ana@example.test")))
            let services = JMAPServices(test)
            for name in ["Work", "Work/Zebra", "Work/Apple", "Work/Apple/Deep", "apart"] {
                try await test.mailStore.create(name, for: id, now: TestStore.now)
            }
            try await test.mailStore.subscribe(id, to: "Work")
            let names = Dictionary(
                uniqueKeysWithValues: try await test.mailStore.mailboxes(id).map {
                    (MailboxKey(account: id, mailbox: $0.mailbox).objectID, $0.name)
                })
            try await body(services, user) { arguments in
                let all = (["accountId": .string(user.accountID.text)] as JSONObject).merging(arguments)
                let response = try await services.call(MailboxQueryMethods.query, all, user)
                return (response["ids"]?.array ?? []).map { names[$0.string ?? ""] ?? "?" }
            }
            services.search.close()
        }
    }

    private let byName: JSONValue = [["property": "name"]]

    @Test func conditionsAndOrders() async throws {
        try await withMailboxes { services, user, query in
            let work = try await services.mailStore.mailboxes(user.account.id).first { $0.name == "Work" }
            let workID = MailboxKey(account: user.account.id, mailbox: try #require(work).mailbox).objectID
            #expect(try await query(["filter": ["role": "inbox"]]) == ["INBOX"])
            #expect(
                try await query(["filter": ["hasAnyRole": false], "sort": byName]) == [
                    "apart", "Work/Apple", "Work/Apple/Deep", "Work", "Work/Zebra",
                ])
            #expect(
                try await query(["filter": ["hasAnyRole": false], "sort": byName, "sortAsTree": true]) == [
                    "apart", "Work", "Work/Apple", "Work/Apple/Deep", "Work/Zebra",
                ])
            #expect(
                try await query(["filter": ["parentId": .string(workID)], "sort": byName]) == [
                    "Work/Apple", "Work/Zebra",
                ])
            #expect(
                try await query(["filter": ["parentId": .null, "hasAnyRole": false], "sort": byName]) == [
                    "apart", "Work",
                ])
            #expect(try await query(["filter": ["name": "AP"], "sort": byName]) == ["apart", "Work/Apple"])
            // What is above does not fit.
            #expect(try await query(["filter": ["name": "AP"], "sort": byName, "filterAsTree": true]) == ["apart"])
            #expect(try await query(["filter": ["isSubscribed": true, "hasAnyRole": false]]) == ["Work"])
            #expect(try await query(["filter": ["isSubscribed": false]]).count == 4)
            #expect(try await query(["filter": ["operator": "NOT", "conditions": [["hasAnyRole": true]]]]).count == 5)
            #expect(try await query(["sort": byName, "position": 1, "limit": 2]) == ["Work/Apple", "Archive"])
        }
    }

    @Test func refusals() async throws {
        try await withMailboxes { _, _, query in
            await #expect(throws: JMAPMethodError.unsupportedFilter("mailboxes have no condition colour")) {
                try await query(["filter": ["colour": "red"]])
            }
            await #expect(throws: JMAPMethodError.unsupportedSort("mailboxes are not sorted by colour")) {
                try await query(["sort": [["property": "colour"]]])
            }
            await #expect(throws: JMAPMethodError.anchorNotFound) { try await query(["anchor": "M9-9"]) }
        }
    }
}
