import ArgumentParser
import IMAP
import InternetMessage
import MailClient
import TerminalOutput

/// How much of a list is shown.
struct MailListOptions: ParsableArguments {
    @Option(name: [.customShort("n"), .long], help: "At most so many messages, the newest; 0 for all.")
    var limit = 50

    func validate() throws {
        guard limit >= 0 else { throw ValidationError("--limit is a number from 0 up") }
    }

    /// The newest of them.
    func cut(_ uids: [UInt32]) -> [UInt32] { limit == 0 ? uids : Array(uids.suffix(limit)) }
}

extension Printer {
    /// Messages, the newest first.
    func messages(_ summaries: [MessageSummary], in folder: String, hidden: Int, ifEmpty text: String) throws {
        let newestFirst = Array(summaries.reversed())
        guard try !json(newestFirst.map { MailSummaryReport($0, in: folder) }) else { return }
        var table = TextTable([
            .numbers("UID"), .words(""), .words("DATE"), .words("FROM"), .words("SUBJECT"), .numbers("SIZE"),
        ])
        for summary in newestFirst {
            table.add([
                "\(summary.uid)", MailText.marks(summary), MailText.date(summary.dateSeconds),
                DisplayText.cut(summary.from.first?.label ?? "", to: 24), DisplayText.cut(summary.subject, to: 60),
                QuantityText.size(bytes: summary.sizeOctets),
            ])
        }
        self.table(table, ifEmpty: text)
        if hidden > 0 { line("… and \(QuantityText.count(Int64(hidden), "more message")), shown with --limit 0") }
    }
}

/// `paloma mail list`
struct MailListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List a folder's messages, the newest first.")
    @OptionGroup var common: CommonOptions
    @OptionGroup var mail: MailOptions
    @OptionGroup var list: MailListOptions
    @Argument(help: "The folder, by its name or use.") var folder = "INBOX"
    @Flag(help: "Only what is unread.") var unread = false

    func run() async throws {
        let (folder, list, query) = (self.folder, self.list, unread ? "unread" : "")
        let (name, summaries, hidden) = try await mail.run(common) { session, _ in
            try await session.select(try await session.folder(folder), .readOnly)
            let uids = try await session.find(MailQuery(query, daySince1970: MailDate.now.localDay))
            let shown = list.cut(uids)
            let name = session.current?.folder.name ?? folder
            return (name, try await session.summaries(shown), uids.count - shown.count)
        }
        try common.printer.messages(summaries, in: name, hidden: hidden, ifEmpty: "\(name) has no such message.")
    }
}

/// `paloma mail search`
struct MailSearchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "search", abstract: "Search a folder.",
        discussion: "Words mean any text of a message; these mean more:\n"
            + MailQuery.operators.map { "  \($0.0)   \($0.1)" }.joined(separator: "\n"))
    @OptionGroup var common: CommonOptions
    @OptionGroup var mail: MailOptions
    @OptionGroup var place: MailMessageOptions
    @OptionGroup var list: MailListOptions
    @Argument(parsing: .remaining, help: "What to look for.") var words: [String]

    func run() async throws {
        // A word of the shell is a word of the query, whatever blanks are in it.
        let text = words.map { word in
            guard word.contains(where: \.isWhitespace), !word.contains("\"") else { return word }
            guard let colon = word.firstIndex(of: ":") else { return "\"\(word)\"" }
            return "\(word[...colon])\"\(word[word.index(after: colon)...])\""
        }.joined(separator: " ")
        let (list, folder) = (self.list, place.folder)
        let query = try MailQuery(text, daySince1970: MailDate.now.localDay)
        let (name, summaries, hidden) = try await mail.run(common) { session, _ in
            try await session.select(try await session.folder(folder), .readOnly)
            let uids = try await session.find(query)
            let shown = list.cut(uids)
            return (
                session.current?.folder.name ?? folder, try await session.summaries(shown), uids.count - shown.count
            )
        }
        try common.printer.messages(summaries, in: name, hidden: hidden, ifEmpty: "Nothing in \(name) matches.")
    }
}

/// `paloma mail thread`
struct MailThreadCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "thread", abstract: "Show the conversation that a message belongs to, answers of one's own too.")
    @OptionGroup var common: CommonOptions
    @OptionGroup var mail: MailOptions
    @OptionGroup var place: MailMessageOptions
    @Argument(help: "The message's UID.") var uid: UInt32

    func run() async throws {
        let (uid, folder) = (self.uid, place.folder)
        let found = try await mail.run(common) { session, _ in
            try await session.select(try await session.folder(folder), .readOnly)
            return try await session.conversation(of: uid)
        }
        let entries = Conversation(found).entries
        let reports = entries.map {
            MailSummaryReport($0.message.summary, in: $0.message.folder.name, depth: $0.depth)
        }
        guard try !common.printer.json(reports) else { return }
        var table = TextTable([
            .words("FOLDER"), .numbers("UID"), .words(""), .words("DATE"), .words("FROM"), .words("SUBJECT"),
        ])
        for entry in entries {
            let summary = entry.message.summary
            let indent = String(repeating: "  ", count: min(entry.depth, 10)) + (entry.depth > 0 ? "└ " : "")
            table.add([
                entry.message.folder.name, "\(summary.uid)", MailText.marks(summary),
                MailText.date(summary.dateSeconds),
                indent + DisplayText.cut(summary.from.first?.label ?? "", to: 24),
                DisplayText.cut(summary.subject, to: 60),
            ])
        }
        common.printer.table(table, ifEmpty: "There is no such message.")
    }
}
