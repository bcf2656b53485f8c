import Testing

@testable import InternetMessage

@Suite struct WireSizeTests {
    @Test(arguments: [
        ("", 0), ("a\r\n", 0), ("\r\n", 0), ("a\r\nb\r\n.\r\n", 0),
        ("\n", 1), ("a\n", 1), ("a\nb\r\n\n", 2), ("\n\n", 2), ("\r\n\n", 1),
        ("a", 2), ("a\r\nb", 2), ("a\nb", 3), ("a\r", 2), ("a\rb\r\n", 0), (".", 2),
    ])
    func table(message: String, added: Int) {
        #expect(Array(message.utf8).withUnsafeBytes { WireSize.addedOctets(to: $0) } == added)
        #expect(MessageFacts(parsing: Array(message.utf8)).wireOctetsAdded == added)
    }
}
