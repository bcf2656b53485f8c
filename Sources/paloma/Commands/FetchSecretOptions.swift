import Admin
import ArgumentParser
import Glibc
import RemoteAccounts
import TerminalOutput

/// Where the password of an account elsewhere comes from: never from the command line, which other users can read.
struct FetchSecretOptions: ParsableArguments {
    @Flag(name: .long, help: "Read the password from standard input, one line. Without it you are asked.")
    var passwordStdin = false

    @Flag(name: .long, help: "Read an OAuth 2.0 access token, which is not renewed, from standard input, one line.")
    var tokenStdin = false

    @Flag(
        name: .long,
        help: """
            Read an OAuth 2.0 refresh token from standard input, one line, and from a second line the client's secret where \
            it has one.
            """)
    var refreshTokenStdin = false

    func validate() throws {
        guard [passwordStdin, tokenStdin, refreshTokenStdin].count(where: { $0 }) <= 1 else {
            throw ValidationError("--password-stdin, --token-stdin and --refresh-token-stdin exclude each other")
        }
    }

    /// The secret of an account that wants one of this kind.
    func secret(_ kind: RemoteSettings.SecretKind) throws -> AdminSecret {
        guard !refreshTokenStdin || kind == .grant else {
            throw Complaint(
                "this account has no use for a refresh token", advice: "add one with --oauth", exitCode: .wrongUse)
        }
        guard kind != .grant || !(passwordStdin || tokenStdin) else {
            throw Complaint(
                "this account wants a refresh token", advice: "give it on standard input with --refresh-token-stdin",
                exitCode: .wrongUse)
        }
        if refreshTokenStdin { return try read("there is no refresh token on standard input", linesMax: 2) }
        if passwordStdin || tokenStdin { return try read("there is no password on standard input", linesMax: 1) }
        return try ask(kind)
    }

    private func read(_ complaint: String, linesMax: Int) throws -> AdminSecret {
        guard let line = readLine(strippingNewline: true), !line.isEmpty else {
            throw Complaint(complaint, advice: "give it in one line", exitCode: .wrongUse)
        }
        guard linesMax > 1, let second = readLine(strippingNewline: true), !second.isEmpty else {
            return AdminSecret(line)
        }
        return AdminSecret("\(line)\n\(second)")
    }

    private func ask(_ kind: RemoteSettings.SecretKind) throws -> AdminSecret {
        guard isatty(STDIN_FILENO) == 1, Terminal(.errors).isScreen else {
            let flag = kind == .grant ? "--refresh-token-stdin" : "--password-stdin"
            throw Complaint(
                kind == .grant ? "the refresh token is missing" : "the password is missing",
                advice: "give it on standard input with \(flag)", exitCode: .wrongUse)
        }
        let answer = try PasswordOptions.ask(kind == .grant ? "Refresh token: " : "Password there: ")
        guard !answer.isEmpty else { throw Complaint("no password was given") }
        guard kind == .grant else { return AdminSecret(answer) }
        let second = try PasswordOptions.ask("The client's secret, empty for none: ")
        return AdminSecret(second.isEmpty ? answer : "\(answer)\n\(second)")
    }
}
