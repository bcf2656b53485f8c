import AgentTestSupport
import Directory
import JMAP
import JSON
import MailCore
import MailSearch
import MailStore
import NIOCore
import Storage
import Testing

@testable import JMAPServer

/// Blob/upload, Blob/get, Blob/lookup and Blob/copy (RFC 9404 §4, RFC 8620 §6.3).
@Suite struct BlobMethodTests {
    private func withUser(_ body: (TestStore, JMAPServices, JMAPUser) async throws -> Void) async throws {
        try await withTestStore { test in
            let id = try await test.addAccount("ana@example.test")
            let user = JMAPUser(account: AuthenticatedAccount(id: id, address: try address("ana@example.test")))
            let services = JMAPServices(test)
            try await body(test, services, user)
            services.search.close()
        }
    }

    private func call(
        _ method: JMAPMethod, _ text: String, _ services: JMAPServices, _ user: JMAPUser
    ) async throws -> JSONObject {
        let object = try #require(JSONValue(parsing: text).object)
        return try await services.call(
            method, (["accountId": .string(user.accountID.text)] as JSONObject).merging(object), user)
    }

    /// The example of RFC 9404 §4.1.1, and reading it back by §4.2.
    @Test func uploadAndGet() async throws {
        try await withUser { _, services, user in
            let response = try await call(
                BlobUploadMethod.upload,
                #"""
                {"create":{
                  "1":{"data":[{"data:asBase64":"iVBORw0KGgo="}],"type":"image/png"},
                  "2":{"data":[{"data:asText":"The quick brown "},{"data:asText":"fox jumped over"}]},
                  "3":{"data":[{"data:asBase64":"not base64!"}]},
                  "4":{"data":[{"blobId":"u00000000000000000000000000000000"}]},
                  "5":{"data":[{"nothing":1}]}}}
                """#, services, user)
            let created = try #require(response["created"]?.object)
            #expect(created["1"]?.object?["size"] == 8 && created["1"]?.object?["type"] == "image/png")
            #expect(created["2"]?.object?["size"] == 31)
            let refused = try #require(response["notCreated"]?.object)
            #expect(refused["3"]?.object?["type"] == "invalidProperties")
            #expect(refused["4"]?.object?["type"] == "blobNotFound")
            #expect(refused["5"]?.object?["type"] == "invalidProperties")
            let id = try #require(created["2"]?.object?["id"]?.string)
            let image = try #require(created["1"]?.object?["id"]?.string)

            let got = try await call(
                BlobGetMethod.get,
                #"{"ids":["\#(id)","nonsense"],"properties":["data:asText","digest:sha","digest:sha-256","size"]}"#,
                services, user)
            let blob = try #require(got["list"]?.array?.first?.object)
            #expect(blob["data:asText"] == "The quick brown fox jumped over" && blob["size"] == 31)
            #expect(blob["digest:sha"]?.string?.count == 28 && blob["digest:sha-256"]?.string?.count == 44)
            #expect(got["notFound"] == ["nonsense"])

            let piece = try await call(
                BlobGetMethod.get, #"{"ids":["\#(id)","\#(image)"],"offset":4,"length":9}"#, services, user)
            let pieces = try #require(piece["list"]?.array)
            #expect(pieces[0].object?["data:asText"] == "quick bro" && pieces[0].object?["isTruncated"] == nil)
            #expect(pieces[1].object?["isTruncated"] == true)
            let binary = try await call(
                BlobGetMethod.get, #"{"ids":["\#(image)"],"properties":["data:asText","data:asBase64"]}"#, services,
                user)
            let bits = try #require(binary["list"]?.array?.first?.object)
            #expect(bits["isEncodingProblem"] == true && bits["data:asText"] == .null)
            #expect(bits["data:asBase64"] == "iVBORw0KGgo=")

            let joined = try await call(
                BlobUploadMethod.upload,
                #"{"create":{"x":{"data":[{"blobId":"\#(id)","offset":4,"length":5},{"data:asText":"!"}]},"y":{"data":[{"blobId":"\#(id)","offset":30,"length":5}]}}}"#,
                services, user)
            let joinedID = try #require(joined["created"]?.object?["x"]?.object?["id"]?.string)
            #expect(joined["notCreated"]?.object?["y"]?.object?["type"] == "invalidProperties")
            let found = try await services.blobs.find(JMAPID(made: joinedID), of: user.account.id)
            #expect(try await found?.octets(most: 100) == Array("quick!".utf8))
            #expect(try await found?.octets(most: 3) == nil)
        }
    }

    @Test func messagesAndParts() async throws {
        try await withUser { test, services, user in
            let text =
                "From: a@b.example\r\nSubject: x\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
                + "--b\r\n\r\nplain\r\n--b\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\n"
                + "aGVsbG8g\r\nd29ybGQ=\r\n--b--\r\n"
            let sent = try await test.deliver(text, to: "ana@example.test")
            let other = try await test.addAccount("bob@example.test")
            func read(_ id: String, of account: AccountID) async throws -> String? {
                guard let id = JMAPID(id), let blob = try await services.blobs.find(id, of: account) else { return nil }
                return try await blob.octets(most: 10_000).map { String(decoding: $0, as: UTF8.self) }
            }
            let mine = user.account.id
            #expect(try await read("m\(sent.email.objectID)", of: mine)?.hasSuffix(text) == true)
            #expect(try await read("p\(sent.email.objectID)-1", of: mine) == "plain")
            #expect(try await read("p\(sent.email.objectID)-2", of: mine) == "hello world")
            #expect(try await read("p\(sent.email.objectID)-3", of: mine) == nil)
            #expect(try await read("p\(sent.email.objectID)-2-1", of: mine) == nil)
            #expect(try await read("mE999", of: mine) == nil)
            #expect(try await read("m\(sent.email.objectID)", of: other) == nil)
            #expect(try await read("p\(sent.email.objectID)-1", of: other) == nil)
            let encoded = try await services.blobs.find(JMAPID(made: "p\(sent.email.objectID)-2"), of: mine)
            #expect(encoded?.knownCount == nil)
            #expect(try await encoded?.count() == 11)

            let looked = try await call(
                BlobLookupMethod.lookup,
                #"{"typeNames":["Mailbox","Thread","Email"],"ids":["m\#(sent.email.objectID)","x"]}"#, services, user)
            let matched = try #require(looked["list"]?.array?.first?.object?["matchedIds"]?.object)
            #expect(matched["Email"] == [.string(sent.email.objectID)])
            #expect(matched["Mailbox"] == [.string("M\(mine.rawValue)-1")])
            #expect(looked["notFound"] == ["x"])
            await #expect(throws: JMAPMethodError.unknownDataType) {
                try await call(BlobLookupMethod.lookup, #"{"typeNames":["Calendar"],"ids":[]}"#, services, user)
            }

            let copied = try await call(
                BlobCopyMethod.copy,
                #"{"fromAccountId":"\#(user.accountID)","blobIds":["m\#(sent.email.objectID)","mE999"]}"#, services,
                user)
            #expect(copied["copied"]?.object?.count == 1 && copied["notCopied"]?.object?["mE999"] != nil)
            await #expect(throws: JMAPMethodError.fromAccountNotFound) {
                try await call(BlobCopyMethod.copy, #"{"fromAccountId":"a999","blobIds":[]}"#, services, user)
            }
        }
    }

    @Test func uploadsAreBounded() throws {
        var limits = JMAPBlobLimits()
        limits.accountOctetsMax = 100
        limits.accountUploadsMax = 3
        limits.uploadsMax = 4
        limits.keptSeconds = 3600
        let uploads = JMAPUploads(limits: limits)
        let (ana, bob) = (AccountID(rawValue: 1), AccountID(rawValue: 2))
        func add(_ count: Int, _ account: AccountID, at now: Int64 = 0) -> JMAPID? {
            uploads.add(
                .init(ByteBuffer(repeating: 65, count: count)), type: "text/plain", of: account, now: now)
        }
        let first = try #require(add(40, ana))
        let second = try #require(add(40, ana))
        #expect(uploads.find(first, of: ana, now: 3599) != nil)
        #expect(uploads.find(first, of: bob, now: 0) == nil)
        #expect(uploads.find(first, of: ana, now: 3600) == nil)
        // The oldest goes for it.
        _ = try #require(add(40, ana))
        #expect(uploads.find(first, of: ana, now: 0) == nil && uploads.find(second, of: ana, now: 0) != nil)
        _ = try #require(add(1, ana))
        _ = try #require(add(1, bob))
        #expect(uploads.count == 4)
        #expect(add(1, bob) == nil)
        // All have expired.
        #expect(add(1, bob, at: 3600) != nil)
        #expect(uploads.count == 1)
        #expect(uploads.begin(ana, most: 1) && !uploads.begin(ana, most: 1) && uploads.begin(bob, most: 1))
        uploads.end(ana)
        #expect(uploads.begin(ana, most: 1))
    }

    @Test(arguments: [
        "mE1", "pE1-1", "pE12-1-2", "u0123456789abcdef0123456789abcdef",
    ])
    func ids(text: String) throws {
        let id = try #require(JMAPID(text))
        #expect(JMAPBlobID(id)?.id == id)
    }

    @Test(arguments: [
        "m", "mE0", "E1", "pE1", "pE1-", "pE1-0", "pE1-01", "pE1--1", "u0", "uABCDEF", "x1", "pE1-99999999",
    ])
    func noIDs(text: String) throws {
        let id = try #require(JMAPID(text))
        #expect(JMAPBlobID(id) == nil)
    }

    @Test(arguments: [("", []), ("TQ==", [77]), ("TWE=", [77, 97]), ("TWFu", [77, 97, 110])] as [(String, [UInt8])])
    func base64(text: String, octets: [UInt8]) {
        #expect(StrictBase64.decode(text) == octets)
        #expect(StrictBase64.encode(octets) == text)
    }

    @Test(arguments: ["T", "TQ=", "TQ===", "TR==", "TWF=", "====", "T=Q=", "TWFu\n", "TW u"])
    func noBase64(text: String) { #expect(StrictBase64.decode(text) == nil) }
}
