import Admin
import ArgumentParser
import Directory
import TerminalOutput

/// `paloma alias …`
struct AliasCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "alias", abstract: "Addresses whose mail goes to others.",
        subcommands: [Add.self, Remove.self, Show.self, List.self])

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Make an alias, or add targets to one.")
        @OptionGroup var common: CommonOptions
        @Argument(help: "The address of the alias.") var address: String
        @Argument(help: "Where its mail goes: addresses here or elsewhere.") var targets: [String]

        func run() async throws {
            try await AliasCommand.show(.aliasAdd(address: address, targets: targets), common)
        }
    }

    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Remove an alias, or some of its targets.")
        @OptionGroup var common: CommonOptions
        @Argument(help: "The address of the alias.") var address: String
        @Argument(help: "The targets to take away; none: the whole alias.") var targets: [String] = []

        func run() async throws {
            let request = AdminRequest.aliasRemove(address: address, targets: targets)
            if targets.isEmpty {
                try await RemovalOutput.run(request, common, what: address)
            } else {
                try await AliasCommand.show(request, common)
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show where an alias leads.")
        @OptionGroup var common: CommonOptions
        @Argument(help: "The address of the alias.") var address: String

        func run() async throws { try await AliasCommand.show(.aliasShow(address: address), common) }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the aliases.")
        @OptionGroup var common: CommonOptions
        @Option(help: "Only those of this domain.") var domain: String?

        func run() async throws {
            let result = try await StoreAccess.perform(.aliasList(domain: domain), try common.load())
            guard case .aliases(let aliases) = result, try !common.printer.json(aliases) else { return }
            var table = TextTable([.words("ALIAS"), .words("GOES TO")])
            for alias in aliases { table.add([alias.address, alias.targets.joined(separator: ", ")]) }
            common.printer.table(
                table, ifEmpty: "There is no alias yet. Make one with: paloma alias add ADDRESS TARGET…")
        }
    }

    static func show(_ request: AdminRequest, _ common: CommonOptions) async throws {
        let result = try await StoreAccess.perform(request, try common.load())
        guard case .aliases(let aliases) = result, let alias = aliases.first, try !common.printer.json(alias) else {
            return
        }
        common.printer.line("\(alias.address) goes to \(alias.targets.joined(separator: ", ")).")
    }
}
