import Admin
import ArgumentParser
import Directory
import TerminalOutput

/// `paloma account app-password …`
struct AppPasswordCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "app-password", abstract: "Passwords for one mail program each.",
        discussion: """
            An app password logs in to IMAP, POP3, SMTP and JMAP as its account, and to nothing else: it changes no \
            password. It is removed alone, when a phone is lost. Accounts with a second factor need one for each program.
            """,
        subcommands: [Add.self, List.self, Remove.self])

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Make one; it is shown once.")
        @OptionGroup var common: CommonOptions
        @Argument(help: "The account's address.") var address: String
        @Argument(help: "What it is for, such as \"phone\".") var name: String

        func run() async throws {
            let request = AdminRequest.appPasswordAdd(account: address, name: name)
            let result = try await StoreAccess.perform(request, try common.load())
            guard case .appPasswords(let reports) = result, let report = reports.first,
                try !common.printer.json(report)
            else { return }
            common.printer.line("App password \(report.summary.id) (\(report.summary.name)) of \(address) is made.")
            if let password = report.password {
                common.printer.line("It is shown only now: \(password.text)")
            }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List an account's app passwords.")
        @OptionGroup var common: CommonOptions
        @Argument(help: "The account's address.") var address: String

        func run() async throws {
            let result = try await StoreAccess.perform(.appPasswordList(account: address), try common.load())
            guard case .appPasswords(let reports) = result, try !common.printer.json(reports) else { return }
            var table = TextTable([.numbers("ID"), .words("NAME"), .words("MADE"), .words("LAST USED")])
            for report in reports.map(\.summary) {
                table.add([
                    "\(report.id)", report.name, QuantityText.localTime(secondsSince1970: report.createdSeconds),
                    report.lastUsedSeconds.map { QuantityText.localTime(secondsSince1970: $0) } ?? "never",
                ])
            }
            common.printer.table(table, ifEmpty: "The account has no app password.")
        }
    }

    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Take one back.")
        @OptionGroup var common: CommonOptions
        @Argument(help: "The account's address.") var address: String
        @Argument(help: "Its number, as list shows it.") var id: Int64

        func run() async throws {
            let request = AdminRequest.appPasswordRemove(account: address, id: id)
            let result = try await StoreAccess.perform(request, try common.load())
            guard try !common.printer.json(result) else { return }
            common.printer.line("App password \(id) of \(address) is removed.")
        }
    }
}

/// `paloma account sessions …`
struct SessionsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sessions", abstract: "The browsers in which an account is logged in.")
    @OptionGroup var common: CommonOptions
    @Argument(help: "The account's address.") var address: String
    @Flag(help: "Log all of them out.") var end = false

    func run() async throws {
        let request = end ? AdminRequest.sessionsEnd(account: address) : .sessionList(account: address)
        let result = try await StoreAccess.perform(request, try common.load())
        guard try !common.printer.json(result) else { return }
        if case .ended(let count) = result {
            common.printer.line("\(count) \(count == 1 ? "session" : "sessions") of \(address) ended.")
        }
        guard case .sessions(let sessions) = result else { return }
        var table = TextTable([.numbers("ID"), .words("LAST SEEN"), .words("SINCE"), .words("FROM"), .words("BROWSER")])
        for session in sessions {
            table.add([
                "\(session.id)", QuantityText.localTime(secondsSince1970: session.seenSeconds),
                QuantityText.localTime(secondsSince1970: session.madeSeconds), session.peer, session.agent,
            ])
        }
        common.printer.table(table, ifEmpty: "The account is logged in in no browser.")
    }
}

/// `paloma account totp …`
struct SecondFactorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "totp", abstract: "Codes from a phone beside the password.", subcommands: [Off.self])

    struct Off: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Want no code any more, for somebody whose phone is lost.")
        @OptionGroup var common: CommonOptions
        @Argument(help: "The account's address.") var address: String

        func run() async throws {
            let result = try await StoreAccess.perform(.secondFactorOff(account: address), try common.load())
            guard case .ended(let count) = result, try !common.printer.json(result) else { return }
            common.printer.line(
                count > 0 ? "The password of \(address) alone logs in again." : "\(address) had no second factor.")
        }
    }
}
