import ArgumentParser
import Glibc
import MailClient
import MailCore
import NIOPosix
import SASL
import ServerConfiguration
import ServerRuntime
import TerminalOutput

/// Whose mail it is, and how to get to it.
struct MailOptions: ParsableArguments {
    @Option(
        name: [.short, .long],
        help: ArgumentHelp("An account of the file of accounts; without it the default one.", valueName: "name"))
    var account: String?

    @Option(
        help: ArgumentHelp(
            "An account of the server on this machine, found by its configuration (--config).", valueName: "address"))
    var local: String?

    @Option(
        help: ArgumentHelp(
            "The file of accounts; without it ~/.config/paloma/mail.toml.", valueName: "file"), completion: .file())
    var accounts: String?

    @Flag(name: .long, help: "Read the password from standard input, one line. Without it you are asked.")
    var passwordStdin = false

    func validate() throws {
        guard account == nil || local == nil else {
            throw ValidationError("--account and --local exclude each other")
        }
    }

    /// All accounts of the file.
    func file() throws -> MailAccountsFile {
        let path = accounts ?? MailPaths.accountsFile
        guard access(path, F_OK) == 0 else {
            throw Complaint(
                "there is no file of accounts, \(path)",
                advice: "write one (docs/mail-client.md has an example),\n"
                    + "or read an account of the server on this machine: paloma mail --local you@example.test",
                exitCode: .wrongUse)
        }
        return try MailAccountsFile.load(path)
    }

    /// The account that is meant.
    func chosen(_ common: CommonOptions) throws -> MailAccount {
        if let local {
            guard let address = EmailAddress(local) else {
                throw Complaint(
                    "“\(local)” is no address", advice: "write it like ana@example.test", exitCode: .wrongUse)
            }
            return try LocalAccount.account(address, try common.load())
        }
        let file = try file()
        guard let found = file.account(account) else {
            throw Complaint(
                "there is no account \(account ?? "")",
                advice: "there are: \(file.accounts.map(\.name).joined(separator: ", "))", exitCode: .wrongUse)
        }
        return found
    }

    /// The account's password, from where it says.
    func secret(of account: MailAccount) throws -> SecretBytes {
        if passwordStdin {
            guard let line = readLine(strippingNewline: true), !line.isEmpty else {
                throw Complaint(
                    "there is no password on standard input", advice: "give it in one line", exitCode: .wrongUse)
            }
            return SecretBytes(line.utf8)
        }
        switch account.password {
        case .known(let secret): return secret
        case .command(let command): return SecretBytes(try ChildProgram.firstLine(of: command))
        case .asked:
            guard isatty(STDIN_FILENO) == 1, Terminal(.errors).isScreen else {
                throw Complaint(
                    "the password of \(account.userName) is missing",
                    advice: "give it on standard input with --password-stdin, or write password_command into "
                        + MailPaths.accountsFile, exitCode: .wrongUse)
            }
            let answer = try PasswordOptions.ask("Password of \(account.userName): ")
            guard !answer.isEmpty else { throw Complaint("no password was given") }
            return SecretBytes(answer.utf8)
        }
    }

    /// Connects, does something, and says goodbye.
    func run<Result: Sendable>(
        _ common: CommonOptions,
        _ body: @escaping @Sendable (inout MailSession, MailConnection) async throws -> Result
    ) async throws -> Result {
        let account = try chosen(common)
        let connection = MailConnection(account: account, secret: try secret(of: account))
        return try await connection.run(body)
    }
}

/// An account with what opens it.
struct MailConnection: Sendable {
    let account: MailAccount
    let secret: SecretBytes
    let executor = LoopExecutor(MultiThreadedEventLoopGroup.singleton.next())

    func run<Result: Sendable>(
        _ body: @escaping @Sendable (inout MailSession, MailConnection) async throws -> Result
    ) async throws -> Result {
        try await withTaskExecutorPreference(executor) {
            var session = try await MailSession.open(account, secret, on: executor)
            do {
                let result = try await body(&session, self)
                await session.logOut()
                return result
            } catch {
                session.close()
                throw error
            }
        }
    }

    var sender: MailSender { MailSender(account, secret, on: executor) }
}

/// Which messages a command is about.
struct MailMessageOptions: ParsableArguments {
    @Option(name: [.short, .long], help: "The folder, by its name or use: INBOX, sent, archive, trash, Work/2026.")
    var folder = "INBOX"
}
