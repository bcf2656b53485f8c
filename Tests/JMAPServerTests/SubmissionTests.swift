import AgentTestSupport
import Directory
import JMAP
import JSON
import Logging
import MailCore
import MailQueue
import MailSearch
import MailSettings
import MailStore
import Storage
import Synchronization
import Testing

@testable import JMAPServer

/// A clock that tests turn.
private final class TestClock: Sendable {
    private let seconds = Mutex(TestStore.now)
    var now: Int64 { seconds.withLock { $0 } }
    func advance(_ by: Int64) { seconds.withLock { $0 += by } }
}

@Suite struct SubmissionTests {
    private struct Fixture {
        let system: TestStore
        let services: JMAPServices
        let ana: JMAPUser
        let bob: AccountID

        func call(_ name: String, _ arguments: JSONObject) async throws -> JSONObject {
            let method = try #require(JMAPMethods.all.first { $0.name == name })
            return try await services.call(method, (["accountId": "a1"] as JSONObject).merging(arguments), ana)
        }

        /// A draft of Ana's; its Email id.
        func draft(_ text: String) async throws -> String {
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\r\n")
            return try await system.deliver(lines, to: "ana@example.test").email.objectID
        }

        func submit(_ email: String, _ more: JSONObject = [:]) async throws -> JSONObject {
            let identity = try #require(
                try await call("Identity/get", [:])["list"]?.array?.first?.object?["id"])
            let object: JSONObject = ["identityId": identity, "emailId": .string(email)]
            return try await call("EmailSubmission/set", ["create": ["k": .object(object.merging(more))]])
        }

        func created(_ response: JSONObject) throws -> JSONObject {
            try #require(response["created"]?.object?["k"]?.object, "\(response["notCreated"] ?? .null)")
        }

        func error(_ response: JSONObject) -> JSONObject? { response["notCreated"]?.object?["k"]?.object }

        func get(_ id: JSONValue?) async throws -> JSONObject {
            try #require(
                try await call("EmailSubmission/get", ["ids": [id ?? .null]])["list"]?.array?.first?.object)
        }
    }

    private static let letter = """
        From: Ana <ana@example.test>
        To: Bob <bob@example.test>
        Bcc: eva@elsewhere.test
        Subject: Lunch

        At two.

        """

    private func withFixture(
        _ clock: TestClock = TestClock(), sending: JMAPSending = JMAPSending(),
        _ body: (Fixture) async throws -> Void
    ) async throws {
        try await withTestStore { system in
            let address = try address("ana@example.test")
            let ana = try await system.addAccount("ana@example.test")
            let bob = try await system.addAccount("bob@example.test")
            try await system.addAlias("office@example.test", to: "ana@example.test")
            let services = JMAPServices(
                store: system.store, mailStore: system.mailStore, directory: system.directory,
                search: MailSearch(store: system.store, mailStore: system.mailStore), delivery: system.delivery,
                queue: system.queue, signal: QueueSignal(),
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, now: { clock.now }, sending: sending)
            try await body(
                Fixture(
                    system: system, services: services,
                    ana: JMAPUser(account: AuthenticatedAccount(id: ana, address: address)), bob: bob))
        }
    }

    // MARK: Identities

    @Test func identitiesBeginWithTheAccountsAddresses() async throws {
        try await withFixture { fixture in
            let list = try #require(try await fixture.call("Identity/get", [:])["list"]?.array?.compactMap(\.object))
            #expect(list.map { $0["email"] } == ["ana@example.test", "office@example.test"])
            #expect(list.map { $0["mayDelete"] } == [false, true])
            #expect(
                list[0].names == [
                    "id", "name", "email", "replyTo", "bcc", "textSignature", "htmlSignature", "mayDelete",
                ])
        }
    }

    @Test func identitiesAreMadeChangedAndDestroyed() async throws {
        try await withFixture { fixture in
            let made = try await fixture.call(
                "Identity/set",
                [
                    "create": [
                        "k": [
                            "email": "ana+shop@example.test", "name": "Shop",
                            "replyTo": [["email": "ana@example.test"]],
                        ],
                        "foreign": ["email": "bob@example.test"], "none": ["name": "x"],
                        "odd": ["email": "ana@example.test", "color": "red", "mayDelete": false],
                        "list": ["email": "ana@example.test", "bcc": [["email": "no address"]]],
                    ]
                ])
            let id = try #require(made["created"]?.object?["k"]?.object?["id"])
            let errors = made["notCreated"]?.object
            #expect(errors?["foreign"]?.object?["type"] == "forbiddenFrom")
            #expect(errors?["none"]?.object?["properties"] == ["email"])
            #expect(errors?["odd"]?.object?["properties"] == ["color", "mayDelete"])
            #expect(errors?["list"]?.object?["properties"] == ["bcc"])
            let key = try #require(id.string)
            let changed = try await fixture.call(
                "Identity/set",
                ["update": .object([key: ["textSignature": "-- \nAna"], "1": ["email": "x@example.test"]])])
            #expect(changed["updated"] == .object([key: .null]))
            #expect(changed["notUpdated"]?.object?["1"]?.object?["properties"] == ["email"])
            let gone = try await fixture.call("Identity/set", ["destroy": [id, "1", "99"]])
            #expect(gone["destroyed"] == [id])
            #expect(gone["notDestroyed"]?.object?["1"]?.object?["type"] == "forbidden")
            #expect(gone["notDestroyed"]?.object?["99"]?.object?["type"] == "notFound")
            let changes = try await fixture.call("Identity/changes", ["sinceState": made["newState"] ?? .null])
            #expect(changes["destroyed"] == [id])
        }
    }

    // MARK: Sending

    @Test func aMessageIsSentToAllThatItsHeaderNames() async throws {
        try await withFixture { fixture in
            let email = try await fixture.draft(Self.letter)
            let made = try fixture.created(try await fixture.submit(email))
            #expect(made["undoStatus"] == "final")
            let inbox = try await fixture.system.inbox(fixture.bob)
            #expect(inbox.count == 1)
            #expect(inbox[0].contains("Subject: Lunch\r\n"))
            #expect(inbox[0].contains(" with JMAP id "))
            #expect(!inbox[0].lowercased().contains("bcc:"))
            #expect(inbox[0].contains("Message-ID: <"))
            let queued = try await fixture.services.queue.list()
            #expect(queued.flatMap(\.recipients).map(\.forwardPath) == ["eva@elsewhere.test"])
            let shown = try await fixture.get(made["id"])
            #expect(shown["emailId"] == .string(email))
            let envelope = shown["envelope"]?.object
            #expect(envelope?["mailFrom"]?.object?["email"] == "ana@example.test")
            #expect(
                envelope?["rcptTo"]?.array?.map { $0.object?["email"] } == ["bob@example.test", "eva@elsewhere.test"])
            let status = shown["deliveryStatus"]?.object
            #expect(status?["bob@example.test"]?.object?["delivered"] == "yes")
            #expect(status?["eva@elsewhere.test"]?.object?["delivered"] == "queued")
        }
    }

    /// RFC 8621 §7.5: the implicit Email/set, whose response follows.
    @Test func theEmailIsChangedWhenItWasSent() async throws {
        try await withFixture { fixture in
            let email = try await fixture.draft(Self.letter)
            let identity = try await fixture.call("Identity/get", [:])["list"]?.array?.first?.object?["id"]
            let method = try #require(JMAPMethods.all.first { $0.name == "EmailSubmission/set" })
            var call = JMAPCall(
                services: fixture.services, user: fixture.ana, using: Set(JMAPCapability.allCases))
            let arguments: JSONObject = [
                "accountId": "a1",
                "create": [
                    "k": ["identityId": identity ?? .null, "emailId": .string(email)],
                    "no": ["identityId": "99", "emailId": .string(email)],
                ],
                "onSuccessUpdateEmail": ["#k": ["keywords/$seen": true], "#no": ["keywords/$flagged": true]],
            ]
            let response = try await method.run(JMAPArguments(arguments), &call)
            #expect(response["created"]?.object?.names == ["k"])
            #expect(call.implied.map(\.name) == ["Email/set"])
            #expect(call.implied.first?.arguments["updated"]?.object?.names == [email])
            let shown = try await fixture.call("Email/get", ["ids": [.string(email)], "properties": ["keywords"]])
            #expect(shown["list"]?.array?.first?.object?["keywords"] == ["$seen": true])
        }
    }

    @Test func peopleWrittenToAreKnown() async throws {
        try await withFixture { fixture in
            _ = try fixture.created(try await fixture.submit(try await fixture.draft(Self.letter)))
            for (prefix, found) in [("bo", 1), ("BOB@", 1), ("example", 1), ("eva", 1), ("x", 0), ("", 2)] {
                let answer = try await fixture.call("KnownAddress/query", ["prefix": .string(prefix)])
                #expect(answer["list"]?.array?.count == found, "\(prefix)")
            }
            let bob = try await fixture.call("KnownAddress/query", ["prefix": "bob"])["list"]?.array?.first?.object
            #expect(bob?["name"] == "Bob")
            #expect(bob?["uses"] == 1)
        }
    }

    @Test func whatCannotBeSent() async throws {
        try await withFixture { fixture in
            let table: [(String, JSONObject, String)] = [
                ("From: ana@example.test\n\nx", [:], "noRecipients"),
                ("From: ana@example.test\nTo: nobody@example.test\n\nx", [:], "invalidRecipients"),
                ("From: bob@example.test\nTo: bob@example.test\n\nx", [:], "forbiddenFrom"),
                (
                    Self.letter,
                    [
                        "envelope": [
                            "mailFrom": ["email": "bob@example.test"], "rcptTo": [["email": "bob@example.test"]],
                        ]
                    ],
                    "forbiddenMailFrom"
                ),
                (
                    Self.letter, ["envelope": ["mailFrom": ["email": "ana@example.test"], "rcptTo": []]],
                    "noRecipients"
                ),
                (
                    Self.letter,
                    ["envelope": ["mailFrom": ["email": "ana@example.test"], "rcptTo": [["email": "not one"]]]],
                    "invalidRecipients"
                ),
                (Self.letter, ["envelope": "x"], "invalidProperties"),
                (Self.letter, ["sendAt": "2030-01-01T00:00:00Z"], "invalidProperties"),
                (Self.letter, ["identityId": "99"], "invalidProperties"),
                (Self.letter, ["emailId": "E99"], "invalidProperties"),
                (Self.letter, ["emailId": "nonsense"], "invalidProperties"),
            ]
            for (text, more, type) in table {
                let answer = try await fixture.submit(try await fixture.draft(text), more)
                #expect(fixture.error(answer)?["type"] == .string(type), "\(more)")
            }
            #expect(try await fixture.system.inbox(fixture.bob).isEmpty)
            #expect(try await fixture.call("EmailSubmission/get", [:])["list"] == [])
            // Somebody else's message.
            let foreign = try await fixture.system.deliver(Self.letter, to: "bob@example.test").email.objectID
            #expect(fixture.error(try await fixture.submit(foreign))?["properties"] == ["emailId"])
        }
    }

    @Test func thereIsALimitForTheDay() async throws {
        var sending = JMAPSending()
        sending.limits.messagesPerDayMax = 1
        try await withFixture(sending: sending) { fixture in
            let email = try await fixture.draft(Self.letter)
            _ = try fixture.created(try await fixture.submit(email))
            #expect(fixture.error(try await fixture.submit(email))?["type"] == "rateLimit")
        }
    }

    // MARK: Later, and back

    private static func later(_ seconds: String) -> JSONObject {
        [
            "envelope": [
                "mailFrom": ["email": "ana@example.test", "parameters": ["HOLDFOR": .string(seconds)]],
                "rcptTo": [["email": "bob@example.test"]],
            ]
        ]
    }

    @Test func whatIsHeldIsTakenBack() async throws {
        let clock = TestClock()
        try await withFixture(clock) { fixture in
            let email = try await fixture.draft(Self.letter)
            let made = try fixture.created(try await fixture.submit(email, Self.later("10")))
            #expect(made["undoStatus"] == "pending")
            #expect(made["sendAt"] == "2023-11-14T22:13:30Z")
            #expect(try await fixture.get(made["id"])["deliveryStatus"] == .null)
            #expect(try await fixture.services.queue.count() == 1)
            let id = try #require(made["id"]?.string)
            clock.advance(9)
            let undone = try await fixture.call(
                "EmailSubmission/set", ["update": .object([id: ["undoStatus": "canceled"]])])
            #expect(undone["updated"] == .object([id: .null]), "\(undone["notUpdated"] ?? .null)")
            #expect(try await fixture.services.queue.count() == 0)
            #expect(try await fixture.get(made["id"])["undoStatus"] == "canceled")
            clock.advance(100)
            #expect(try await fixture.get(made["id"])["undoStatus"] == "canceled")
        }
    }

    @Test func whatHasGoneIsNotTakenBack() async throws {
        let clock = TestClock()
        try await withFixture(clock) { fixture in
            let email = try await fixture.draft(Self.letter)
            let made = try fixture.created(try await fixture.submit(email, Self.later("10")))
            let id = try #require(made["id"]?.string)
            let state = try await fixture.call("EmailSubmission/get", ["ids": []])["state"]
            clock.advance(10)
            let late = try await fixture.call(
                "EmailSubmission/set", ["update": .object([id: ["undoStatus": "canceled"]])])
            #expect(late["notUpdated"]?.object?[id]?.object?["type"] == "cannotUnsend")
            // That its time has come is a change that clients hear of.
            let changes = try await fixture.call("EmailSubmission/changes", ["sinceState": state ?? .null])
            #expect(changes["updated"] == [.string(id)])
            #expect(try await fixture.get(made["id"])["undoStatus"] == "final")
            #expect(try await fixture.services.queue.count() == 1)
        }
    }

    @Test func parametersAreRead() async throws {
        try await withFixture { fixture in
            let email = try await fixture.draft(Self.letter)
            for (parameters, isGood) in [
                (["HOLDUNTIL": "2023-11-15T00:00:00Z"], true), (["HOLDFOR": "0"], true),
                (["HOLDFOR": "99999999999"], false), (["HOLDFOR": "-1"], false), (["HOLDUNTIL": "soon"], false),
                (["HOLDUNTIL": "2043-11-15T00:00:00Z"], false), (["RET": "hdrs"], true), (["RET": "X"], false),
                (["ENVID": "a\nb"], false), (["AUTH": "x"], false), (["REQUIRETLS": .null], true),
            ] as [(JSONObject, Bool)] {
                let answer = try await fixture.submit(
                    email,
                    [
                        "envelope": [
                            "mailFrom": ["email": "ana@example.test", "parameters": .object(parameters)],
                            "rcptTo": [["email": "bob@example.test", "parameters": ["NOTIFY": "FAILURE,DELAY"]]],
                        ]
                    ])
                #expect((fixture.error(answer) == nil) == isGood, "\(parameters)")
            }
        }
    }

    @Test func submissionsAreFound() async throws {
        let clock = TestClock()
        try await withFixture(clock) { fixture in
            let email = try await fixture.draft(Self.letter)
            var ids: [JSONValue] = []
            for seconds in ["0", "500", "100"] {
                let made = try fixture.created(try await fixture.submit(email, Self.later(seconds)))
                ids.append(try #require(made["id"]))
            }
            func query(_ arguments: JSONObject) async throws -> JSONValue? {
                try await fixture.call("EmailSubmission/query", arguments)["ids"]
            }
            #expect(try await query([:]) == .array(ids))
            #expect(try await query(["filter": ["undoStatus": "pending"]]) == [ids[1], ids[2]])
            #expect(
                try await query(["sort": [["property": "sentAt", "isAscending": false]]]) == [ids[1], ids[2], ids[0]])
            #expect(try await query(["filter": ["emailIds": ["E99"]]]) == [])
            #expect(try await query(["filter": ["after": "2023-11-14T22:13:21Z"]]) == [ids[1], ids[2]])
            let first = try await fixture.call("EmailSubmission/query", ["filter": ["undoStatus": "pending"]])
            clock.advance(200)
            let changes = try await fixture.call(
                "EmailSubmission/queryChanges",
                ["filter": ["undoStatus": "pending"], "sinceQueryState": first["queryState"] ?? .null])
            #expect(changes["removed"] == [ids[2]])
            #expect(changes["added"] == [])
        }
    }

    /// A crash between the row and the delivery, and one behind it.
    @Test func whatACrashLeftBehindIsFoundOut() async throws {
        let clock = TestClock()
        try await withFixture(clock) { fixture in
            let sent = try await fixture.draft(Self.letter)
            let number = try #require(Int64(sent.dropFirst()))
            let account = fixture.ana.account.id
            func leave(_ queueID: Int64) async throws -> String {
                let object: JSONObject = [
                    "sendAt": .integer(clock.now), "undoStatus": "final", "isSending": true,
                    "queueId": .integer(queueID), "envelope": ["rcptTo": []],
                ]
                let text = StoredObjects.text(object)
                return try await fixture.system.store.change {
                    try MailSettings.create(text, .submission, of: account, in: $0).id
                }
            }
            let delivered = try await leave(number)
            let lost = try await leave(999_999)
            clock.advance(3600)
            #expect(try await fixture.get(.string(delivered))["undoStatus"] == "final")
            #expect(try await fixture.get(.string(lost))["undoStatus"] == "canceled")
        }
    }

    // MARK: Our own capability

    @Test func settingsAreOneObject() async throws {
        try await withFixture { fixture in
            #expect(try await fixture.call("WebSettings/get", [:])["list"] == [["id": "singleton"]])
            _ = try await fixture.call(
                "WebSettings/set", ["update": ["singleton": ["language": "es", "trusted": ["a@b.test": true]]]])
            _ = try await fixture.call(
                "WebSettings/set", ["update": ["singleton": ["trusted/c@d.test": true, "language": .null]]])
            let kept = try await fixture.call("WebSettings/get", [:])["list"]?.array?.first?.object
            #expect(kept?["trusted"] == ["a@b.test": true, "c@d.test": true])
            #expect(kept?["language"] == nil)
            let large = String(repeating: "x", count: 70_000)
            let answer = try await fixture.call(
                "WebSettings/set", ["update": ["singleton": ["text": .string(large)]]])
            #expect(answer["notUpdated"]?.object?["singleton"]?.object?["type"] == "tooLarge")
        }
    }

    @Test func aPasswordIsChangedByWhoKnowsIt() async throws {
        try await withFixture { fixture in
            let wrong = try await fixture.call(
                "Password/set", ["oldPassword": "guess", "newPassword": "another long password"])
            #expect(wrong["error"]?.object?["type"] == "wrongPassword")
            let short = try await fixture.call(
                "Password/set", ["oldPassword": .string(TestStore.password.text), "newPassword": "short"])
            #expect(short["error"]?.object?["type"] == "badPassword")
            let done = try await fixture.call(
                "Password/set",
                ["oldPassword": .string(TestStore.password.text), "newPassword": "another long password"])
            #expect(done["changed"] == true)
            let verified = await fixture.services.directory.verify(
                user: "ana@example.test", password: Password("another long password"))
            #expect(verified == .accepted(fixture.ana.account))
        }
    }

    @Test func appPasswordsAreShownOnce() async throws {
        try await withFixture { fixture in
            let made = try await fixture.call(
                "AppPassword/set", ["create": ["k": ["name": "phone"], "bad": ["name": ""]]])
            let password = try #require(made["created"]?.object?["k"]?.object?["password"]?.string)
            let id = try #require(made["created"]?.object?["k"]?.object?["id"])
            #expect(made["notCreated"]?.object?.names == ["bad"])
            let verified = await fixture.services.directory.verify(user: "ana", password: Password(password))
            #expect(verified == .accepted(fixture.ana.account))
            let listed = try await fixture.call("AppPassword/get", [:])["list"]?.array?.first?.object
            #expect(listed?["name"] == "phone")
            #expect(listed?["password"] == nil)
            let gone = try await fixture.call("AppPassword/set", ["destroy": [id, "p99", "x"]])
            #expect(gone["destroyed"] == [id])
            #expect(gone["notDestroyed"]?.object?.count == 2)
        }
    }

    @Test func theTraceTellsNobodyOfOthers() async throws {
        try await withFixture { fixture in
            let email = try await fixture.system.deliver(
                "From: x@elsewhere.test\r\nTo: ana@example.test\r\n\r\nx\r\n", to: "ana@example.test",
                "bob@example.test", from: "x@elsewhere.test"
            ).email
            let trace = try await fixture.call("MessageTrace/get", ["emailId": .string(email.objectID)])
            let step = try #require(trace["list"]?.array?.first?.object)
            #expect(step["what"] == "smtp")
            let text = JSONValue.object(trace).text
            #expect(text.contains("ana@example.test") && !text.contains("bob@example.test"), "\(text)")
            await #expect(throws: JMAPMethodError.self) {
                _ = try await fixture.call("MessageTrace/get", ["emailId": "E999"])
            }
        }
    }

    @Test func accountsElsewhereAreKept() async throws {
        try await withFixture { fixture in
            let made = try await fixture.call(
                "RemoteAccount/set",
                [
                    "create": [
                        "k": [
                            "service": "imap", "host": "imap.elsewhere.test", "userName": "ana", "password": "secret",
                        ],
                        "clear": [
                            "service": "imap", "host": "h", "userName": "ana", "password": "secret", "tls": "none",
                        ],
                        "file": [
                            "service": "imap", "host": "h", "userName": "ana", "password": "s",
                            "authorityFile": "/etc/passwd",
                        ],
                    ]
                ])
            let id = try #require(made["created"]?.object?["k"]?.object?["id"], "\(made)")
            #expect(made["notCreated"]?.object?["clear"]?.object?["properties"] == ["tls"])
            #expect(made["notCreated"]?.object?["file"]?.object?["properties"] == ["authorityFile"])
            let listed = try #require(try await fixture.call("RemoteAccount/get", [:])["list"]?.array?.first?.object)
            #expect(listed["port"] == 993)
            #expect(!JSONValue.object(listed).text.contains("secret"))
            #expect(try await fixture.call("RemoteAccount/set", ["destroy": [id]])["destroyed"] == [id])
        }
    }
}
