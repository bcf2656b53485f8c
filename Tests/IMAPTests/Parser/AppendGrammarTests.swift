import MailCore
import Testing

@testable import IMAP

@Suite struct AppendGrammarTests {
    /// Reads pieces, each ended by a message's literal but the last.
    private func read(_ pieces: [String], grammar: IMAPGrammar = IMAPGrammar()) throws -> [AppendPart] {
        var parser = IMAPParser(Array(pieces[0].utf8), grammar: grammar)
        var append = try #require(AppendGrammar(&parser))
        var parts: [AppendPart] = []
        for (position, piece) in pieces.enumerated() {
            if position > 0 { parser = IMAPParser(Array(piece.utf8), grammar: grammar) }
            let isLast = position == pieces.count - 1
            parts += try (isLast ? append.readToEnd(&parser) : append.readToLiteral(&parser)).parts
        }
        return parts
    }

    @Test func plain() throws {
        // RFC 9051 §6.3.12.
        let parts = try read(["APPEND saved-messages (\\Seen) \"17-Jul-1996 02:44:25 -0700\" {326}", ""])
        var options = AppendOptions()
        options.flags = FlagList(.seen)
        options.internalDate = InternalDate(secondsSince1970: 837_596_665, zoneMinutes: -420)
        #expect(
            parts == [
                AppendPart(
                    target: .mailbox(.named("saved-messages")), messageIndex: 0, options: options, place: .whole,
                    source: .literal(octets: 326, .text))
            ])
    }

    @Test func several() throws {
        // RFC 3502 §4: each message has its own flags and date.
        let parts = try read(["APPEND a (\\Seen) {3+}", " ~{4}", " (\\Draft x) UTF8 (~{5+}", ")"])
        #expect(parts.map(\.messageIndex) == [0, 1, 2])
        #expect(parts.map(\.options.flags.system) == [.seen, [], .draft])
        #expect(
            parts.map(\.source) == [
                .literal(octets: 3, .text), .literal(octets: 4, .binary), .literal(octets: 5, .utf8),
            ])
    }

    @Test func catenation() throws {
        // RFC 4469 §4.
        let parts = try read([
            "APPEND Drafts (\\Seen \\Draft $MDNSent) CATENATE "
                + "(URL \"/Drafts;UIDVALIDITY=385759045/;UID=20/;section=HEADER\" TEXT {42}",
            " URL \"/Drafts;UIDVALIDITY=385759045/;UID=30\" TEXT {44}", ")",
        ])
        #expect(parts.map(\.place) == [.first, .next, .next, .next])
        #expect(parts.allSatisfy { $0.messageIndex == 0 })
        guard case .url(let url) = parts[0].source else {
            Issue.record("no URL")
            return
        }
        #expect(url.mailbox == .named("Drafts"))
        #expect(url.uidValidity == UIDValidity(rawValue: 385_759_045))
        #expect(url.uid == UID(rawValue: 20))
        #expect(url.section == SectionSpecification(text: .header))
        let alone = try read(["APPEND a CATENATE (URL \";UID=7/;PARTIAL=3.4\") CATENATE (URL /;UID=8)"])
        #expect(alone.map(\.messageIndex) == [0, 1])
        guard case .url(let own) = alone[0].source else {
            Issue.record("no URL")
            return
        }
        #expect(own.mailbox == nil)
        #expect(own.range == OctetRange(offset: 3, octetsMax: 4))
    }

    @Test func replacing() throws {
        // RFC 8508 §3.3.
        let parts = try read(["REPLACE 4 Drafts () {312}", ""])
        #expect(parts[0].target == .replacing(.sequenceNumbers, .number(4), .named("Drafts")))
        let byUID = try read(["UID REPLACE * Sent {1}", ""])
        #expect(byUID[0].target == .replacing(.uids, .largest, .named("Sent")))
    }

    @Test func literalsThatAreArguments() throws {
        var parser = IMAPParser(Array("APPEND {5}".utf8), grammar: IMAPGrammar())
        var append = try #require(AppendGrammar(&parser))
        #expect(throws: IMAPSyntaxError.literalAwaited) { try append.readToLiteral(&parser) }
        parser = IMAPParser(Array("APPEND {5}\r\nINBOX CATENATE (URL {7}".utf8), grammar: IMAPGrammar())
        append = try #require(AppendGrammar(&parser))
        #expect(throws: IMAPSyntaxError.literalAwaited) { try append.readToLiteral(&parser) }
    }

    @Test(arguments: [
        ["APPEND"], ["APPEND a"], ["APPEND a "], ["APPEND a (\\Seen)"], ["APPEND a b"], ["APPEND a CATENATE ()"],
        ["APPEND a CATENATE (URL /a/;UID=0)"], ["APPEND a CATENATE (URL a)"], ["APPEND a CATENATE (URL /a;UID=1)"],
        ["APPEND a CATENATE (FOO x)"],
        ["APPEND a \"17-Jul-1996 02:44:25\" {3}", ""], ["APPEND a \"31-Jun-1996 02:44:25 +0000\" {3}", ""],
        ["APPEND a \"17-Jul-1996 24:44:25 +0000\" {3}", ""], ["APPEND a \"7-Jul-1996 02:44:25 +0000\" {3}", ""],
        ["APPEND a (\\Recent) {3}", ""], ["APPEND a {3}", " x"], ["APPEND a {3}", "x"], ["APPEND a UTF8 (~{3}", ""],
        ["APPEND a CATENATE (TEXT {3}", ""], ["APPEND a CATENATE (TEXT {3}", " )"], ["APPEND a {0}", ""],
        ["REPLACE 4 a {3}", " {4}", ""], ["REPLACE 4 {3}", ""], ["REPLACE x a {3}", ""], ["APPEND a {3", ""],
        ["APPEND \"a{3}", ""], ["APPEND a CATENATE (URL /a/;UID=1/;SECTION=x)"],
        ["APPEND a CATENATE (URL /a%ff/;UID=1)"], ["APPEND a CATENATE (URL /a%+1/;UID=1)"],
    ]) func refuses(pieces: [String]) {
        #expect(throws: IMAPSyntaxError.self) { try read(pieces) }
    }
}
