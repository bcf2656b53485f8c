import MailCore
import Testing

@testable import Directory

@Suite struct LoginCacheTests {
    private func login(_ number: Int64) throws -> ProvenLogin {
        let account = AuthenticatedAccount(
            id: AccountID(rawValue: number), address: try address("user\(number)@example.test"))
        return ProvenLogin(account: account, means: .password)
    }

    @Test func keysTellPairsApart() {
        let cache = LoginCache(entriesMax: 10, seconds: 60)
        #expect(cache.key(name: "ana", password: "secret") == cache.key(name: "ana", password: "secret"))
        #expect(cache.key(name: "ana", password: "secret") != cache.key(name: "anas", password: "ecret"))
        #expect(cache.key(name: "1:a", password: "b") != cache.key(name: "1", password: ":ab"))
        // Another process has another key.
        let other = LoginCache(entriesMax: 10, seconds: 60)
        #expect(cache.key(name: "ana", password: "secret") != other.key(name: "ana", password: "secret"))
    }

    @Test func aLoginUnderWayDuringAChangeIsNotKept() throws {
        let cache = LoginCache(entriesMax: 10, seconds: 60)
        let key = cache.key(name: "ana", password: "secret")
        let before = cache.generation
        cache.forget(AccountID(rawValue: 1))
        cache.keep(try login(1), for: key, of: before, nowSeconds: 0)
        #expect(cache.login(key, nowSeconds: 0) == nil)
        cache.keep(try login(1), for: key, of: cache.generation, nowSeconds: 0)
        #expect(cache.login(key, nowSeconds: 59) != nil)
        #expect(cache.login(key, nowSeconds: 60) == nil)
        #expect(cache.login(key, nowSeconds: 0) == nil)
    }

    @Test func onlyTheChangedAccountIsForgotten() throws {
        let cache = LoginCache(entriesMax: 10, seconds: 60)
        let keys = (1...3).map { cache.key(name: "user\($0)", password: "secret") }
        for (index, key) in keys.enumerated() {
            cache.keep(try login(Int64(index + 1)), for: key, of: cache.generation, nowSeconds: 0)
        }
        cache.forget(AccountID(rawValue: 2))
        #expect(keys.map { cache.login($0, nowSeconds: 0)?.account.id.rawValue } == [1, nil, 3])
    }

    @Test func itIsBounded() throws {
        let cache = LoginCache(entriesMax: 10, seconds: 60)
        let keys = (0..<100).map { cache.key(name: "user\($0)", password: "secret") }
        for (index, key) in keys.enumerated() {
            cache.keep(try login(Int64(index)), for: key, of: cache.generation, nowSeconds: 0)
        }
        let kept = keys.filter { cache.login($0, nowSeconds: 0) != nil }
        #expect((1...10).contains(kept.count))
        #expect(kept.last == keys.last)
    }
}
