import ArgumentParser
import InternetMessage
import MailClient
import MailCore
import MailScreen
import RemoteLinks
import TerminalOutput
import TerminalScreen

/// `paloma mail …`
struct MailCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mail", abstract: "Read and write mail, on any server: IMAP and submission.",
        discussion: """
            Without a subcommand it fills the terminal: folders, messages, search, writing; ? shows the keys.
            Accounts stand in ~/.config/paloma/mail.toml (docs/mail-client.md). An account of the server on this machine \
            needs no file: paloma mail --local you@example.test
            Messages are named by their UIDs in a folder, as list and search show them.
            """,
        subcommands: [
            MailAccountsCommand.self, MailFoldersCommand.self, MailListCommand.self, MailSearchCommand.self,
            MailReadCommand.self, MailThreadCommand.self, MailSaveCommand.self, MailSendCommand.self,
            MailReplyCommand.self, MailForwardCommand.self, MailMoveCommand.self, MailFlagCommand.self,
            MailDeleteCommand.self, MailWatchCommand.self,
        ])
    @OptionGroup var common: CommonOptions
    @OptionGroup var mail: MailOptions

    /// Fills the terminal.
    func run() async throws {
        let device: TerminalDevice
        do throws(TerminalDevice.NoTerminal) {
            device = try TerminalDevice()
        } catch {
            throw Complaint(
                "there is no terminal to fill", advice: "for scripts there are subcommands: paloma mail --help",
                exitCode: .wrongUse)
        }
        let account = try mail.chosen(common)
        let connection = MailConnection(account: account, secret: try mail.secret(of: account))
        let runner = MailScreenRunner(
            connection.account, connection.secret, on: connection.executor, device: device, editor: DraftEditor.command)
        await runner.run()
    }
}

/// `paloma mail accounts`
struct MailAccountsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "accounts", abstract: "List the accounts of the file.")
    @OptionGroup var common: CommonOptions
    @OptionGroup var mail: MailOptions

    private struct Report: Encodable {
        let name: String
        let address: String
        let imap: String
        let submission: String?
        let isDefault: Bool
    }

    func run() async throws {
        let file = try mail.file()
        let reports = file.accounts.map { account in
            Report(
                name: account.name, address: account.author.address.written,
                imap: "\(account.imap.host):\(account.imap.port)",
                submission: account.submission.map { "\($0.host):\($0.port)" },
                isDefault: account.name == file.defaultName
            )
        }
        guard try !common.printer.json(reports) else { return }
        var table = TextTable([.words("NAME"), .words("ADDRESS"), .words("IMAP"), .words("SUBMISSION"), .words("")])
        for report in reports {
            table.add([
                report.name, report.address, report.imap, report.submission ?? "none",
                report.isDefault ? "default" : "",
            ])
        }
        common.printer.table(table, ifEmpty: "There is no account.")
    }
}

/// `paloma mail folders`
struct MailFoldersCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "folders", abstract: "List the folders, with how many messages they have.")
    @OptionGroup var common: CommonOptions
    @OptionGroup var mail: MailOptions

    func run() async throws {
        let folders = try await mail.run(common) { session, _ in try await session.listFolders(.wanted) }
        guard try !common.printer.json(folders.map { MailFolderReport($0) }) else { return }
        var table = TextTable([.words("FOLDER"), .words("USE"), .numbers("UNREAD"), .numbers("MESSAGES")])
        for folder in folders {
            table.add([
                folder.name, folder.useName ?? "", folder.unread.map { QuantityText.grouped(Int64($0)) } ?? "",
                folder.messages.map { QuantityText.grouped(Int64($0)) } ?? "",
            ])
        }
        common.printer.table(table, ifEmpty: "The account has no folder.")
    }
}
