import Admin
import ArgumentParser
import Glibc
import MailClient
import ServerConfiguration
import TerminalOutput

/// The program: every subcommand.
@main
struct Paloma: AsyncParsableCommand {
    /// The version of the program and of what it answers.
    static let version = "0.1.0"

    static let configuration = CommandConfiguration(
        commandName: "paloma",
        abstract: "A whole e-mail system: receives, keeps and hands out mail.",
        discussion: """
            Begin with: paloma init mail --domain example.test --port-base 20000
            Commands act through the running server when there is one, else on the store itself.
            They find the configuration by --config, else in PALOMA_CONFIG, ./paloma.toml, /etc/paloma/paloma.toml.
            """,
        version: "paloma \(version)",
        subcommands: [
            Init.self, Serve.self, DomainCommand.self, AccountCommand.self, AliasCommand.self, ListCommand.self,
            MailboxCommand.self, MailCommand.self, QueueCommand.self, TraceCommand.self, FetchCommand.self, Import.self,
            Export.self,
            Check.self, Backup.self, Compact.self,
            LabCommand.self, Completions.self,
        ])

    /// Runs the command that the arguments name; every failure ends in a message that says what to do.
    static func main() async {
        // Mail, passwords and keys are for their owner alone, in every file from its first moment: SQLite's and libraries' too.
        umask(0o077)
        do {
            var command = try parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch let complaint as Complaint {
            end(complaint)
        } catch let failure as AdminFailure {
            end(Complaint(failure.problem, advice: failure.advice))
        } catch let failure as MailFailure {
            end(Complaint(failure.problem, advice: failure.advice))
        } catch let code as ExitCode {
            // What there was to say has been said.
            Glibc.exit(code.rawValue)
        } catch let error as ConfigurationError {
            end(Complaint("the configuration has mistakes\n\(error)"))
        } catch {
            endParsing(error)
        }
    }

    private static func end(_ complaint: Complaint) -> Never {
        let terminal = Terminal(.errors)
        terminal.write(complaint.rendered(style: terminal.style))
        Glibc.exit(complaint.exitCode.rawValue)
    }

    /// Help and version are asked for; other words of the parser are about wrong use.
    private static func endParsing(_ error: any Error) -> Never {
        let text = fullMessage(for: error)
        switch exitCode(for: error) {
        case .success:
            Terminal(.output).line(text)
            Glibc.exit(Complaint.ExitCode.done.rawValue)
        case .validationFailure:
            let terminal = Terminal(.errors)
            let message = text.hasPrefix("Error: ") ? String(text.dropFirst("Error: ".count)) : text
            terminal.line("\(terminal.style.red("paloma:")) \(message)")
            Glibc.exit(Complaint.ExitCode.wrongUse.rawValue)
        default:
            end(Complaint("\(error)"))
        }
    }
}
