import AgentTestSupport
import RemoteAccounts
import SASL
import Storage
import Testing

struct RemoteTokensTests {
    private static let settings = RemoteSettings(
        service: .imap, host: "127.0.0.1", port: 1, tls: .none, userName: "ana", secretKind: .grant, pollSeconds: 0,
        oauth: OAuthSettings(tokenEndpoint: "https://localhost/", clientID: "a", scope: ""))

    /// A token is kept until another secret is given; one that came with it takes its place.
    @Test func kept() async throws {
        try await withTestStore { test in
            let account = try await test.addAccount("ana@example.test")
            let accounts = RemoteAccounts(store: test.store)
            let remote = try await accounts.add("there", Self.settings, secret: SecretBytes("one".utf8), to: account)
            #expect(try await accounts.accessToken(of: remote) == nil)
            let access = RemoteAccounts.AccessToken(token: SecretBytes("access".utf8), expiresAt: 99)
            try await accounts.keep(access, replacing: nil, of: remote)
            let kept = try #require(try await accounts.accessToken(of: remote))
            #expect(kept.token.isEqual(to: SecretBytes("access".utf8)) && kept.expiresAt == 99)
            #expect(try await accounts.find("there", of: account).sealedSecret == remote.sealedSecret)
            let grant = OAuthGrant(refreshToken: SecretBytes("two".utf8), clientSecret: SecretBytes("client".utf8))
            try await accounts.keep(access, replacing: grant, of: remote)
            let found = try await accounts.find("there", of: account)
            #expect(try await accounts.secret(of: found).isEqual(to: SecretBytes("two\nclient".utf8)))
            #expect(found.settings == Self.settings)
            try await accounts.setSecret(SecretBytes("three".utf8), of: found)
            #expect(try await accounts.accessToken(of: remote) == nil)
            try await accounts.remove(found)
            // A run that was under way brings nothing back.
            try await accounts.keep(access, replacing: grant, of: remote)
            #expect(try await accounts.accessToken(of: remote) == nil)
            #expect(try await test.complaints().isEmpty)
        }
    }

    /// What was sealed as a token does not open as a password, nor the other way round.
    @Test func purposes() async throws {
        try await withTestStore { test in
            let account = try await test.addAccount("ana@example.test")
            let box = SecretBox(folder: test.store.folder)
            let secret = SecretBytes("secret".utf8)
            let token = try box.seal(secret, .accessToken, of: account, 7)
            #expect(try box.open(token, .accessToken, of: account, 7)?.isEqual(to: secret) == true)
            #expect(try box.open(token, of: account, 7) == nil)
            #expect(try box.open(box.seal(secret, of: account, 7), .accessToken, of: account, 7) == nil)
        }
    }
}
