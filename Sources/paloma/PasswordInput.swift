import Admin
import ArgumentParser
import Glibc
import TerminalOutput

/// Where a new password comes from: never from the command line, which other users of the machine can read.
struct PasswordOptions: ParsableArguments {
    @Flag(
        name: .long,
        help:
            "Read the password from standard input, one line. Without it you are asked on a terminal; elsewhere one is generated and printed."
    )
    var passwordStdin = false

    @Flag(name: .long, help: "Generate a password and print it once.")
    var generatePassword = false

    func validate() throws {
        guard !(passwordStdin && generatePassword) else {
            throw ValidationError("--password-stdin and --generate-password exclude each other")
        }
    }

    /// The password; nil when one is to be generated.
    func password() throws -> AdminSecret? {
        if generatePassword { return nil }
        if passwordStdin {
            guard let line = readLine(strippingNewline: true), !line.isEmpty else {
                throw Complaint(
                    "there is no password on standard input",
                    advice: "give it in one line, for example: paloma account add … --password-stdin < file",
                    exitCode: .wrongUse)
            }
            return AdminSecret(line)
        }
        guard isatty(STDIN_FILENO) == 1, Terminal(.errors).isScreen else { return nil }
        let first = try PasswordOptions.ask("New password (empty: generate one): ")
        if first.isEmpty { return nil }
        guard try PasswordOptions.ask("Once more: ") == first else {
            throw Complaint("the two passwords differ", advice: "nothing was changed; try again")
        }
        return AdminSecret(first)
    }

    /// Reads a line without showing it.
    static func ask(_ prompt: String) throws -> String {
        let terminal = Terminal(.errors)
        var settings = termios()
        guard tcgetattr(STDIN_FILENO, &settings) == 0 else { throw Complaint("this terminal can't hide a password") }
        var silent = settings
        silent.c_lflag &= ~tcflag_t(ECHO)
        terminal.write(prompt)
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent)
        defer {
            tcsetattr(STDIN_FILENO, TCSAFLUSH, &settings)
            terminal.line()
        }
        guard let line = readLine(strippingNewline: true) else { throw Complaint("no password was given") }
        return line
    }
}
