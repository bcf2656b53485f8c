import Admin
import ArgumentParser
import Directory
import ServerConfiguration
import TerminalOutput

/// `paloma account …`
struct AccountCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "account", abstract: "People's mailboxes and passwords.",
        subcommands: [
            Add.self, Remove.self, Show.self, List.self, SetPassword.self, Rename.self, Set.self, Disable.self,
            Enable.self, AppPasswordCommand.self, SessionsCommand.self, SecondFactorCommand.self,
        ])

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Make an account.")
        @OptionGroup var common: CommonOptions
        @OptionGroup var passwords: PasswordOptions
        @Argument(help: "Its address, which is also its login name.") var address: String
        @Option(help: "The person's name.") var name = ""
        @Option(
            help: ArgumentHelp("The most its mail may take, such as \"2 GiB\". Default: no limit.", valueName: "size"))
        var quota: String?
        @Flag(help: "It may administer the server.") var administrator = false
        @Option(help: "Put a message into its mailbox that welcomes its user, in English (en) or Spanish (es).")
        var welcome: AdminLanguage?

        func run() async throws {
            let configuration = try common.load()
            let quotaBytes = try quota.map(AccountCommand.quotaBytes) ?? 0
            let request = AdminRequest.accountAdd(
                address: address, name: name, quotaBytes: quotaBytes, role: administrator ? .administrator : .user,
                password: try passwords.password(), welcome: welcome)
            try await AccountCommand.show(request, configuration, common, done: "made")
        }
    }

    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Remove an account with all its mail.")
        @OptionGroup var common: CommonOptions
        @Argument(help: "Its address.") var address: String

        func run() async throws {
            try await RemovalOutput.run(.accountRemove(address: address), common, what: address)
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show an account.")
        @OptionGroup var common: CommonOptions
        @Argument(help: "Its address.") var address: String

        func run() async throws {
            try await AccountCommand.show(.accountShow(address: address), try common.load(), common, done: nil)
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the accounts.")
        @OptionGroup var common: CommonOptions
        @Option(help: "Only those of this domain.") var domain: String?

        func run() async throws {
            let result = try await StoreAccess.perform(.accountList(domain: domain), try common.load())
            guard case .accounts(let reports) = result, try !common.printer.json(reports) else { return }
            var table = TextTable([
                .words("ADDRESS"), .numbers("MESSAGES"), .numbers("SIZE"), .numbers("QUOTA"), .words("STATE"),
                .words("NAME"),
            ])
            for report in reports {
                table.add([
                    report.account.address, QuantityText.grouped(report.messages),
                    QuantityText.size(bytes: report.usedBytes),
                    report.account.quotaBytes > 0 ? QuantityText.size(bytes: report.account.quotaBytes) : "–",
                    AccountCommand.state(report.account), report.account.name,
                ])
            }
            common.printer.table(table, ifEmpty: "There is no account yet. Make one with: paloma account add ADDRESS")
        }
    }

    struct SetPassword: AsyncParsableCommand {
        static let configuration = CommandConfiguration(commandName: "password", abstract: "Set a new password.")
        @OptionGroup var common: CommonOptions
        @OptionGroup var passwords: PasswordOptions
        @Argument(help: "The account's address.") var address: String

        func run() async throws {
            let configuration = try common.load()
            let request = AdminRequest.accountPassword(address: address, password: try passwords.password())
            try await AccountCommand.show(request, configuration, common, done: "given its new password")
        }
    }

    struct Rename: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Give an account another address.")
        @OptionGroup var common: CommonOptions
        @Argument(help: "Its address now.") var address: String
        @Argument(help: "Its new address.") var newAddress: String

        func run() async throws {
            let request = AdminRequest.accountRename(address: address, to: newAddress)
            try await AccountCommand.show(request, try common.load(), common, done: "renamed")
        }
    }

    struct Set: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Change an account's settings.")
        @OptionGroup var common: CommonOptions
        @Argument(help: "Its address.") var address: String
        @Option(help: "The person's name.") var name: String?
        @Option(help: ArgumentHelp("The most its mail may take, such as \"2 GiB\"; 0 for no limit.", valueName: "size"))
        var quota: String?
        @Flag(inversion: .prefixedNo, help: "Whether it may administer the server.") var administrator: Bool?

        func validate() throws {
            guard name != nil || quota != nil || administrator != nil else {
                throw ValidationError("say what to change: --name, --quota or --administrator")
            }
        }

        func run() async throws {
            let request = AdminRequest.accountSet(
                address: address, name: name, quotaBytes: try quota.map(AccountCommand.quotaBytes),
                state: nil, role: administrator.map { $0 ? .administrator : .user })
            try await AccountCommand.show(request, try common.load(), common, done: "changed")
        }
    }

    struct Disable: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Refuse an account's mail and logins; what it has is kept.")
        @OptionGroup var common: CommonOptions
        @Argument(help: "Its address.") var address: String

        func run() async throws { try await AccountCommand.set(.disabled, address, common, done: "disabled") }
    }

    struct Enable: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Let a disabled account be used again.")
        @OptionGroup var common: CommonOptions
        @Argument(help: "Its address.") var address: String

        func run() async throws { try await AccountCommand.set(.enabled, address, common, done: "enabled") }
    }

    private static func set(
        _ state: AdminAccountState, _ address: String, _ common: CommonOptions, done: String
    ) async throws {
        let request = AdminRequest.accountSet(address: address, name: nil, quotaBytes: nil, state: state, role: nil)
        try await show(request, try common.load(), common, done: done)
    }

    static func quotaBytes(_ text: String) throws -> Int64 {
        guard let bytes = ByteSize.parse(text) else {
            throw Complaint(
                "“\(text)” is no size", advice: "write it like \"2 GiB\" or 500MB; 0 for no limit", exitCode: .wrongUse)
        }
        return Int64(bytes)
    }

    static func state(_ account: AccountSummary) -> String {
        let role = account.role == .administrator ? "administrator" : ""
        guard account.state == .disabled else { return role }
        return role.isEmpty ? "disabled" : "disabled \(role)"
    }

    static func show(
        _ request: AdminRequest, _ configuration: Configuration, _ common: CommonOptions, done: String?
    ) async throws {
        let result = try await StoreAccess.perform(request, configuration)
        guard case .accounts(let reports) = result, let report = reports.first, try !common.printer.json(report) else {
            return
        }
        let account = report.account
        if let done {
            common.printer.line("Account \(account.address) is \(done).")
            if let password = report.generatedPassword {
                common.printer.line("Its password, which is shown only now: \(password.text)")
            }
            return
        }
        let quota = account.quotaBytes > 0 ? QuantityText.size(bytes: account.quotaBytes) : "none"
        common.printer.details([
            ("address", account.address), ("name", account.name),
            ("state", state(account).isEmpty ? "enabled" : state(account)),
            ("messages", QuantityText.grouped(report.messages)), ("size", QuantityText.size(bytes: report.usedBytes)),
            ("quota", quota), ("reached by", account.reachedBy.joined(separator: ", ")),
            ("since", QuantityText.localTime(secondsSince1970: account.createdSeconds)),
        ])
    }
}

extension AdminLanguage: ExpressibleByArgument {}
