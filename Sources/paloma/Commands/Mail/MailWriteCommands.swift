import ArgumentParser
import Glibc
import IMAP
import MailClient
import MailCore
import TerminalOutput

/// What is written, and to whom.
struct MailWritingOptions: ParsableArguments {
    @Option(help: "To whom; may be given several times.") var to: [String] = []
    @Option(help: "Who gets a copy.") var cc: [String] = []
    @Option(help: "Who gets a copy that the others do not see.") var bcc: [String] = []
    @Option(name: [.short, .long], help: "What it is about.") var subject: String?
    @Option(help: ArgumentHelp("A file to attach; may be given several times.", valueName: "file"), completion: .file())
    var attach: [String] = []
    @Option(help: "The text; without it, standard input is read, or an editor opened on a terminal.")
    var body: String?
    @Flag(help: "Keep it in the drafts, send nothing.") var draft = false

    /// Puts the options into a draft, and the text above what stands there.
    func fill(_ draft: inout Draft, _ mail: MailOptions) throws {
        draft.to += to.flatMap { MailPerson.list($0) }
        draft.cc += cc.flatMap { MailPerson.list($0) }
        draft.bcc += bcc.flatMap { MailPerson.list($0) }
        if let subject { draft.subject = subject }
        draft.attachments += attach.map { .file(MailPaths.expanded($0)) }
        if let body {
            draft.text = body + (draft.text.isEmpty ? "" : "\n\n" + draft.text)
        } else if isatty(STDIN_FILENO) == 1 {
            draft = try DraftEditor.edit(draft)
        } else {
            var text = ""
            while let line = readLine(strippingNewline: false), text.utf8.count <= MailClientLimits.draftOctetsMax {
                text += line
            }
            draft.text = text + (draft.text.isEmpty ? "" : "\n" + draft.text)
        }
    }
}

/// A draft in the user's editor.
enum DraftEditor {
    /// `$VISUAL`, `$EDITOR`, else vi.
    static var command: String {
        for name in ["VISUAL", "EDITOR"] {
            if let command = Terminal.environment(name), !command.isEmpty { return command }
        }
        return "vi"
    }

    static func edit(_ draft: Draft) throws -> Draft {
        let file = try DraftFile(draft)
        guard try ChildProgram.run(command, [file.path]) == 0 else {
            throw Complaint("the editor \(command) failed", advice: "what was written is in \(file.path)")
        }
        do {
            let edited = try file.read(changing: draft)
            file.remove()
            return edited
        } catch {
            throw Complaint("\(error.problem)", advice: "\(error.advice)\nwhat was written is in \(file.path)")
        }
    }
}

extension MailConnection {
    /// Sends a draft, or keeps it, and says what became of it.
    func finish(
        _ draft: Draft, _ options: MailWritingOptions, _ session: inout MailSession
    ) async throws -> MailSender.Report {
        guard options.draft else { return try await sender.send(draft, &session) }
        var report = MailSender.Report()
        report.copy = try await sender.keep(draft, &session)
        return report
    }
}

extension Printer {
    /// What became of a message; some refused make the command fail.
    func sent(_ report: MailSender.Report) throws {
        if try !json(MailSentReport(report)) {
            if !report.accepted.isEmpty {
                line("Sent to \(report.accepted.map(\.written).joined(separator: ", ")).")
            }
            if let copy = report.copy { line("The copy is in \(copy).") }
            for remark in report.remarks { line(remark) }
        }
        guard report.refused.isEmpty else {
            throw Complaint(
                "not everybody gets it\n"
                    + report.refused.map { "\($0.address): \($0.reason)" }.joined(separator: "\n"))
        }
    }
}

/// `paloma mail send`
struct MailSendCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "send", abstract: "Send a message.",
        discussion: """
            echo "Until tomorrow" | paloma mail send --to ben@example.org --subject "The plan" --attach plan.pdf
            The text comes from standard input; on a terminal $EDITOR opens. A copy goes into the folder for sent mail. \
            What cannot be sent is kept in the drafts.
            """)
    @OptionGroup var common: CommonOptions
    @OptionGroup var mail: MailOptions
    @OptionGroup var writing: MailWritingOptions

    func run() async throws {
        let account = try mail.chosen(common)
        let secret = try mail.secret(of: account)
        var draft = Draft(account)
        try writing.fill(&draft, mail)
        if let obstacle = draft.obstacle, !writing.draft { throw obstacle }
        let (finished, options) = (draft, writing)
        let report = try await MailConnection(account: account, secret: secret).run { session, connection in
            try await connection.finish(finished, options, &session)
        }
        try common.printer.sent(report)
    }
}

/// `paloma mail reply`
struct MailReplyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reply", abstract: "Answer a message, which is quoted below.")
    @OptionGroup var common: CommonOptions
    @OptionGroup var mail: MailOptions
    @OptionGroup var place: MailMessageOptions
    @OptionGroup var writing: MailWritingOptions
    @Argument(help: "The message's UID.") var uid: UInt32
    @Flag(help: "To everybody who got it.") var all = false
    @Flag(help: "Without the text of the message.") var noQuote = false

    func run() async throws {
        let (uid, folder, all, noQuote, options, mail) = (self.uid, place.folder, all, noQuote, writing, mail)
        let report = try await mail.run(common) { session, connection in
            try await session.select(try await session.folder(folder), .readWrite)
            let message = ReadableMessage(try await session.message(uid).octets)
            var draft = Draft.reply(
                to: message, all ? .everybody : .author, connection.account, quoting: noQuote ? .nothing : .whole)
            try options.fill(&draft, mail)
            let report = try await connection.finish(draft, options, &session)
            if !options.draft { try await session.store(.add, FlagList(.answered), [uid]) }
            return report
        }
        try common.printer.sent(report)
    }
}

/// `paloma mail forward`
struct MailForwardCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "forward", abstract: "Hand a message on, in the text or attached as it is.")
    @OptionGroup var common: CommonOptions
    @OptionGroup var mail: MailOptions
    @OptionGroup var place: MailMessageOptions
    @OptionGroup var writing: MailWritingOptions
    @Argument(help: "The message's UID.") var uid: UInt32
    @Flag(help: "Attach the message as it is.") var attached = false

    func run() async throws {
        let (uid, folder, attached, options, mail) = (self.uid, place.folder, attached, writing, mail)
        let report = try await mail.run(common) { session, connection in
            try await session.select(try await session.folder(folder), .readWrite)
            let octets = try await session.message(uid).octets
            var draft = Draft.forward(octets, attached ? .attached : .inText, connection.account)
            try options.fill(&draft, mail)
            let report = try await connection.finish(draft, options, &session)
            if !options.draft, let forwarded = Keyword("$Forwarded") {
                // Not every folder takes keywords, and nothing depends on it.
                try? await session.store(.add, FlagList([], keywords: [forwarded]), [uid])
            }
            return report
        }
        try common.printer.sent(report)
    }
}
