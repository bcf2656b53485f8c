import Foundation
import NIOCore
import SASL
import Testing

@testable import IMAP

@Suite struct IMAPServerTests {
    @Test func timeouts() {
        var session = ScriptedSession()
        #expect(session.machine.readTimeoutSeconds == 180)
        _ = session.say("a LOGIN fred secret\r\n")
        #expect(session.machine.readTimeoutSeconds >= 1_800)
        _ = session.say("a APPEND INBOX {5}\r\nab")
        #expect(session.machine.readTimeoutSeconds == 300)
    }

    @Test func loggedOutByUs() {
        var session = ScriptedSession.loggedIn()
        let action = session.machine.logOut("Too long silent", code: .unavailable)
        session.perform(action)
        #expect(session.takeText() == "* BYE [UNAVAILABLE] Too long silent\r\n")
        #expect(session.isClosed)
        #expect(session.say("a NOOP\r\n").isEmpty)
    }

    @Test func idlingIsSeen() {
        var session = ScriptedSession.loggedIn()
        #expect(!session.machine.isIdling)
        _ = session.say("a IDLE\r\n")
        #expect(session.machine.isIdling)
        _ = session.say("DONE\r\n")
        #expect(!session.machine.isIdling)
    }

    @Test func theSelectedMailboxIsGone() {
        var session = ScriptedSession.loggedIn()
        _ = session.say("a SELECT x\r\n")
        #expect(session.machine.selectedAccess == .readWrite)
        session.machine.deselect()
        #expect(session.machine.selectedAccess == nil)
        #expect(session.say("a EXPUNGE\r\n") == "a BAD Select a mailbox first\r\n")
    }

    /// What a command switches on by being said is on while it is answered.
    @Test(arguments: [
        "FETCH 1 (FLAGS MODSEQ)", "STATUS INBOX (HIGHESTMODSEQ)", "SELECT INBOX (CONDSTORE)", "SEARCH NOT MODSEQ 5",
        "STORE 1 (UNCHANGEDSINCE 5) FLAGS ()", "UID FETCH 1 FLAGS (CHANGEDSINCE 5)",
    ]) func condstoreByUse(command: String) {
        var session = ScriptedSession.loggedIn()
        _ = session.say("a SELECT INBOX\r\n")
        #expect(!session.machine.dialect.tellsModSeq)
        #expect(session.say("b \(command)\r\n").contains("b OK"))
        #expect(session.machine.dialect.tellsModSeq)
    }

    @Test func dialects() {
        var session = ScriptedSession.loggedIn()
        #expect(session.machine.dialect.mailboxNames == .modifiedUTF7)
        #expect(session.machine.dialect.tellsRecent)
        _ = session.say("a ENABLE IMAP4rev2\r\n")
        #expect(session.machine.dialect.mailboxNames == .utf8)
        #expect(!session.machine.dialect.tellsRecent)
        #expect(session.machine.dialect.prefersExtendedSearch)
        _ = session.say("a ENABLE QRESYNC\r\n")
        #expect(session.machine.dialect.tellsVanished)
        #expect(session.machine.enabled.contains(.condstore))
    }

    @Test func revision2Alone() {
        var configuration = IMAPConfiguration()
        configuration.capabilities.remove(.imap4rev1)
        var session = ScriptedSession(configuration: configuration)
        #expect(session.machine.dialect.mailboxNames == .utf8)
        _ = session.say("a LOGIN fred secret\r\n")
        #expect(session.say("b DELETE \"été\"\r\n") == "b OK DELETE completed\r\n")
        #expect(session.say("c CHECK\r\n") == "c BAD Unknown command\r\n")
        _ = session.say("d UNAUTHENTICATE\r\n")
        #expect(session.machine.dialect.prefersExtendedSearch)
    }

    @Test func whatStandsOnWhat() {
        var configuration = IMAPConfiguration()
        #expect(configuration.offered == IMAPCapabilitySet.all.subtracting([.jmapAccess]))
        configuration.jmapAddress = "https://mail.example.test/.well-known/jmap"
        #expect(configuration.offered == .all)
        configuration.capabilities.remove(.idle)
        #expect(!configuration.offered.contains(.imap4rev2))
        configuration.capabilities.remove(.condstore)
        #expect(!configuration.offered.contains(.qresync))
        configuration.capabilities = .all
        configuration.capabilities.remove(.extendedSearch)
        #expect(!configuration.offered.containsAny(of: [.searchResult, .partial, .multiSearch, .imap4rev2]))
    }

    @Test func expungesAreForbiddenWhereNumbersCount() throws {
        for command in [
            "FETCH 1 FLAGS", "STORE 1 FLAGS ()", "SEARCH ALL", "SORT (DATE) UTF-8 ALL", "THREAD REFERENCES UTF-8 ALL",
        ] {
            #expect(try parse(command).expungePermission == .forbidden)
            #expect(try parse("UID " + command).expungePermission == .permitted)
        }
        for command in ["NOOP", "COPY 1 a", "MOVE 1 a", "EXPUNGE", "STATUS a (MESSAGES)"] {
            #expect(try parse(command).expungePermission == .permitted)
        }
    }

    @Test func loginsAreBoundedTightly() {
        var session = ScriptedSession()
        _ = session.takeText()
        #expect(session.say("a LOGIN {5000}\r\n") == "a BAD [TOOBIG] Literal too long\r\n")
        #expect(
            session.say("a LOGIN {5000+}\r\n\(String(repeating: "x", count: 5_000)) b\r\n")
                == "a BAD [TOOBIG] Literal too long\r\n")
        let long = "a LOGIN \(String(repeating: "x", count: 30_000)) secret\r\nb NOOP\r\n"
        #expect(session.say(long) == "a BAD Command too long\r\nb OK NOOP completed\r\n")
        #expect(session.say("a AUTHENTICATE PLAIN\r\n") == "+ \r\n")
        let response = String(repeating: "A", count: 20_000) + "\r\nb NOOP\r\n"
        #expect(session.say(response) == "a BAD Response too long\r\nb OK NOOP completed\r\n")
    }

    @Test func searchBombs() {
        var session = ScriptedSession.loggedIn()
        _ = session.say("a SELECT INBOX\r\n")
        let bomb = "a SEARCH \(String(repeating: "(", count: 30_000))ALL\(String(repeating: ")", count: 30_000))\r\n"
        #expect(session.say(bomb) == "a BAD [LIMIT] Search keys nested too deep\r\n")
        let nots = "a SEARCH \(String(repeating: "NOT ", count: 10_000))ALL\r\n"
        #expect(session.say(nots) == "a BAD [LIMIT] Search keys nested too deep\r\n")
        #expect(session.say("a FETCH 1:4294967295 FLAGS\r\n") == "a OK FETCH completed\r\n")
        #expect(session.say("a FETCH 1:4294967296 FLAGS\r\n") == "a BAD Number too large\r\n")
    }

    @Test func manyLiterals() {
        var session = ScriptedSession.loggedIn()
        let header = "a SETMETADATA \"\" (/shared/a {1+}\r\nx"
        let more = String(repeating: " /shared/b {1+}\r\nx", count: 63)
        #expect(session.say("\(header)\(more))\r\n") == "a OK SETMETADATA completed\r\n")
        #expect(session.say("\(header)\(more) /shared/c {1+}\r\nx)\r\n") == "a BAD [TOOBIG] Literal too long\r\n")
        #expect(session.say("b NOOP\r\n") == "b OK NOOP completed\r\n")
    }

    /// A message goes through in pieces as they come: none is kept.
    @Test func messagesAreNotHeld() {
        var session = ScriptedSession.loggedIn()
        _ = session.say("a APPEND INBOX {10000000}\r\n")
        for _ in 0..<100 { session.receive(Array(repeating: UInt8(ascii: "x"), count: 100_000)) }
        #expect(session.say("\r\n") == "a OK APPEND completed\r\n")
        #expect(session.messages.map(\.count) == [10_000_000])
    }

    @Test func placesAreGivenUp() {
        var session = ScriptedSession.loggedIn()
        #expect(session.say("a APPEND INBOX {3+}\r\nabc x\r\n") == "a BAD Invalid argument\r\n")
        #expect(session.abandoned == 1)
        #expect(
            session.say("a APPEND INBOX {3+}\r\nabc (\\Foo) {3+}\r\nabc\r\n") == "a BAD Not a flag that can be set\r\n")
        #expect(session.abandoned == 2)
        let long = "a APPEND INBOX {3+}\r\nabc \(String(repeating: "x", count: 70_000))\r\n"
        #expect(session.say(long) == "a BAD Command too long\r\n")
        #expect(session.abandoned == 3)
        #expect(session.messages.isEmpty)
    }

    @Test func descriptionsHoldNoSecrets() {
        var session = ScriptedSession()
        session.receive(Array("a LOGIN hunter2 {7}\r\n".utf8))
        #expect(!"\(session.machine)".contains("hunter2"))
    }

    /// Mutated dialogs never trap, and whatever is said, however it is cut, the answers are the same.
    @Test func mutatedDialogs() throws {
        var generator = SeededGenerator(seed: 5)
        let corpus = try Self.corpus()
        for _ in 0..<1_500 {
            let dialog = corpus[Int.random(in: 0..<corpus.count, using: &generator)].mutated(using: &generator)
            var whole = ScriptedSession.loggedIn()
            whole.receive(dialog)
            var cut = ScriptedSession.loggedIn()
            var rest = dialog[...]
            while !rest.isEmpty {
                let length = Int.random(in: 1...20, using: &generator)
                cut.receive(rest.prefix(length))
                rest = rest.dropFirst(length)
            }
            let answers = whole.takeText()
            if answers != cut.takeText() || whole.asked != cut.asked || whole.messages != cut.messages {
                Issue.record("\(String(decoding: dialog, as: UTF8.self).debugDescription)")
            }
        }
    }

    private static func corpus() throws -> [[UInt8]] {
        try ["append", "search", "select-and-fetch", "account", "odd"].map { name in
            let url = Bundle.module.url(forResource: name, withExtension: "txt", subdirectory: "Fixtures/Corpus")
            let text = String(decoding: try Data(contentsOf: #require(url)), as: UTF8.self)
            return Array(text.replacingOccurrences(of: "\n", with: "\r\n").utf8)
        }
    }
}

extension [UInt8] {
    /// A few octets changed, dropped or doubled.
    fileprivate func mutated(using generator: inout SeededGenerator) -> [UInt8] {
        var mutated = self
        for _ in 0..<Int.random(in: 0...4, using: &generator) where !mutated.isEmpty {
            let position = Int.random(in: 0..<mutated.count, using: &generator)
            let end = Swift.min(mutated.count, position + Int.random(in: 1...12, using: &generator))
            switch Int.random(in: 0..<6, using: &generator) {
            case 0: mutated[position] = UInt8.random(in: 0...255, using: &generator)
            case 1: mutated.removeSubrange(position..<end)
            case 2: mutated.insert(contentsOf: mutated[position..<end], at: position)
            case 3:
                mutated.insert(Array("\r\n (){}+\"\\*%~[]9".utf8).randomElement(using: &generator) ?? 0, at: position)
            case 4:
                mutated.insert(
                    contentsOf: Array("{\(Int.random(in: 0...9, using: &generator))+}\r\n".utf8), at: position)
            default:
                let filler = Array(repeating: UInt8(ascii: "A"), count: Int.random(in: 1...600, using: &generator))
                mutated.insert(contentsOf: filler, at: position)
            }
        }
        return mutated
    }
}
