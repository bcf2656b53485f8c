import MailCore
import Testing

@testable import IMAP
@testable import MailClient

struct ConversationTests {
    private static let folder = MailFolder(wireName: [], name: "INBOX", use: .inbox, isSelectable: true)

    private func message(_ id: String, _ references: [String] = [], at seconds: Int64) -> LocatedSummary {
        var fetched = MessageSummary.empty
        fetched.messageID = id
        fetched.references = references
        fetched.dateSeconds = seconds
        return LocatedSummary(folder: Self.folder, summary: fetched)
    }

    private func told(_ messages: [LocatedSummary]) -> [String] {
        Conversation(messages).entries.map { "\($0.depth) \($0.message.summary.messageID)" }
    }

    @Test func answersStandBehindWhatTheyAnswer() {
        let messages = [
            message("d", ["a", "b"], at: 4), message("b", ["a"], at: 2), message("a", at: 1),
            message("c", ["a"], at: 3),
        ]
        #expect(told(messages) == ["0 a", "1 b", "2 d", "1 c"])
    }

    /// What is answered need not be there; answers to it stand together.
    @Test func missingParent() {
        #expect(told([message("c", ["x", "b"], at: 2), message("d", ["x"], at: 3)]) == ["0 c", "0 d"])
    }

    /// References that go round, and the same message in two folders.
    @Test func roundAndTwice() {
        let round = told([message("a", ["b"], at: 1), message("b", ["a"], at: 2)])
        #expect(round.count == 2)
        #expect(told([message("a", at: 1), message("a", at: 1)]) == ["0 a"])
        #expect(told([message("", at: 1), message("", at: 2)]).count == 2)
    }

    @Test func aLongChainIsOnlyLong() {
        let messages = (0..<5_00).map { message("m\($0)", $0 == 0 ? [] : ["m\($0 - 1)"], at: Int64($0)) }
        #expect(told(messages.reversed()).last == "499 m499")
    }
}

extension MessageSummary {
    /// Nothing known.
    static var empty: MessageSummary {
        var limits = IMAPFetchedMessage(number: 1)
        limits.uid = 1
        return MessageSummary(limits)
    }
}
