import RemoteAccounts
import SASL
import Testing

struct OAuthGrantTests {
    private func text(_ secret: SecretBytes?) -> String? {
        secret.map { $0.withUnsafeBytes { String(decoding: $0, as: UTF8.self) } }
    }

    @Test func comesBack() throws {
        let grant = try #require(OAuthGrant(SecretBytes("refresh\nclient secret".utf8)))
        #expect(text(grant.refreshToken) == "refresh" && text(grant.clientSecret) == "client secret")
        #expect(text(grant.sealable) == "refresh\nclient secret")
        let open = try #require(OAuthGrant(SecretBytes("refresh".utf8)))
        #expect(open.clientSecret == nil && text(open.sealable) == "refresh")
    }

    @Test(arguments: ["", "\nsecret", "a\nb\nc", "a\tb", "a\r\nb", "é"])
    func refuses(secret: String) {
        #expect(OAuthGrant(SecretBytes(secret.utf8)) == nil)
    }
}
