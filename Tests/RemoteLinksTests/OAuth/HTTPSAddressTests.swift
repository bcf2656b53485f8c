import Testing

@testable import RemoteLinks

struct HTTPSAddressTests {
    @Test(arguments: [
        ("https://oauth2.googleapis.com/token", "oauth2.googleapis.com", 443, "/token", "oauth2.googleapis.com"),
        ("HTTPS://localhost:8443", "localhost", 8443, "/", "localhost:8443"),
        ("https://[::1]:8443/a/b?c=d", "::1", 8443, "/a/b?c=d", "[::1]:8443"),
        ("https://host?c", "host", 443, "/?c", "host"),
    ])
    func reads(text: String, host: String, port: Int, target: String, authority: String) throws {
        let address = try #require(HTTPSAddress(text))
        #expect(address.host == host && address.port == port && address.target == target)
        #expect(address.authority == authority)
    }

    @Test(arguments: [
        "", "https://", "http://host/", "https:///path", "https://user@host/", "https://host:0/", "https://host:65536/",
        "https://host:x/", "https://host/a b", "https://host/a\r\nX: y", "https://host/#f", "https://[::1/",
        "https://höst/",
    ])
    func refuses(text: String) {
        #expect(HTTPSAddress(text) == nil)
    }
}
