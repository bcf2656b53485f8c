import Admin
import ArgumentParser
import Directory
import DomainSetup
import ServerConfiguration
import TerminalOutput

/// `paloma domain …`
struct DomainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "domain", abstract: "The domains whose mail comes here.",
        subcommands: [
            Add.self, Remove.self, Show.self, DomainCheckCommand.self, List.self, Set.self, SigningKeyCommand.self,
        ])

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
        static let configuration = CommandConfiguration(
            abstract: "Show a domain's settings, and what to publish in the DNS for it.",
            discussion: """
                With --zone the records come as lines for a zone file; optional ones are comments. Say with --address which \
                public addresses this server has, unless it listens on them by name.
                """)
        @OptionGroup var common: CommonOptions
        @OptionGroup var place: PublicAddressOptions
        @Argument(help: "The domain.") var domain: String
        @Flag(help: "Print the records as lines for a zone file.") var zone = false

        func validate() throws {
            if zone, common.json { throw ValidationError("choose one of --zone and --json") }
        }

        func run() async throws {
            let configuration = try common.load()
            let summary = try await DomainCommand.summary(.domainShow(name: domain), configuration)
            let publication = try await place.publication(of: summary, configuration)
            let output = PublicationOutput(publication: publication, printer: common.printer)
            if zone {
                common.printer.terminal.write(ZoneFile.text(publication.records, zone: publication.domain))
            } else if try !common.printer.json(DomainOutput(summary: summary, publication: publication)) {
                DomainCommand.show(summary, common.printer)
                output.show()
            }
        }
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

    static func show(_ request: AdminRequest, _ common: CommonOptions, _ done: String) async throws {
        let domain = try await summary(request, try common.load())
        guard try !common.printer.json(domain) else { return }
        common.printer.line("Domain \(domain.name) is \(done).")
        if done == "added" { common.printer.line("What to publish for it: paloma domain show \(domain.name)") }
    }

    static func summary(_ request: AdminRequest, _ configuration: Configuration) async throws -> DomainSummary {
        let result = try await StoreAccess.perform(request, configuration)
        guard case .domains(let domains) = result, let domain = domains.first else {
            throw Complaint("the server answers with something else", advice: "is it of the same version?")
        }
        return domain
    }

    private static func show(_ domain: DomainSummary, _ printer: Printer) {
        printer.details([
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
