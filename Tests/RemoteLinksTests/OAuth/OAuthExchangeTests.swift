import SASL
import Testing

@testable import RemoteLinks

/// What is said to a token endpoint, and what its answers mean.
struct OAuthExchangeTests {
    private func text(_ secret: SecretBytes?) -> String? {
        secret.map { $0.withUnsafeBytes { String(decoding: $0, as: UTF8.self) } }
    }

    /// RFC 6749 §6, §2.3.1, B.
    @Test func requests() {
        let refresh = OAuthRefresh(
            clientID: "s6BhdRkqt3", clientSecret: SecretBytes("7Fjf&p0 Z~+é".utf8),
            refreshToken: SecretBytes("tGzv3JOkF0XG5Qx2TlKWIA".utf8), scope: "a b/c")
        #expect(
            String(decoding: refresh.form, as: UTF8.self)
                == "grant_type=refresh_token&client_id=s6BhdRkqt3&client_secret=7Fjf%26p0+Z%7E%2B%C3%A9"
                + "&refresh_token=tGzv3JOkF0XG5Qx2TlKWIA&scope=a+b%2Fc")
        let short = OAuthRefresh(clientID: "a", clientSecret: nil, refreshToken: SecretBytes("b".utf8), scope: "")
        #expect(String(decoding: short.form, as: UTF8.self) == "grant_type=refresh_token&client_id=a&refresh_token=b")
    }

    /// RFC 6749 §5.1, and an `expires_in` that is a string, as some providers write it.
    @Test func answers() throws {
        let whole = """
            {"access_token": "2YotnFZFEjr1zCsicMWpAA", "token_type": "bearer", "expires_in": 3600, "example": [1],
             "refresh_token": "tGzv3JOkF0XG5Qx2TlKWIA"}
            """
        let answer = try OAuthAnswer(status: 200, Array(whole.utf8))
        #expect(text(answer.accessToken) == "2YotnFZFEjr1zCsicMWpAA" && answer.secondsValid == 3600)
        #expect(text(answer.refreshToken) == "tGzv3JOkF0XG5Qx2TlKWIA")
        let short = try OAuthAnswer(
            status: 200, Array(#"{"access_token":"a","token_type":"Bearer","expires_in":"59"}"#.utf8))
        #expect(short.secondsValid == 59 && short.refreshToken == nil)
    }

    @Test(arguments: [
        (200, ""), (200, "[]"), (200, #"{"access_token":"a"}"#), (200, #"{"access_token":"","token_type":"Bearer"}"#),
        (200, #"{"access_token":"a\nb","token_type":"Bearer"}"#), (200, #"{"access_token":1,"token_type":"Bearer"}"#),
        (200, #"{"access_token":"a","token_type":"mac"}"#), (302, "moved"), (400, "{}"), (400, #"{"error":7}"#),
    ])
    func doesNotUnderstand(status: Int, body: String) {
        #expect(throws: RemoteFailure.self) { try OAuthAnswer(status: status, Array(body.utf8)) }
    }

    /// RFC 6749 §5.2.
    @Test func errors() {
        func failure(_ status: Int, _ body: String) -> RemoteFailure? {
            do throws(RemoteFailure) {
                _ = try OAuthAnswer(status: status, Array(body.utf8))
                return nil
            } catch {
                return error
            }
        }
        #expect(
            failure(400, #"{"error":"invalid_grant","error_description":"Gone\r\nX"}"#) == .grantRefused("Gone??X"))
        #expect(
            failure(401, #"{"error":"invalid_client"}"#) == .lacking("a client that the provider knows: invalid_client")
        )
        #expect(failure(400, #"{"error":"invalid_scope"}"#) == .lacking("an access token: invalid_scope"))
        #expect(
            failure(503, #"{"error":"invalid_grant"}"#) == .unavailable("the token endpoint answers with status 503"))
        #expect(failure(429, "") == .unavailable("the token endpoint answers with status 429"))
    }
}
