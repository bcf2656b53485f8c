import Admin
import ArgumentParser
import Directory
import TerminalOutput

/// `paloma list …`
struct ListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Distribution lists and their members.",
        subcommands: [Add.self, Remove.self, Show.self, List.self, AddMember.self, RemoveMember.self])

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Make a list.")
        @OptionGroup var common: CommonOptions
        @Argument(help: "The address of the list.") var address: String
        @Argument(help: "Its first members.") var members: [String] = []
        @Option(help: "What it is for.") var name = ""
        @Option(help: ArgumentHelp("Who gets reports about its mail.", valueName: "address")) var owner: String?

        func run() async throws {
            let request = AdminRequest.listAdd(address: address, name: name, owner: owner, members: members)
            try await ListCommand.show(request, common, "made")
        }
    }

    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Remove a list; its members stay.")
        @OptionGroup var common: CommonOptions
        @Argument(help: "The address of the list.") var address: String

        func run() async throws { try await RemovalOutput.run(.listRemove(address: address), common, what: address) }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show a list with its members.")
        @OptionGroup var common: CommonOptions
        @Argument(help: "The address of the list.") var address: String

        func run() async throws { try await ListCommand.show(.listShow(address: address), common, nil) }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the distribution lists.")
        @OptionGroup var common: CommonOptions
        @Option(help: "Only those of this domain.") var domain: String?

        func run() async throws {
            let result = try await StoreAccess.perform(.listList(domain: domain), try common.load())
            guard case .lists(let lists) = result, try !common.printer.json(lists) else { return }
            var table = TextTable([.words("LIST"), .numbers("MEMBERS"), .words("OWNER"), .words("NAME")])
            for list in lists {
                table.add([list.address, QuantityText.grouped(Int64(list.memberCount)), list.owner ?? "", list.name])
            }
            common.printer.table(table, ifEmpty: "There is no list yet. Make one with: paloma list add ADDRESS MEMBER…")
        }
    }

    struct AddMember: AsyncParsableCommand {
        static let configuration = CommandConfiguration(commandName: "add-member", abstract: "Add members.")
        @OptionGroup var common: CommonOptions
        @Argument(help: "The address of the list.") var address: String
        @Argument(help: "Addresses here or elsewhere.") var members: [String]

        func run() async throws {
            try await ListCommand.show(.listMembersAdd(address: address, members: members), common, "changed")
        }
    }

    struct RemoveMember: AsyncParsableCommand {
        static let configuration = CommandConfiguration(commandName: "remove-member", abstract: "Remove members.")
        @OptionGroup var common: CommonOptions
        @Argument(help: "The address of the list.") var address: String
        @Argument(help: "Addresses that are on it.") var members: [String]

        func run() async throws {
            try await ListCommand.show(.listMembersRemove(address: address, members: members), common, "changed")
        }
    }

    static func show(_ request: AdminRequest, _ common: CommonOptions, _ done: String?) async throws {
        let result = try await StoreAccess.perform(request, try common.load())
        guard case .lists(let lists) = result, let list = lists.first, try !common.printer.json(list) else { return }
        if let done {
            let members = QuantityText.count(Int64(list.memberCount), "member")
            common.printer.line("List \(list.address) is \(done): \(members).")
            return
        }
        common.printer.details([
            ("list", list.address), ("name", list.name), ("owner", list.owner ?? "the postmaster"),
            ("members", QuantityText.grouped(Int64(list.memberCount))),
            ("since", QuantityText.localTime(secondsSince1970: list.createdSeconds)),
        ])
        for member in list.members { common.printer.line("  \(member)") }
    }
}
