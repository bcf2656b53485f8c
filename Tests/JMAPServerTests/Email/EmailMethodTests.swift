import AgentTestSupport
import Delivery
import Directory
import JMAP
import JSON
import MailCore
import MailStore
import NIOCore
import Storage
import Testing

@testable import JMAPServer

/// A store with one user, whose methods are called as a request does.
struct JMAPTest {
    let services: JMAPServices
    let user: JMAPUser

    var account: JSONValue { .string(user.accountID.text) }
    func mailbox(_ number: Int64) -> String { "M\(user.account.id.rawValue)-\(number)" }

    /// Calls a method; `accountId` is the user's own where none is given.
    func call(_ name: String, _ arguments: JSONObject) async throws -> JSONObject {
        let method = try #require(JMAPMethods.all.first { $0.name == name })
        return try await services.call(method, (["accountId": account] as JSONObject).merging(arguments), user)
    }

    /// Files a message as it is.
    func append(_ text: String, to mailbox: Int64 = 1, flags: SystemFlags = [], date: Int64 = 1_500_000_000)
        async throws
        -> EmailID
    {
        let copy = NewCopy(
            account: user.account.id, mailbox: MailboxID(rawValue: mailbox), flags: flags, internalDate: date,
            saveDate: date)
        let octets = Array(text.utf8).split(separator: 0x0a, omittingEmptySubsequences: false).joined(separator: [
            0x0d, 0x0a,
        ])
        let filed = try await services.delivery.append(MessageBody(ByteBuffer(bytes: Array(octets))), copy)
        return try await services.store.read { transaction in
            var email = EmailID(rawValue: 0)
            let key = MailboxKey(account: filed.account, mailbox: filed.mailbox)
            try MailStore.rows(of: UIDSet(filed.uid...filed.uid), in: key, [], transaction) { email = $0.email }
            return email
        }
    }

    /// One Email.
    func get(_ id: EmailID, _ properties: [String]? = nil, _ more: JSONObject = [:]) async throws -> JSONObject {
        var arguments: JSONObject = ["ids": [.string(id.objectID)]]
        if let properties { arguments["properties"] = .array(properties.map { .string($0) }) }
        let response = try await call("Email/get", arguments.merging(more))
        return try #require(response["list"]?.array?.first?.object)
    }

    /// Its octets.
    func octets(_ id: String) async throws -> String {
        let blob = try await services.blobs.find(try #require(JMAPID(id)), of: user.account.id)
        return String(decoding: try #require(try await blob?.octets(most: 1 << 20)), as: UTF8.self)
    }
}

func withJMAP(_ body: (JMAPTest) async throws -> Void) async throws {
    try await withJMAPServices { try await body(JMAPTest(services: $0, user: $1)) }
}

@Suite struct EmailGetTests {
    private let message = """
        From: Joe <joe@example.com>
        To: "  James Smythe" <james@example.com>, Friends: jane@example.com;
        Subject: =?utf-8?q?H=C3=A9llo?=
        Message-ID: <a@b>
        References: <x@y> <z@y>
        Date: Tue, 10 Jul 2018 11:03:11 +1000
        X-Note: one
        X-Note: two
        Content-Type: multipart/mixed; boundary=q

        --q
        Content-Type: text/plain; charset=utf-8
        Content-Language: en

        Hello,
        world
        --q
        Content-Type: application/pdf; name="a.pdf"
        Content-Disposition: attachment; filename="a.pdf"
        Content-Transfer-Encoding: base64
        Content-ID: <c@d>

        AAEC
        --q--

        """

    @Test func metadataAndFacts() async throws {
        try await withJMAP { test in
            let id = try await test.append(message, flags: [.seen, .deleted])
            let email = try await test.get(
                id,
                [
                    "blobId", "threadId", "mailboxIds", "keywords", "size", "receivedAt", "from", "to", "cc", "subject",
                    "sentAt",
                    "messageId", "hasAttachment", "preview",
                ])
            #expect(email["id"]?.string == id.objectID)
            #expect(email["blobId"]?.string == "m\(id.objectID)")
            #expect(email["threadId"]?.string == "T\(id.rawValue)")
            #expect(email["mailboxIds"] == .object(JSONObject([(test.mailbox(1), true)])))
            #expect(email["keywords"] == ["$seen": true])
            #expect(email["receivedAt"] == "2017-07-14T02:40:00Z")
            #expect(email["from"] == [["name": "Joe", "email": "joe@example.com"]])
            #expect(
                email["to"] == [
                    ["name": "James Smythe", "email": "james@example.com"],
                    ["name": .null, "email": "jane@example.com"],
                ])
            #expect(email["cc"] == .null)
            #expect(email["subject"] == "Héllo")
            #expect(email["sentAt"] == "2018-07-10T11:03:11+10:00")
            #expect(email["messageId"] == ["a@b"])
            #expect(email["hasAttachment"] == true)
            #expect(email["preview"] == "Hello, world")
            let octets = try await test.octets("m\(id.objectID)")
            #expect(email["size"]?.integer == Int64(octets.utf8.count))
        }
    }

    /// What comes without asking says of the message what the facts said.
    @Test func everything() async throws {
        try await withJMAP { test in
            let id = try await test.append(message)
            let facts = try await test.get(id, ["from", "to", "subject", "sentAt", "messageId", "inReplyTo"])
            let email = try await test.get(id, nil, ["fetchAllBodyValues": true])
            #expect(Set(email.names) == Set(EmailProperty.standard))
            for (name, value) in facts.members { #expect(email[name] == value, "\(name)") }
            #expect(email["references"] == ["x@y", "z@y"])
            #expect(email["sender"] == .null)
            #expect(
                email["bodyValues"] == [
                    "1": ["value": "Hello,\nworld", "isEncodingProblem": false, "isTruncated": false]
                ])
            let text = try #require(email["textBody"]?.array?.first?.object)
            #expect(text["partId"] == "1")
            #expect(text["blobId"]?.string == "p\(id.objectID)-1")
            #expect(text["language"] == ["en"])
            #expect(text["type"] == "text/plain")
            #expect(text["charset"] == "utf-8")
            let file = try #require(email["attachments"]?.array?.first?.object)
            #expect(file["name"] == "a.pdf")
            #expect(file["size"] == 3)
            #expect(file["cid"] == "c@d")
            #expect(file["disposition"] == "attachment")
            #expect(file["charset"] == .null)
            #expect(try await test.octets(try #require(file["blobId"]?.string)) == "\u{0}\u{1}\u{2}")
        }
    }

    @Test func headersAndStructure() async throws {
        try await withJMAP { test in
            let id = try await test.append(message)
            let email = try await test.get(
                id,
                [
                    "header:X-Note", "header:x-note:asText:all", "header:Nothing", "header:Nothing:all", "headers",
                    "bodyStructure",
                ], ["bodyProperties": ["partId", "type", "header:Content-Language:asText"]])
            #expect(email["header:X-Note"] == " two")
            #expect(email["header:x-note:asText:all"] == ["one", "two"])
            #expect(email["header:Nothing"] == .null)
            #expect(email["header:Nothing:all"] == [])
            #expect(email["headers"]?.array?.count == 9)
            #expect(
                email["bodyStructure"] == [
                    "partId": .null, "type": "multipart/mixed", "header:Content-Language:asText": .null,
                    "subParts": [
                        ["partId": "1", "type": "text/plain", "header:Content-Language:asText": "en"],
                        ["partId": "2", "type": "application/pdf", "header:Content-Language:asText": .null],
                    ],
                ])
        }
    }

    @Test func truncatedValues() async throws {
        try await withJMAP { test in
            let id = try await test.append("Subject: s\nContent-Type: text/html; charset=utf-8\n\n<p>aé</p>\n")
            let email = try await test.get(id, ["bodyValues"], ["fetchHTMLBodyValues": true, "maxBodyValueBytes": 5])
            #expect(email["bodyValues"] == ["1": ["value": "<p>a", "isEncodingProblem": false, "isTruncated": true]])
            #expect(try await test.get(id, ["bodyValues"])["bodyValues"] == .object([:]))
        }
    }

    /// Anything is a message: nothing that one says is a trap.
    @Test(arguments: [
        "", "\n", "x", "From\n\n", "Content-Type: multipart/mixed; boundary=\n\n--\n--\n",
        "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: message/rfc822\n\nSubject: x\n\nb\n--b",
        "Subject: =?utf-8?b?////?=\nFrom: <<<>>>,;:\nDate: x\nTo: \"\n\n",
        "Content-Type: text/plain; charset=utf-16\nContent-Transfer-Encoding: x-what\n\n\u{1}\u{2}\u{3}",
        "Content-Type: message/rfc822\n\nContent-Type: message/rfc822\n\nContent-Type: text/plain\n\nx",
    ]) func brokenMessages(_ text: String) async throws {
        try await withJMAP { test in
            let id = try await test.append(text.isEmpty ? " " : text)
            let email = try await test.get(
                id, EmailProperty.standard + ["headers", "bodyStructure", "header:To:asGroupedAddresses"],
                ["fetchAllBodyValues": true, "bodyProperties": ["partId", "blobId", "headers", "size", "subParts"]])
            #expect(email["id"]?.string == id.objectID)
        }
    }

    @Test func refusals() async throws {
        try await withJMAP { test in
            await #expect(throws: JMAPMethodError.requestTooLarge) { try await test.call("Email/get", ["ids": .null]) }
            await #expect(throws: JMAPMethodError.accountNotFound) {
                try await test.call("Email/get", ["accountId": "a999", "ids": []])
            }
            await #expect(throws: JMAPMethodError.invalidArguments("there is no property x")) {
                try await test.call("Email/get", ["ids": [], "properties": ["x"]])
            }
            let response = try await test.call("Email/get", ["ids": ["E99999", "x", "E01"]])
            #expect(response["notFound"] == ["E99999", "x", "E01"])
        }
    }
}

@Suite struct EmailSetTests {
    /// The examples of RFC 8621 §4.10.
    @Test func draftsOfTheRFC() async throws {
        try await withJMAP { test in
            let made = try await test.call(
                "Email/set",
                [
                    "create": [
                        "k192": [
                            "mailboxIds": .object(JSONObject([(test.mailbox(2), true)])),
                            "keywords": ["$seen": true, "$draft": true],
                            "from": [["name": "Joe Bloggs", "email": "joe@example.com"]], "subject": "World domination",
                            "receivedAt": "2018-07-10T01:03:11Z", "sentAt": "2018-07-10T11:03:11+10:00",
                            "bodyStructure": ["type": "text/plain", "partId": "bd48", "header:Content-Language": "en"],
                            "bodyValues": ["bd48": ["value": "I have the most brilliant plan.", "isTruncated": false]],
                        ]
                    ]
                ])
            #expect(made["notCreated"] == .null)
            #expect(made["oldState"] != made["newState"])
            let created = try #require(made["created"]?.object?["k192"]?.object)
            #expect(Set(created.names) == ["id", "blobId", "threadId", "size"])
            let id = try #require(EmailID(objectID: created["id"]?.string ?? ""))
            let text = try await test.octets(try #require(created["blobId"]?.string))
            #expect(text.utf8.count == Int(created["size"]?.integer ?? 0))
            #expect(text.contains("Date: Tue, 10 Jul 2018 11:03:11 +1000\r\n"))
            #expect(text.contains("From: Joe Bloggs <joe@example.com>\r\n"))
            #expect(text.contains("Message-ID: <"))
            #expect(text.contains("MIME-Version: 1.0\r\n"))
            #expect(text.contains("Content-Language: en\r\n"))
            #expect(text.contains("\r\n\r\nI have the most brilliant plan.\r\n"))
            let email = try await test.get(id, ["keywords", "receivedAt", "sentAt", "mailboxIds"])
            #expect(email["keywords"] == ["$seen": true, "$draft": true])
            #expect(email["receivedAt"] == "2018-07-10T01:03:11Z")
            #expect(email["sentAt"] == "2018-07-10T11:03:11+10:00")
            let again = try await test.call(
                "Email/set",
                [
                    "create": [
                        "k1546": [
                            "mailboxIds": .object(JSONObject([(test.mailbox(2), true)])), "keywords": ["$draft": true],
                            "from": [["name": "Joe Bloggs", "email": "joe@example.com"]],
                            "to": [["name": "John", "email": "john@example.com"]], "subject": "World domination",
                            "bodyStructure": [
                                "type": "multipart/alternative",
                                "subParts": [
                                    ["partId": "a49d", "type": "text/html", "header:Content-Language": "en"],
                                    ["partId": "bd48", "type": "text/plain", "header:Content-Language": "en"],
                                ],
                            ],
                            "bodyValues": ["bd48": ["value": "plan"], "a49d": ["value": "<b>plan</b>"]],
                        ]
                    ], "destroy": [.string(id.objectID)],
                ])
            #expect(again["destroyed"] == [.string(id.objectID)])
            let second = try #require(again["created"]?.object?["k1546"]?.object)
            let other = try await test.get(
                try #require(EmailID(objectID: second["id"]?.string ?? "")), ["textBody", "htmlBody", "bodyValues"],
                ["fetchAllBodyValues": true, "bodyProperties": ["partId", "language"]])
            #expect(other["htmlBody"] == [["partId": "1", "language": ["en"]]])
            #expect(other["textBody"] == [["partId": "2", "language": ["en"]]])
            #expect(other["bodyValues"]?.object?["1"]?.object?["value"] == "<b>plan</b>\n")
        }
    }

    /// RFC 8621 §4.6: what is ambiguous is refused, and named.
    @Test(arguments: [
        ("headers", #"{"headers":[]}"#), ("from", #"{"header:from":" a@b","from":[]}"#),
        ("header:Subject:asAddresses", #"{"header:Subject:asAddresses":[]}"#),
        ("header:Content-Type", #"{"header:Content-Type":" text/plain"}"#),
        (
            "bodyStructure",
            #"{"bodyStructure":{"partId":"1"},"textBody":[{"partId":"1"}],"bodyValues":{"1":{"value":"x"}}}"#
        ),
        (
            "bodyStructure",
            #"{"subject":"x","bodyStructure":{"partId":"1","header:Subject":" y"},"bodyValues":{"1":{"value":"x"}}}"#
        ),
        ("textBody", #"{"textBody":[{"partId":"1"},{"partId":"1"}],"bodyValues":{"1":{"value":"x"}}}"#),
        ("textBody", #"{"textBody":[{"partId":"1","type":"text/html"}],"bodyValues":{"1":{"value":"x"}}}"#),
        ("htmlBody", #"{"htmlBody":[{"partId":"1","type":"text/plain"}],"bodyValues":{"1":{"value":"x"}}}"#),
        ("textBody", #"{"textBody":[{"partId":"1","blobId":"b"}],"bodyValues":{"1":{"value":"x"}}}"#),
        ("textBody", #"{"textBody":[{"partId":"2"}],"bodyValues":{"1":{"value":"x"}}}"#),
        ("textBody", #"{"textBody":[{"partId":"1","charset":"utf-8"}],"bodyValues":{"1":{"value":"x"}}}"#),
        ("textBody", #"{"textBody":[{"partId":"1","size":1}],"bodyValues":{"1":{"value":"x"}}}"#),
        (
            "textBody",
            #"{"textBody":[{"partId":"1","header:Content-Transfer-Encoding":" 8bit"}],"bodyValues":{"1":{"value":"x"}}}"#
        ),
        ("bodyValues", #"{"textBody":[{"partId":"1"}],"bodyValues":{"1":{"value":"x","isTruncated":true}}}"#),
        ("bodyValues", #"{"textBody":[{"partId":"1"}],"bodyValues":{"1":{"value":"x","isEncodingProblem":true}}}"#),
        ("mailboxIds", #"{"mailboxIds":{}}"#), ("mailboxIds", #"{"mailboxIds":{"M9-9":true}}"#),
        ("keywords", #"{"keywords":{"a b":true}}"#), ("keywords", #"{"keywords":{"x":false}}"#),
        ("size", #"{"size":1}"#), ("nothing", #"{"nothing":1}"#), ("receivedAt", #"{"receivedAt":"now"}"#),
        ("header:X", #"{"header:X":" a\r\nBcc: b@c"}"#),
    ]) func refused(_ property: String, _ object: String) async throws {
        try await withJMAP { test in
            var email: JSONObject = ["mailboxIds": .object(JSONObject([(test.mailbox(2), true)]))]
            email = email.merging(try #require(JSONValue(parsing: object).object))
            let response = try await test.call("Email/set", ["create": ["k": .object(email)]])
            let error = try #require(response["notCreated"]?.object?["k"]?.object)
            #expect(error["type"] == "invalidProperties")
            #expect(error["properties"]?.array?.contains(.string(property)) == true, "\(error)")
            #expect(response["oldState"] == response["newState"])
        }
    }

    @Test func halfFinishedDrafts() async throws {
        try await withJMAP { test in
            let response = try await test.call(
                "Email/set",
                [
                    "create": [
                        "k": [
                            "mailboxIds": .object(JSONObject([(test.mailbox(2), true)])),
                            "to": [["name": .null, "email": "joe"], ["name": "Zoë, \r\nBcc: x", "email": "a<b>,c"]],
                            "from": [["email": "jürgen@müller.example"]],
                        ]
                    ]
                ])
            let id = EmailID(objectID: response["created"]?.object?["k"]?.object?["id"]?.string ?? "")
            let email = try await test.get(try #require(id), ["to", "bcc", "from"])
            #expect(email["bcc"] == .null)
            #expect(email["to"]?.array?.count == 2)
            #expect(email["to"]?.array?.first == ["name": .null, "email": "joe"])
            #expect(email["from"]?.array?.first?.object?["email"]?.string?.hasPrefix("jürgen@") == true)
        }
    }

    @Test func attachments() async throws {
        try await withJMAP { test in
            let blob = try #require(
                test.services.blobs.keep(ByteBuffer(string: "octets"), type: "application/x", of: test.user.account.id))
            let email: JSONObject = [
                "mailboxIds": .object(JSONObject([(test.mailbox(2), true), (test.mailbox(1), true)])),
                "textBody": [["partId": "t"]], "htmlBody": [["partId": "h"]],
                "bodyValues": ["t": ["value": "é"], "h": ["value": "<img src=\"cid:i\">"]],
                "attachments": [
                    ["blobId": .string(blob.text), "type": "image/png", "cid": "i@x", "disposition": "inline"],
                    [
                        "blobId": .string(blob.text), "type": "application/x", "name": "año.bin",
                        "disposition": "attachment",
                    ],
                ],
            ]
            let response = try await test.call("Email/set", ["create": ["k": .object(email)]])
            #expect(response["notCreated"] == .null)
            let id = EmailID(objectID: response["created"]?.object?["k"]?.object?["id"]?.string ?? "")
            let got = try await test.get(
                try #require(id), ["bodyStructure", "mailboxIds", "hasAttachment"],
                ["bodyProperties": ["type", "name", "cid", "size"]])
            #expect(got["mailboxIds"]?.object?.count == 2)
            #expect(got["hasAttachment"] == true)
            let mixed = try #require(got["bodyStructure"]?.object)
            #expect(mixed["type"] == "multipart/mixed")
            let parts = try #require(mixed["subParts"]?.array)
            #expect(parts[0].object?["type"] == "multipart/related")
            #expect(parts[0].object?["subParts"]?.array?[0].object?["type"] == "multipart/alternative")
            #expect(parts[0].object?["subParts"]?.array?[1].object?["cid"] == "i@x")
            #expect(parts[1].object?["name"] == "año.bin")
            #expect(parts[1].object?["size"] == 6)
            let missing = try await test.call(
                "Email/set",
                [
                    "create": [
                        "k": [
                            "mailboxIds": .object(JSONObject([(test.mailbox(2), true)])),
                            "attachments": [["blobId": "u00000000000000000000000000000000"]],
                        ]
                    ]
                ])
            #expect(
                missing["notCreated"] == [
                    "k": ["type": "blobNotFound", "notFound": ["u00000000000000000000000000000000"]]
                ])
        }
    }

    @Test func keywordsAndMailboxes() async throws {
        try await withJMAP { test in
            let one = try await test.append("Subject: 1\n\nx\n")
            let two = try await test.append("Subject: 2\n\nx\n", flags: .seen)
            let state = try await test.call("Email/get", ["ids": []])["state"]
            let response = try await test.call(
                "Email/set",
                [
                    "ifInState": try #require(state),
                    "update": .object(
                        JSONObject([
                            (one.objectID, ["keywords/$seen": true, "keywords/Work": true]),
                            (
                                two.objectID,
                                [
                                    "keywords": ["$flagged": true],
                                    "mailboxIds": .object(
                                        JSONObject([(test.mailbox(3), true), (test.mailbox(4), true)])),
                                ]
                            ),
                            ("E999", ["keywords/$seen": true]),
                        ])),
                ])
            #expect(response["updated"] == .object(JSONObject([(one.objectID, .null), (two.objectID, .null)])))
            #expect(response["notUpdated"] == ["E999": ["type": "notFound"]])
            #expect(try await test.get(one, ["keywords"])["keywords"] == ["$seen": true, "work": true])
            let moved = try await test.get(two, ["keywords", "mailboxIds"])
            #expect(moved["keywords"] == ["$flagged": true])
            #expect(moved["mailboxIds"] == .object(JSONObject([(test.mailbox(3), true), (test.mailbox(4), true)])))
            let changes = try await test.call("Email/changes", ["sinceState": try #require(state)])
            #expect(Set(changes["updated"]?.array ?? []) == [.string(one.objectID), .string(two.objectID)])
            #expect(changes["created"] == [])
            await #expect(throws: JMAPMethodError.stateMismatch) {
                try await test.call("Email/set", ["ifInState": try #require(state)])
            }
        }
    }

    @Test(arguments: [
        (#"{"mailboxIds":{}}"#, "invalidProperties"), (#"{"mailboxIds/M1-1":null}"#, "invalidProperties"),
        (#"{"subject":"x"}"#, "invalidProperties"), (#"{"keywords":{},"keywords/$seen":true}"#, "invalidPatch"),
        (#"{"keywords/$seen":false}"#, "invalidProperties"), (#"{"mailboxIds/M1-77":true}"#, "invalidProperties"),
    ]) func refusedUpdates(_ patch: String, _ type: String) async throws {
        try await withJMAP { test in
            let id = try await test.append("Subject: 1\n\nx\n")
            let object = try JSONValue(parsing: patch.replacing("M1-", with: "M\(test.user.account.id.rawValue)-"))
            let response = try await test.call(
                "Email/set", ["update": .object(JSONObject([(id.objectID, object)]))])
            #expect(response["notUpdated"]?.object?[id.objectID]?.object?["type"]?.string == type)
        }
    }

    @Test func importing() async throws {
        try await withJMAP { test in
            let text = "Received: from a; Tue, 10 Jul 2018 11:03:11 +1000\r\nFrom: x@y\r\nSubject: ñ\r\n\r\nx\r\n"
            let blob = try #require(
                test.services.blobs.keep(ByteBuffer(string: text), type: "message/rfc822", of: test.user.account.id))
            let empty = try #require(
                test.services.blobs.keep(
                    ByteBuffer(string: "no header"), type: "message/rfc822", of: test.user.account.id))
            let mailboxes = JSONValue.object(JSONObject([(test.mailbox(1), true)]))
            let response = try await test.call(
                "Email/import",
                [
                    "emails": [
                        "a": ["blobId": .string(blob.text), "mailboxIds": mailboxes, "keywords": ["$seen": true]],
                        "b": ["blobId": .string(blob.text), "mailboxIds": .object([:])],
                        "c": ["blobId": "u0", "mailboxIds": mailboxes],
                        "d": ["blobId": .string(empty.text), "mailboxIds": mailboxes],
                    ]
                ])
            let refused = try #require(response["notCreated"]?.object)
            #expect(refused["b"]?.object?["properties"] == ["mailboxIds"])
            #expect(refused["c"]?.object?["properties"] == ["blobId"])
            #expect(refused["d"]?.object?["type"] == "invalidEmail")
            let id = EmailID(objectID: response["created"]?.object?["a"]?.object?["id"]?.string ?? "")
            let email = try await test.get(try #require(id), ["subject", "receivedAt", "keywords", "blobId"])
            #expect(email["subject"] == "ñ")
            #expect(email["receivedAt"] == "2018-07-10T01:03:11Z")
            #expect(try await test.octets(email["blobId"]?.string ?? "") == text)
            let parsed = try await test.call(
                "Email/parse", ["blobIds": [.string(blob.text), "u1", .string(empty.text)], "properties": ["subject"]])
            #expect(parsed["parsed"] == .object(JSONObject([(blob.text, ["subject": "ñ"] as JSONValue)])))
            #expect(parsed["notFound"] == ["u1"])
            #expect(parsed["notParsable"] == [.string(empty.text)])
        }
    }
}
