import Testing

@testable import InternetMessage

@Suite struct EnvelopeReaderTests {
    /// What comes out is what went in.
    @Test(arguments: [
        "", "Subject: x", "Subject: \"quoted\\\" and \\\\",
        "From: Ana <a@b>\r\nTo: x@y, Friends: j@k, \"L, M\" <l@m>;, z\r\nCc: \r\nDate: yesterday\r\nMessage-ID: <a@b>",
        "Subject: \u{e1}\u{1}\r\nFrom: \u{f1} <\u{f1}@x>\r\nIn-Reply-To: <q@w>", "To: undisclosed-recipients:;",
        "From: @route,@r2:a@b",
    ]) func readsWhatIsWritten(_ header: String) throws {
        let octets = Array((header + "\r\n\r\nx").utf8)
        let facts = MessageFacts(parsing: octets)
        let envelope = try #require(EnvelopeReader(facts.envelope))
        let message = ParsedMessage(parsing: octets)
        octets.withUnsafeBytes { bytes in
            let octets = Octets(bytes)
            let to = message.addresses(.to, of: 0, in: octets)
            #expect(envelope.to.map { "\($0)" } == to.map { "\($0)" })
            #expect(envelope.cc == message.addresses(.cc, of: 0, in: octets))
            #expect(envelope.from == message.addresses(.from, of: 0, in: octets))
            #expect(envelope.sender == envelope.from)
            #expect(envelope.subject == message.field(.subject, of: 0).map { octets[$0.value].unfolded() })
            #expect(envelope.messageID == message.field(.messageID, of: 0).map { octets[$0.value].unfolded() })
        }
        // Nothing less is one.
        for count in 0..<facts.envelope.count { #expect(EnvelopeReader(Array(facts.envelope.prefix(count))) == nil) }
        #expect(EnvelopeReader(facts.envelope + [0x20]) == nil)
    }

    @Test(arguments: ["(NIL", "({9999999999999999999}\r\n", "({3}\r\nab", "(\"a\\"]) func broken(_ text: String) {
        #expect(EnvelopeReader(Array(text.utf8)) == nil)
    }
}
