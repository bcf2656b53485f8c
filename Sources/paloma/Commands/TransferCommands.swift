import Admin
import ArgumentParser
import Glibc
import TerminalOutput

/// `paloma import`
struct Import: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Bring messages from files into an account.",
        discussion: "Flags and dates are kept. A Maildir's folders become mailboxes of the same names.")
    @OptionGroup var common: CommonOptions
    @Option(help: ArgumentHelp("The account that gets them.", valueName: "address")) var account: String
    @Option(help: ArgumentHelp("An mbox file of any dialect.", valueName: "file"), completion: .file()) var mbox:
        String?
    @Option(help: ArgumentHelp("A Maildir.", valueName: "folder"), completion: .directory) var maildir: String?
    @Option(help: "The mailbox for the messages of an mbox file.") var mailbox = "INBOX"

    func validate() throws { try TransferPaths.validate(mbox, maildir) }

    func run() async throws {
        let configuration = try common.load()
        let result: AdminResult
        if let mbox {
            let path = try TransferPaths.existing(mbox)
            result = try await StoreAccess.perform(
                .importMbox(account: account, path: path, mailbox: mailbox), configuration, title: "Importing")
        } else {
            let path = try TransferPaths.existing(maildir ?? "")
            result = try await StoreAccess.perform(
                .importMaildir(account: account, path: path), configuration, title: "Importing",
                unit: .items("messages"))
        }
        try TransferPaths.show(result, common, "imported")
    }
}

/// `paloma export`
struct Export: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Write an account's messages to files.",
        discussion: "A Maildir gets all mailboxes, an mbox file one. Nothing that exists is written over.")
    @OptionGroup var common: CommonOptions
    @Option(help: ArgumentHelp("The account.", valueName: "address")) var account: String
    @Option(help: ArgumentHelp("The mbox file to be made.", valueName: "file"), completion: .file()) var mbox: String?
    @Option(help: ArgumentHelp("The Maildir to be made.", valueName: "folder"), completion: .directory)
    var maildir: String?
    @Option(help: "The mailbox for an mbox file.") var mailbox = "INBOX"

    func validate() throws { try TransferPaths.validate(mbox, maildir) }

    func run() async throws {
        let configuration = try common.load()
        let request: AdminRequest
        if let mbox {
            request = .exportMbox(account: account, path: TransferPaths.absolute(mbox), mailbox: mailbox)
        } else {
            request = .exportMaildir(account: account, path: TransferPaths.absolute(maildir ?? ""))
        }
        let result = try await StoreAccess.perform(
            request, configuration, title: "Exporting", unit: .items("messages"))
        try TransferPaths.show(result, common, "exported")
    }
}

/// What import and export have in common.
enum TransferPaths {
    static func validate(_ mbox: String?, _ maildir: String?) throws {
        guard (mbox == nil) != (maildir == nil) else {
            throw ValidationError("give one of --mbox FILE and --maildir FOLDER")
        }
    }

    /// The server has another working folder.
    static func absolute(_ path: String) -> String {
        guard !path.hasPrefix("/") else { return path }
        guard let folder = getcwd(nil, 0) else { return path }
        defer { free(folder) }
        return String(cString: folder) + "/" + path
    }

    static func existing(_ path: String) throws -> String {
        guard access(path, R_OK) == 0 else {
            throw Complaint("\(path) can't be read: \(String(cString: strerror(errno)))")
        }
        return absolute(path)
    }

    static func show(_ result: AdminResult, _ common: CommonOptions, _ done: String) throws {
        guard case .transfer(let report) = result, try !common.printer.json(report) else { return }
        let messages = QuantityText.count(report.messages, "message")
        common.printer.line("\(messages) \(done), \(QuantityText.size(bytes: report.bytes)).")
        guard !report.skipped.isEmpty else { return }
        common.printer.line("Left out:")
        for line in report.skipped { common.printer.line("  \(line)") }
    }
}
