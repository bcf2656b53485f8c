import ArgumentParser
import IMAP
import InternetMessage
import MailClient
import MailCore
import TerminalOutput

/// What was done with messages, for programs.
struct MailChangeReport: Encodable {
    let uids: [UInt32]
    let folder: String
    /// Where they are; nil when they are gone, or stayed.
    let movedTo: String?
    let newUIDs: [UInt32]?
}

/// `paloma mail move`
struct MailMoveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "move", abstract: "Move messages to another folder.")
    @OptionGroup var common: CommonOptions
    @OptionGroup var mail: MailOptions
    @OptionGroup var place: MailMessageOptions
    @Argument(help: "The messages' UIDs.") var uids: [UInt32]
    @Option(name: .customLong("to"), help: "The folder that gets them, by its name or use.") var target: String

    func run() async throws {
        let (uids, folder, target) = (self.uids, place.folder, self.target)
        let moved = try await mail.run(common) { session, _ in
            try await session.select(try await session.folder(folder), .readWrite)
            return try await session.move(uids, to: try await session.folder(target))
        }
        let report = MailChangeReport(uids: uids, folder: moved.from.name, movedTo: moved.to.name, newUIDs: moved.uids)
        guard try !common.printer.json(report) else { return }
        common.printer.line("\(QuantityText.count(Int64(uids.count), "message")) moved to \(moved.to.name).")
    }
}

/// `paloma mail delete`
struct MailDeleteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Move messages to the trash; from there they are deleted for good.")
    @OptionGroup var common: CommonOptions
    @OptionGroup var mail: MailOptions
    @OptionGroup var place: MailMessageOptions
    @Argument(help: "The messages' UIDs.") var uids: [UInt32]
    @Flag(help: "For good at once.") var forever = false

    func run() async throws {
        let (uids, folder, forever) = (self.uids, place.folder, self.forever)
        let (name, moved) = try await mail.run(common) { session, _ in
            try await session.select(try await session.folder(folder), .readWrite)
            var moved: MovedMail?
            if forever { try await session.expunge(uids) } else { moved = try await session.delete(uids) }
            return (session.current?.folder.name ?? folder, moved)
        }
        let report = MailChangeReport(uids: uids, folder: name, movedTo: moved?.to.name, newUIDs: moved?.uids)
        guard try !common.printer.json(report) else { return }
        let count = QuantityText.count(Int64(uids.count), "message")
        common.printer.line(moved.map { "\(count) moved to \($0.to.name)." } ?? "\(count) deleted for good.")
    }
}

/// `paloma mail flag`
struct MailFlagCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "flag", abstract: "Mark messages: read, flagged, answered, or with keywords.")
    @OptionGroup var common: CommonOptions
    @OptionGroup var mail: MailOptions
    @OptionGroup var place: MailMessageOptions
    @Argument(help: "The messages' UIDs.") var uids: [UInt32]
    @Flag(help: "As read.") var read = false
    @Flag(help: "As unread.") var unread = false
    @Flag(help: "With the star.") var flagged = false
    @Flag(help: "Without the star.") var unflagged = false
    @Flag(help: "As answered.") var answered = false
    @Option(help: "With a keyword, such as $Junk; may be given several times.") var keyword: [String] = []
    @Option(help: "Without a keyword.") var removeKeyword: [String] = []

    func validate() throws {
        guard !(read && unread), !(flagged && unflagged) else { throw ValidationError("it is one or the other") }
        guard read || unread || flagged || unflagged || answered || !keyword.isEmpty || !removeKeyword.isEmpty else {
            throw ValidationError(
                "nothing to mark: give --read, --unread, --flagged, --unflagged, --answered or --keyword")
        }
        for word in keyword + removeKeyword where Keyword(word) == nil {
            throw ValidationError("“\(word)” is no keyword")
        }
    }

    func run() async throws {
        var added = FlagList([], keywords: keyword.compactMap { Keyword($0) })
        var removed = FlagList([], keywords: removeKeyword.compactMap { Keyword($0) })
        if read { added.system.insert(.seen) }
        if unread { removed.system.insert(.seen) }
        if flagged { added.system.insert(.flagged) }
        if unflagged { removed.system.insert(.flagged) }
        if answered { added.system.insert(.answered) }
        let (uids, folder, adding, removing) = (self.uids, place.folder, added, removed)
        let name = try await mail.run(common) { session, _ in
            try await session.select(try await session.folder(folder), .readWrite)
            if adding != FlagList() { try await session.store(.add, adding, uids) }
            if removing != FlagList() { try await session.store(.remove, removing, uids) }
            return session.current?.folder.name ?? folder
        }
        let report = MailChangeReport(uids: uids, folder: name, movedTo: nil, newUIDs: nil)
        guard try !common.printer.json(report) else { return }
        common.printer.line("\(QuantityText.count(Int64(uids.count), "message")) marked.")
    }
}

/// `paloma mail watch`
struct MailWatchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch", abstract: "Show new messages when they come, until it is stopped.",
        discussion: "With --json each message is an object on a line of its own.")
    @OptionGroup var common: CommonOptions
    @OptionGroup var mail: MailOptions
    @Argument(help: "The folder.") var folder = "INBOX"
    @Option(help: "End after so many messages; 0: never.") var count = 0

    func run() async throws {
        let (folder, count, printer) = (self.folder, self.count, common.printer)
        try await mail.run(common) { session, _ in
            try await session.select(try await session.folder(folder), .readOnly)
            let name = session.current?.folder.name ?? folder
            var last = try await session.search(.all).last ?? 0
            var shown = 0
            Terminal(.errors).line("Watching \(DisplayText.printable(name)); Ctrl-C ends it.")
            while true {
                try await session.waitForNews(seconds: MailClientLimits.idleSecondsMax)
                _ = session.takeChanges()
                let uids = try await session.search(.uids(.ranges([.init(.number(last &+ 1), .largest)])))
                for summary in try await session.summaries(uids.filter { $0 > last }) {
                    if try !printer.jsonLine(MailSummaryReport(summary, in: name)) {
                        printer.line(
                            "\(MailText.date(summary.dateSeconds))  \(summary.uid)  "
                                + "\(summary.from.first?.label ?? "")  \(summary.subject)")
                    }
                    last = max(last, summary.uid)
                    shown += 1
                    if count > 0, shown >= count { return }
                }
            }
        }
    }
}
