import Testing

@testable import RemoteLinks

struct RemoteHostPolicyTests {
    /// RFC 6125 §6.4: `*` for the whole first label and nothing else.
    @Test(arguments: [
        ("mail.example.test", "mail.example.test", true), ("mail.example.test", "*.example.test", true),
        ("example.test", "*.example.test", false), ("a.b.example.test", "*.example.test", false),
        ("example.test", "*.test", false), ("mail.example.test", "*", false), ("mail.example.test", "", false),
        ("mail.example.test", "m*.example.test", false), ("mail.example.test", "*.*.test", false),
    ])
    func names(host: String, presented: String, isMatch: Bool) {
        #expect(RemoteHostPolicy.matches(host, presented: presented) == isMatch)
    }
}
