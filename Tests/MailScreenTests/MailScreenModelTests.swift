import InternetMessage
import MailCore
import RemoteLinks
import TerminalScreen
import Testing

@testable import IMAP
@testable import MailClient
@testable import MailScreen

/// The full-screen client without a terminal: keys in, effects and cells out.
struct MailScreenModelTests {
    private static func folder(_ name: String, _ use: MailFolder.Use = .none) -> MailFolder {
        MailFolder(wireName: Array(name.utf8), name: name, use: use, isSelectable: true, messages: 3, unread: 1)
    }

    private static let inbox = folder("INBOX", .inbox)
    private static let folders = [inbox, folder("Trash", .special(.trash)), folder("Work/2026")]

    private static func summary(_ uid: UInt32) -> MessageSummary {
        var summary = MessageSummary.blank
        summary.uid = uid
        summary.subject = "Subject \(uid)"
        summary.from = [MailPerson(name: "Author \(uid)", address: "a@b.test")]
        summary.messageID = "\(uid)@b.test"
        return summary
    }

    /// Online, with a folder of so many messages.
    private func model(_ count: Int = 100, columns: Int = 90, rows: Int = 20) throws -> MailScreenModel {
        let address = try #require(EmailAddress("ana@example.test"))
        let imap = RemoteEndpoint(host: "localhost", port: 143, tls: .startTLS)
        let account = MailAccount(
            name: "a", author: .init(address: address), imap: imap, submission: imap, userName: "ana")
        var model = MailScreenModel(account, columns: columns, rows: rows)
        #expect(model.receive(.online).count == 1)
        guard case .open(let opened, query: "")? = model.receive(.folders(Self.folders)).first else {
            Issue.record("the inbox is not opened")
            return model
        }
        let uids = (0..<UInt32(count)).map { $0 + 1 }
        supply(&model, model.receive(.listed(opened, query: "", uids)))
        return model
    }

    private func supply(_ model: inout MailScreenModel, _ effects: [ScreenEffect]) {
        for case .summaries(let uids) in effects { _ = model.receive(.summaries(uids.map(Self.summary))) }
    }

    private func press(_ model: inout MailScreenModel, _ keys: Key...) -> [ScreenEffect] {
        var effects: [ScreenEffect] = []
        for key in keys {
            effects = model.receive(.key(key))
            supply(&model, effects)
        }
        return effects
    }

    private func letter(_ uid: UInt32, _ text: String = "Text") -> ScreenEvent {
        let octets = Array("Subject: Subject \(uid)\r\nFrom: a@b.test\r\n\r\n\(text)\r\n".utf8)
        return .message(
            Self.inbox, FetchedMail(uid: uid, octets: octets, extent: .whole, flags: [], keywords: []),
            ReadableMessage(octets))
    }

    @Test func onlyWhatIsSeenIsAskedFor() throws {
        var model = try model(0)
        let effects = model.receive(.listed(Self.inbox, query: "", (0..<100_000).map { UInt32($0) + 1 }))
        guard case .summaries(let wanted)? = effects.last else {
            Issue.record("nothing is asked for")
            return
        }
        #expect(wanted.count <= 3 * 20 && wanted.contains(100_000) && !wanted.contains(1))
        #expect(press(&model, .down).isEmpty || model.receive(.key(.down)).isEmpty)
        let end = model.receive(.key(.end))
        guard case .summaries(let last)? = end.last else {
            Issue.record("the end is not asked for")
            return
        }
        #expect(last.contains(1) && last.count <= 3 * 20)
    }

    @Test func theList() throws {
        var model = try model()
        var text = model.draw().text
        #expect(text.contains("ana@example.test · INBOX") && text.contains("1 unread of 100"))
        #expect(text.contains("Author 100") && text.contains("▸INBOX") && text.contains("  2026"))
        _ = press(&model, .character("G"))
        text = model.draw().text
        #expect(text.contains("Subject 1") && !text.contains("Subject 100"))
        // The newest is at the top again, and what comes is above it.
        _ = press(&model, .home)
        supply(&model, model.receive(.arrived([101])))
        #expect(model.draw().line(1).contains("Subject 101") && model.list.current == 101)
        // Further down the cursor stays with its message.
        _ = press(&model, .down, .down)
        supply(&model, model.receive(.arrived([102])))
        #expect(model.list.current == 99)
    }

    @Test(arguments: [(40, 10), (20, 5), (1, 1), (80, 24), (70, 15), (300, 100)])
    func anySize(columns: Int, rows: Int) throws {
        var model = try model(columns: 90, rows: 20)
        let keys: [Key] = [
            .tab, .down, .tab, .character("?"), .character(" "), .escape, .character("/"), .escape, .character("M"),
            .escape,
        ]
        _ = model.receive(.resized(columns: columns, rows: rows))
        for key in keys {
            _ = press(&model, key)
            let grid = model.draw()
            #expect(grid.columns == max(1, columns) && grid.rows == max(1, rows))
        }
        _ = model.receive(letter(100, String(repeating: "long words ", count: 500)))
        for key in [Key.pageDown, .end, .character("H"), .home] {
            _ = press(&model, key)
            _ = model.draw()
        }
    }

    @Test func readingAMessage() throws {
        var model = try model()
        guard case .read(let folder, 100, octetsMax: .some)? = press(&model, .enter).first else {
            Issue.record("the message is not asked for")
            return
        }
        #expect(folder == Self.inbox)
        guard case .mark(.read, [100])? = model.receive(letter(100, "\u{1B}[2Jbody\u{7}")).first else {
            Issue.record("it does not become read")
            return
        }
        let text = model.draw().text
        #expect(text.contains("Subject  Subject 100") && text.contains("body") && !text.contains("\u{1B}"))
        guard case .read(_, 99, octetsMax: _)? = press(&model, .character("J")).first else {
            Issue.record("no next message")
            return
        }
        _ = model.receive(letter(99))
        #expect(model.draw().text.contains("Subject 99") && model.pages.count == 1)
        _ = press(&model, .character("q"))
        #expect(model.pages.isEmpty && model.draw().text.contains("Author 98"))
    }

    @Test func deletingAndBringingBack() throws {
        var model = try model()
        guard case .delete([100])? = press(&model, .character("d")).first else {
            Issue.record("nothing is deleted")
            return
        }
        #expect(!model.draw().text.contains("Subject 100"))
        let moved = MovedMail(from: Self.inbox, to: Self.folders[1], uids: [7])
        _ = model.receive(.moved(moved))
        guard case .undo(moved)? = press(&model, .character("u")).first else {
            Issue.record("nothing is brought back")
            return
        }
        #expect(press(&model, .character("u")).isEmpty)
        // Marked messages go together; offline nothing does.
        _ = press(&model, .character("v"), .character("v"))
        guard case .archive([98, 99])? = press(&model, .character("a")).first else {
            Issue.record("the marked ones are not archived")
            return
        }
        _ = model.receive(.offline("gone"))
        #expect(press(&model, .character("d")).isEmpty && model.draw().text.contains("There is no connection"))
    }

    @Test func movingAndSearching() throws {
        var model = try model()
        _ = press(&model, .character("M"), .character("w"), .tab)
        #expect(model.prompt?.text == "Work/2026" && model.draw().cursor != nil)
        guard case .move([100], Self.folders[2])? = press(&model, .enter).first else {
            Issue.record("nothing is moved")
            return
        }
        _ = press(&model, .character("/"))
        _ = model.receive(.key(.paste("from:x\ny")))
        guard case .open(Self.inbox, query: "from:x y")? = press(&model, .enter).first else {
            Issue.record("nothing is searched")
            return
        }
        _ = model.receive(.listed(Self.inbox, query: "from:x y", []))
        #expect(model.draw().text.contains("Nothing matches"))
        guard case .open(Self.inbox, query: "")? = press(&model, .escape).first else {
            Issue.record("the search does not end")
            return
        }
    }

    @Test func writing() throws {
        var model = try model()
        guard case .edit(var composition)? = press(&model, .character("c")).first else {
            Issue.record("nothing is edited")
            return
        }
        _ = model.receive(.composed(composition))
        // Nobody is to get it: it is not sent.
        #expect(press(&model, .character("y")).isEmpty && model.draw().text.contains("nobody is to get"))
        composition.draft.to = [MailPerson(name: nil, address: "b@c.test")]
        _ = model.receive(.composed(composition))
        guard case .send? = press(&model, .character("y")).first else {
            Issue.record("nothing is sent")
            return
        }
        // While it is sent, keys change nothing; a failure leaves it where it is.
        #expect(press(&model, .character("q")).isEmpty && model.prompt == nil)
        _ = model.receive(.failed("no"))
        _ = press(&model, .character("q"))
        #expect(model.prompt?.purpose == .discard)
        guard case .keep? = press(&model, .character("y")).first else {
            Issue.record("it is not kept")
            return
        }
        #expect(model.pages.isEmpty)
    }

    @Test func anyKeysAtAll() throws {
        var generator = SystemRandomNumberGenerator()
        let keys: [Key] =
            "qjklhgGcErRfFdaeuzN*stM/?$vJKHWS1 y".map { .character($0) } + [
                .enter, .escape, .tab, .up, .down, .pageUp, .pageDown, .home, .end, .backspace, .control("c"), .delete,
            ]
        for _ in 0..<30 {
            var model = try model(30, columns: Int.random(in: 1...120), rows: Int.random(in: 1...40))
            for _ in 0..<120 {
                for effect in model.receive(.key(keys.randomElement(using: &generator) ?? .enter)) {
                    switch effect {
                    case .summaries(let uids): _ = model.receive(.summaries(uids.map(Self.summary)))
                    case .read(_, let uid, _): _ = model.receive(letter(uid))
                    case .edit(let composition): _ = model.receive(.composed(composition))
                    case .open(let folder, let query): _ = model.receive(.listed(folder, query: query, [1, 2, 3]))
                    case .conversation(let uid):
                        _ = model.receive(
                            .conversation([LocatedSummary(folder: Self.inbox, summary: Self.summary(uid))]))
                    default: break
                    }
                }
                _ = model.draw()
            }
        }
    }
}

extension MessageSummary {
    /// Nothing known.
    static var blank: MessageSummary { MessageSummary(IMAPFetchedMessage(number: 1)) }
}
