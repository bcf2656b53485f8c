import AgentTestSupport
import Directory
import JMAP
import JSON
import MailCore
import MailSearch
import MailStore
import Testing

@testable import JMAPServer

/// Email/query and Email/queryChanges (RFC 8621 §4.4, §4.5), each condition and each order.
@Suite struct EmailQueryTests {
    /// A few messages of which each condition finds some.
    private struct World {
        let services: JMAPServices
        let user: JMAPUser
        /// By the message's name.
        var ids: [String: String] = [:]

        func name(_ id: String) -> String { ids.first { $0.value == id }?.key ?? id }
    }

    private static let messages: [(name: String, text: String)] = [
        (
            "hello",
            "From: Bob <bob@x.example>\r\nTo: ana@example.test\r\nSubject: Hello world\r\nMessage-ID: <1@x>\r\n"
                + "Date: Tue, 14 Nov 2023 10:00:00 +0000\r\n\r\nA short ochre text.\r\n"
        ),
        (
            "answer",
            "From: Carla <carla@y.example>\r\nTo: Zoe <zoe@x.example>\r\nCc: ana@example.test\r\n"
                + "Subject: Re: Hello world\r\nMessage-ID: <2@x>\r\nIn-Reply-To: <1@x>\r\nReferences: <1@x>\r\n"
                + "Date: Mon, 13 Nov 2023 10:00:00 +0000\r\n\r\nThe ochre and the blue text, much longer than the other.\r\n"
        ),
        (
            "file",
            "From: Anton <anton@z.example>\r\nTo: ana@example.test\r\nBcc: hidden@z.example\r\nSubject: A file\r\n"
                + "Message-ID: <3@x>\r\nX-Tag: green apples\r\nMIME-Version: 1.0\r\n"
                + "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nSee the file.\r\n--b\r\n"
                + "Content-Type: application/pdf\r\nContent-Disposition: attachment; filename=a.pdf\r\n\r\n%PDF\r\n--b--\r\n"
        ),
    ]

    private func withWorld(_ body: (World) async throws -> Void) async throws {
        try await withTestStore { test in
            let id = try await test.addAccount("ana@example.test")
            let user = JMAPUser(
                account: AuthenticatedAccount(id: id, address: try address("ana@example.test")))
            var world = World(services: JMAPServices(test), user: user)
            for (number, message) in Self.messages.enumerated() {
                let delivered = try await test.deliver(
                    message.text, to: "ana@example.test", at: TestStore.now + Int64(number) * 100)
                world.ids[message.name] = delivered.email.objectID
            }
            let inbox = MailboxKey(account: id, mailbox: .inbox)
            let first = UIDSet(UID(rawValue: 1)...UID(rawValue: 1))
            let words = [Keyword("$Forwarded")].compactMap { $0 }
            _ = try await test.mailStore.setFlags(FlagChange(.add, .seen, keywords: words), of: first, in: inbox)
            _ = try await test.mailStore.copy(
                first, from: inbox, to: MailboxKey(account: id, mailbox: MailboxID(rawValue: 2)),
                savedAt: TestStore.now)
            try await body(world)
            world.services.search.close()
        }
    }

    private func query(_ arguments: JSONObject, _ world: World) async throws -> JSONObject {
        let all = (["accountId": .string(world.user.accountID.text)] as JSONObject).merging(arguments)
        return try await world.services.call(EmailQueryMethods.query, all, world.user)
    }

    private func names(_ response: JSONObject, _ world: World) -> [String] {
        (response["ids"]?.array ?? []).map { world.name($0.string ?? "") }
    }

    @Test func everyCondition() async throws {
        let a = "1"
        let cases: [(String, [String])] = [
            ("{}", ["file", "answer", "hello"]),
            (#"{"inMailbox":"M\#(a)-1"}"#, ["file", "answer", "hello"]),
            (#"{"inMailbox":"M\#(a)-2"}"#, ["hello"]),
            (#"{"inMailbox":"M99-1"}"#, []),
            (#"{"inMailbox":"nonsense"}"#, []),
            (#"{"inMailboxOtherThan":["M\#(a)-1"]}"#, ["hello"]),
            (#"{"before":"2023-11-14T22:15:00Z"}"#, ["hello"]),
            (#"{"before":"2023-11-14T22:13:20Z"}"#, []),
            (#"{"after":"2023-11-14T22:15:00Z"}"#, ["file", "answer"]),
            (#"{"after":"2023-11-14T22:13:20Z","before":"2023-11-14T22:15:01Z"}"#, ["answer", "hello"]),
            (#"{"minSize":250}"#, ["file", "answer"]),
            (#"{"maxSize":250}"#, ["hello"]),
            (#"{"hasKeyword":"$seen"}"#, ["hello"]),
            (#"{"notKeyword":"$seen"}"#, ["file", "answer"]),
            (#"{"hasKeyword":"$forwarded"}"#, ["hello"]),
            (#"{"allInThreadHaveKeyword":"$seen"}"#, []),
            (#"{"someInThreadHaveKeyword":"$seen"}"#, ["answer", "hello"]),
            (#"{"noneInThreadHaveKeyword":"$seen"}"#, ["file"]),
            (#"{"hasAttachment":true}"#, ["file"]),
            (#"{"hasAttachment":false}"#, ["answer", "hello"]),
            (#"{"text":"ochre"}"#, ["answer", "hello"]),
            (#"{"text":"ochre blue"}"#, ["answer"]),
            (#"{"text":"'ochre text'"}"#, ["hello"]),
            (#"{"text":"\"the blue text\""}"#, ["answer"]),
            (#"{"text":""}"#, ["file", "answer", "hello"]),
            (#"{"from":"bob"}"#, ["hello"]),
            (#"{"to":"zoe"}"#, ["answer"]),
            (#"{"cc":"ana@example.test"}"#, ["answer"]),
            (#"{"bcc":"hidden"}"#, ["file"]),
            (#"{"subject":"hello"}"#, ["answer", "hello"]),
            (#"{"body":"hello"}"#, []),
            (#"{"body":"LONGER"}"#, ["answer"]),
            (#"{"header":["X-Tag"]}"#, ["file"]),
            (#"{"header":["x-tag","apples"]}"#, ["file"]),
            (#"{"header":["X-Tag","pears"]}"#, []),
            (#"{"operator":"AND","conditions":[{"subject":"hello"},{"notKeyword":"$seen"}]}"#, ["answer"]),
            (#"{"operator":"OR","conditions":[{"from":"bob"},{"hasAttachment":true}]}"#, ["file", "hello"]),
            (#"{"operator":"NOT","conditions":[{"from":"bob"},{"hasAttachment":true}]}"#, ["answer"]),
            (#"{"operator":"AND","conditions":[]}"#, ["file", "answer", "hello"]),
            (#"{"operator":"OR","conditions":[]}"#, []),
        ]
        try await withWorld { world in
            for (text, expected) in cases {
                let written = text.replacing("M1-", with: "M\(world.user.account.id.rawValue)-")
                let filter = try JSONValue(parsing: written)
                #expect(names(try await query(["filter": filter], world), world) == expected, "\(text)")
            }
            try await world.services.search.catchUp()
            for (text, expected) in cases {
                let written = text.replacing("M1-", with: "M\(world.user.account.id.rawValue)-")
                let filter = try JSONValue(parsing: written)
                #expect(names(try await query(["filter": filter], world), world) == expected, "indexed \(text)")
            }
        }
    }

    @Test func everyOrder() async throws {
        let cases: [(String, [String])] = [
            (#"{"property":"receivedAt"}"#, ["hello", "answer", "file"]),
            (#"{"property":"receivedAt","isAscending":false}"#, ["file", "answer", "hello"]),
            (#"{"property":"size"}"#, ["hello", "answer", "file"]),
            (#"{"property":"from"}"#, ["file", "hello", "answer"]),
            (#"{"property":"to","isAscending":false}"#, ["answer", "file", "hello"]),
            (#"{"property":"subject","collation":"i;unicode-casemap"}"#, ["file", "answer", "hello"]),
            (#"{"property":"sentAt"}"#, ["answer", "hello", "file"]),
            (#"{"property":"hasKeyword","keyword":"$seen","isAscending":false}"#, ["hello", "file", "answer"]),
            (#"{"property":"allInThreadHaveKeyword","keyword":"$seen"}"#, ["file", "answer", "hello"]),
            (#"{"property":"someInThreadHaveKeyword","keyword":"$seen"}"#, ["file", "answer", "hello"]),
        ]
        try await withWorld { world in
            for (text, expected) in cases {
                let sort = try JSONValue(parsing: "[\(text)]")
                #expect(names(try await query(["sort": sort], world), world) == expected, "\(text)")
            }
        }
    }

    @Test func pagesAndThreads() async throws {
        try await withWorld { world in
            let page = try await query(["position": 1, "limit": 1, "calculateTotal": true], world)
            #expect(names(page, world) == ["answer"])
            #expect(page["total"] == 3 && page["position"] == 1 && page["canCalculateChanges"] == true)
            let last = try await query(["position": -1], world)
            #expect(names(last, world) == ["hello"] && last["total"] == nil)
            let anchor = JSONValue.string(world.ids["answer"] ?? "")
            let behind = try await query(["anchor": anchor, "anchorOffset": 1], world)
            #expect(names(behind, world) == ["hello"] && behind["position"] == 2)
            await #expect(throws: JMAPMethodError.anchorNotFound) {
                try await query(["anchor": "E999"], world)
            }
            let threads = try await query(["collapseThreads": true, "calculateTotal": true], world)
            #expect(names(threads, world) == ["file", "answer"] && threads["total"] == 2)
            #expect(threads["collapseThreads"] == true)
        }
    }

    @Test func refusals() async throws {
        try await withWorld { world in
            func refusal(_ arguments: JSONObject) async throws -> JMAPMethodError? {
                do {
                    _ = try await query(arguments, world)
                    return nil
                } catch let error as JMAPMethodError {
                    return error
                }
            }
            func kind(_ arguments: JSONObject) async throws -> String? {
                try await refusal(arguments)?.json["type"]?.string
            }
            let cases: [(JSONObject, String)] = [
                (["filter": ["colour": "red"]], "unsupportedFilter"),
                (["filter": ["from": 1]], "invalidArguments"),
                (["filter": ["before": "yesterday"]], "invalidArguments"),
                (["filter": ["header": []]], "invalidArguments"),
                (["filter": ["header": ["a:b"]]], "invalidArguments"),
                (["filter": ["minSize": -1]], "invalidArguments"),
                (["sort": [["property": "colour"]]], "unsupportedSort"),
                (["sort": [["property": "size", "collation": "i;none"]]], "unsupportedSort"),
                (["sort": [["property": "hasKeyword"]]], "invalidArguments"),
                (["accountId": "a999"], "accountNotFound"),
            ]
            for (arguments, expected) in cases {
                let told = try await kind(arguments)
                #expect(told == expected, "\(arguments)")
            }
        }
    }

    @Test func changes() async throws {
        try await withWorld { world in
            let account = JSONValue.string(world.user.accountID.text)
            let filter: JSONValue = ["notKeyword": "$seen"]
            let before = try await query(["filter": filter], world)
            let state = try #require(before["queryState"])
            let key = MailboxKey(account: world.user.account.id, mailbox: .inbox)
            _ = try await world.services.mailStore.setFlags(
                FlagChange(.add, .seen), of: UIDSet(UID(rawValue: 3)...UID(rawValue: 3)), in: key)
            let arguments: JSONObject = [
                "accountId": account, "filter": filter, "sinceQueryState": state, "calculateTotal": true,
            ]
            let told = try await world.services.call(EmailQueryMethods.queryChanges, arguments, world.user)
            #expect(told["removed"] == [.string(world.ids["file"] ?? "")])
            #expect(told["added"] == [] && told["total"] == 1)
            #expect(told["oldQueryState"] == state && told["newQueryState"] != state)
            await #expect(throws: JMAPMethodError.cannotCalculateChanges) {
                try await world.services.call(
                    EmailQueryMethods.queryChanges, arguments.merging(["sinceQueryState": "x"]), world.user)
            }
            _ = try await world.services.mailStore.setFlags(
                FlagChange(.remove, .seen), of: UIDSet(UID(rawValue: 1)...UID(rawValue: 3)), in: key)
            await #expect(throws: JMAPMethodError.tooManyChanges) {
                try await world.services.call(
                    EmailQueryMethods.queryChanges, arguments.merging(["maxChanges": 1]), world.user)
            }
        }
    }

    @Test(arguments: [
        ("a b", ["a", "b"]), (#""a b" c"#, ["a b", "c"]), (#"'it\'s' x"#, ["it's", "x"]), ("it's", ["it's"]),
        ("  ", []), (#""open end"#, ["open end"]), (#""a \" b""#, [#"a " b"#]),
    ])
    func words(text: String, expected: [String]) {
        #expect(EmailTextSearch.words(text) == expected)
    }
}
