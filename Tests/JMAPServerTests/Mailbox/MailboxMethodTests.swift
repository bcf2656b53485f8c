import AgentTestSupport
import Directory
import JMAP
import JSON
import MailCore
import MailStore
import Storage
import Testing

@testable import JMAPServer

@Suite struct MailboxMethodTests {
    private func list(_ test: JMAPTest) async throws -> [String: JSONObject] {
        let response = try await test.call("Mailbox/get", ["ids": .null])
        var list: [String: JSONObject] = [:]
        for object in response["list"]?.array?.compactMap(\.object) ?? [] {
            list[object["name"]?.string ?? ""] = object
        }
        return list
    }

    @Test func theFirstMailboxes() async throws {
        try await withJMAP { test in
            let mailboxes = try await list(test)
            #expect(Set(mailboxes.keys) == ["Inbox", "Drafts", "Sent", "Junk", "Trash", "Archive"])
            let inbox = try #require(mailboxes["Inbox"])
            #expect(inbox["id"]?.string == test.mailbox(1))
            #expect(inbox["role"] == "inbox")
            #expect(inbox["isSubscribed"] == true)
            #expect(inbox["myRights"]?.object?["mayDelete"] == false)
            #expect(mailboxes["Trash"]?["role"] == "trash")
            #expect(mailboxes["Trash"]?["myRights"]?.object?["mayDelete"] == true)
            #expect(inbox.count == MailboxProperty.allCases.count)
        }
    }

    @Test func countsOfConversations() async throws {
        try await withJMAP { test in
            _ = try await test.append("Message-ID: <1@x>\nSubject: a\n\nx\n", flags: .seen)
            let second = try await test.append("References: <1@x>\nSubject: Re: a\n\nx\n")
            _ = try await test.append("Message-ID: <2@x>\nSubject: b\n\nx\n", flags: .draft)
            var inbox = try #require(try await list(test)["Inbox"])
            #expect(inbox["totalEmails"] == 3)
            #expect(inbox["unreadEmails"] == 1)
            #expect(inbox["totalThreads"] == 2)
            #expect(inbox["unreadThreads"] == 1)
            let state = try await test.call("Mailbox/get", ["ids": []])["state"]
            // The unread answer goes to the trash: for the inbox it is not there.
            let trash = test.mailbox(5)
            let moved = try await test.call(
                "Email/set",
                [
                    "update": .object(
                        JSONObject([(second.objectID, ["mailboxIds": .object(JSONObject([(trash, true)]))])]))
                ])
            #expect(moved["notUpdated"] == .null)
            inbox = try #require(try await list(test)["Inbox"])
            #expect(inbox["unreadThreads"] == 0)
            #expect(inbox["totalEmails"] == 2)
            let trashed = try await list(test).values.first { $0["id"]?.string == trash }
            #expect(trashed?["unreadThreads"] == 1)
            let changes = try await test.call("Mailbox/changes", ["sinceState": try #require(state)])
            #expect(Set(changes["updated"]?.array ?? []) == [.string(test.mailbox(1)), .string(trash)])
            #expect(
                changes["updatedProperties"] == ["totalEmails", "unreadEmails", "totalThreads", "unreadThreads"])
        }
    }

    @Test func aTreeIsMadeMovedAndDestroyed() async throws {
        try await withJMAP { test in
            let before = try await test.call("Mailbox/get", ["ids": []])["state"]
            let made = try await test.call(
                "Mailbox/set",
                [
                    "create": [
                        "child": ["name": "Child", "parentId": "#top", "sortOrder": 7], "top": ["name": "Töp"],
                        "bad": ["name": "a/b"], "none": ["parentId": .null], "twice": ["name": "Sent"],
                        "role": ["name": "R", "role": "sent"], "ghost": ["name": "G", "parentId": "#nobody"],
                    ]
                ])
            let created = try #require(made["created"]?.object)
            #expect(Set(created.names) == ["child", "top"])
            #expect(Set(made["notCreated"]?.object?.names ?? []) == ["bad", "none", "twice", "role", "ghost"])
            let top = try #require(created["top"]?.object?["id"]?.string)
            let child = try #require(created["child"]?.object?["id"]?.string)
            #expect(created["top"]?.object?["isSubscribed"] == true)
            var mailboxes = try await list(test)
            #expect(mailboxes["Child"]?["parentId"]?.string == top)
            #expect(mailboxes["Child"]?["sortOrder"] == 7)
            let changes = try await test.call("Mailbox/changes", ["sinceState": try #require(before)])
            #expect(Set(changes["created"]?.array ?? []) == [.string(top), .string(child)])
            #expect(changes["updatedProperties"] == .null)
            // A parent does not go below its child; a name is not taken twice; INBOX stays.
            let refused = try await test.call(
                "Mailbox/set",
                [
                    "update": .object(
                        JSONObject([
                            (top, ["parentId": .string(child)]), (child, ["name": "Drafts", "parentId": .null]),
                            (test.mailbox(1), ["name": "Other"]), ("M1-99", ["name": "x"]),
                        ])),
                    "destroy": [.string(test.mailbox(1)), .string(top)],
                ])
            #expect(refused["updated"] == .null)
            #expect(refused["notUpdated"]?.object?.count == 4)
            #expect(refused["notDestroyed"]?.object?[top]?.object?["type"] == "mailboxHasChild")
            let moved = try await test.call(
                "Mailbox/set",
                [
                    "update": .object(
                        JSONObject([
                            (child, ["parentId": .null, "name": "Out", "role": "junk"]), (top, ["sortOrder": 3]),
                        ]))
                ])
            #expect(moved["notUpdated"]?.object?[child]?.object?["properties"] == ["role"])
            let renamed = try await test.call(
                "Mailbox/set", ["update": .object(JSONObject([(child, ["parentId": .null, "name": "Out"])]))])
            #expect(renamed["notUpdated"] == .null)
            mailboxes = try await list(test)
            #expect(mailboxes["Out"]?["parentId"] == .null)
            #expect(mailboxes["Out"]?["isSubscribed"] == true)
            _ = try await test.append(
                "Subject: s\n\nx\n", to: try #require(MailboxKey(objectID: child)).mailbox.rawValue)
            let full = try await test.call("Mailbox/set", ["destroy": [.string(child), .string(top)]])
            #expect(full["notDestroyed"] == .object(JSONObject([(child, ["type": "mailboxHasEmail"] as JSONValue)])))
            #expect(full["destroyed"] == [.string(top)])
            let gone = try await test.call(
                "Mailbox/set", ["destroy": [.string(child)], "onDestroyRemoveEmails": true])
            #expect(gone["destroyed"] == [.string(child)])
        }
    }

    @Test func sharedMailboxesAreAnotherAccount() async throws {
        try await withTestStore { store in
            let ana = try await store.addAccount("ana@example.test")
            let bob = try await store.addAccount("bob@example.test")
            let services = JMAPServices(store)
            let address = try address("bob@example.test")
            let test = JMAPTest(
                services: services, user: JMAPUser(account: .init(id: bob, address: address)))
            let account = JSONValue.string(JMAPID(account: ana).text)
            await #expect(throws: JMAPMethodError.accountNotFound) {
                try await test.call("Mailbox/get", ["accountId": account, "ids": .null])
            }
            let inbox = MailboxKey(account: ana, mailbox: .inbox)
            let party = try #require(try await store.mailStore.party(named: "bob@example.test"))
            let rights = try #require(AccessRights(letters: Array("lrs".utf8)))
            try await store.mailStore.changeAccess(to: inbox, of: party, .granted, .replace(rights))
            try await store.deliver("Subject: s\r\n\r\nx\r\n", to: "ana@example.test")
            let shared = try await test.call("Mailbox/get", ["accountId": account, "ids": .null])
            let list = try #require(shared["list"]?.array)
            #expect(list.count == 1)
            #expect(list[0].object?["myRights"]?.object?["mayAddItems"] == false)
            #expect(list[0].object?["myRights"]?.object?["maySetSeen"] == true)
            let email = try await store.store.read {
                try $0.first("SELECT email FROM message") { EmailID(rawValue: $0.integer(0)) }
            }
            let id = try #require(email).objectID
            let set = try await test.call(
                "Email/set",
                ["accountId": account, "update": .object(JSONObject([(id, ["keywords/$seen": true])]))])
            #expect(set["notUpdated"] == .null)
            let refused = try await test.call(
                "Email/set",
                [
                    "accountId": account, "update": .object(JSONObject([(id, ["keywords/$flagged": true])])),
                    "destroy": [],
                ])
            #expect(refused["notUpdated"]?.object?[id]?.object?["type"] == "forbidden")
            // A copy has the same number, once.
            let mailboxes = JSONValue.object(JSONObject([(test.mailbox(1), true)]))
            let copy: JSONObject = [
                "fromAccountId": account, "create": ["c": ["id": .string(id), "mailboxIds": mailboxes]],
            ]
            let copied = try await test.call("Email/copy", copy)
            #expect(copied["created"]?.object?["c"]?.object?["id"]?.string == id)
            let again = try await test.call("Email/copy", copy)
            #expect(again["notCreated"]?.object?["c"]?.object?["existingId"]?.string == id)
        }
    }
}

@Suite struct ThreadMethodTests {
    @Test func oldestFirst() async throws {
        try await withJMAP { test in
            let first = try await test.append("Message-ID: <1@x>\nSubject: a\n\nx\n", date: 300)
            let second = try await test.append("References: <1@x>\nSubject: Re: a\n\nx\n", to: 3, date: 100)
            let third = try await test.append("In-Reply-To: <1@x>\nSubject: Re: a\n\nx\n", date: 200)
            let thread = JSONValue.string("T\(first.rawValue)")
            let state = try await test.call("Thread/get", ["ids": []])["state"]
            let response = try await test.call("Thread/get", ["ids": [thread, "T999", "x"]])
            #expect(
                response["list"] == [
                    ["id": thread, "emailIds": .array([second, third, first].map { .string($0.objectID) })]
                ])
            #expect(response["notFound"] == ["T999", "x"])
            _ = try await test.call("Email/set", ["destroy": [.string(first.objectID)]])
            let changes = try await test.call("Thread/changes", ["sinceState": try #require(state)])
            #expect(changes["updated"] == [thread])
            let rest = JSONValue.array([second, third].map { .string($0.objectID) })
            let gone = try await test.call("Email/set", ["destroy": rest])
            #expect(gone["destroyed"] == rest)
            let ended = try await test.call("Thread/changes", ["sinceState": try #require(state)])
            #expect(ended["destroyed"] == [thread])
            await #expect(throws: JMAPMethodError.cannotCalculateChanges) {
                try await test.call("Thread/changes", ["sinceState": "x"])
            }
        }
    }
}
