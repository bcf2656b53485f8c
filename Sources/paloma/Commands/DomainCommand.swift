import Admin
import ArgumentParser
import Directory
import TerminalOutput

/// `paloma domain …`
struct DomainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "domain", abstract: "The domains whose mail comes here.",
        subcommands: [Add.self, Remove.self, Show.self, List.self, Set.self])

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Receive mail for a domain.")
        @OptionGroup var common: CommonOptions
        @Argument(help: "The domain, for example example.org.") var domain: String
        @Option(help: ArgumentHelp("Who gets mail for postmaster and abuse.", valueName: "address")) var postmaster:
            String?
        @Option(help: ArgumentHelp("Who gets mail for addresses that nobody has.", valueName: "address"))
        var catchAll: String?

        func run() async throws {
            let request = AdminRequest.domainAdd(name: domain, postmaster: postmaster, catchAll: catchAll)
            try await DomainCommand.show(request, common, "added")
        }
    }

    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "No longer receive mail for a domain.")
        @OptionGroup var common: CommonOptions
        @Argument(help: "The domain.") var domain: String
        @Flag(help: "Also when it has addresses: they go with all their mail.") var force = false

        func run() async throws {
            let request = AdminRequest.domainRemove(name: domain, withAddresses: force)
            try await RemovalOutput.run(request, common, what: domain)
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show a domain's settings.")
        @OptionGroup var common: CommonOptions
        @Argument(help: "The domain.") var domain: String

        func run() async throws { try await DomainCommand.show(.domainShow(name: domain), common, nil) }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List all domains.")
        @OptionGroup var common: CommonOptions

        func run() async throws {
            let result = try await StoreAccess.perform(.domainList, try common.load())
            guard case .domains(let domains) = result, try !common.printer.json(domains) else { return }
            var table = TextTable([
                .words("DOMAIN"), .numbers("ACCOUNTS"), .numbers("ALIASES"), .numbers("LISTS"), .words("CATCH-ALL"),
            ])
            for domain in domains {
                table.add([
                    domain.name, "\(domain.accounts)", "\(domain.aliases)", "\(domain.lists)", domain.catchAll ?? "",
                ])
            }
            common.printer.table(table, ifEmpty: "There is no domain yet. Add one with: paloma domain add DOMAIN")
        }
    }

    struct Set: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Change a domain's settings.", discussion: "An empty value (\"\") takes a setting away.")
        @OptionGroup var common: CommonOptions
        @Argument(help: "The domain.") var domain: String
        @Option(help: ArgumentHelp("Who gets mail for addresses that nobody has.", valueName: "address"))
        var catchAll: String?
        @Option(help: ArgumentHelp("Who gets mail for postmaster and abuse.", valueName: "address"))
        var postmaster: String?
        @Option(help: ArgumentHelp("What stands between a user and a tag, as in user+tag.", valueName: "character"))
        var separator: String?

        func validate() throws {
            guard catchAll != nil || postmaster != nil || separator != nil else {
                throw ValidationError("say what to change: --catch-all, --postmaster or --separator")
            }
        }

        func run() async throws {
            let request = AdminRequest.domainSet(
                name: domain, catchAll: catchAll, postmaster: postmaster, separator: separator)
            try await DomainCommand.show(request, common, "changed")
        }
    }

    static func show(_ request: AdminRequest, _ common: CommonOptions, _ done: String?) async throws {
        let result = try await StoreAccess.perform(request, try common.load())
        guard case .domains(let domains) = result, let domain = domains.first, try !common.printer.json(domain) else {
            return
        }
        if let done {
            common.printer.line("Domain \(domain.name) is \(done).")
            return
        }
        common.printer.details([
            ("domain", domain.name), ("accounts", "\(domain.accounts)"), ("aliases", "\(domain.aliases)"),
            ("lists", "\(domain.lists)"), ("catch-all", domain.catchAll ?? "none: unknown addresses are refused"),
            ("postmaster", domain.postmaster ?? "the first administrator"),
            ("subaddresses", domain.subaddressSeparator.isEmpty ? "none" : "user\(domain.subaddressSeparator)tag"),
            ("since", QuantityText.localTime(secondsSince1970: domain.createdSeconds)),
        ])
    }
}

/// What a removal says.
enum RemovalOutput {
    static func run(_ request: AdminRequest, _ common: CommonOptions, what: String) async throws {
        let result = try await StoreAccess.perform(request, try common.load())
        guard case .removal(let removal) = result, try !common.printer.json(removal) else { return }
        common.printer.line("\(what) is removed.")
        let others = removal.addresses.filter { $0 != what }
        if !others.isEmpty { common.printer.line("With it went \(others.joined(separator: ", ")).") }
        if !removal.changed.isEmpty {
            common.printer.line("These led to it and no longer do: \(removal.changed.joined(separator: ", ")).")
        }
    }
}
