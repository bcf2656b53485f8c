import Admin
import ArgumentParser
import Directory
import TerminalOutput

/// `paloma domain dkim …`
struct SigningKeyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dkim", abstract: "The keys with which a domain's mail is signed.",
        subcommands: [List.self, Rotate.self, Activate.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List a domain's keys.")
        @OptionGroup var common: CommonOptions
        @Argument(help: "The domain.") var domain: String

        func run() async throws { try await SigningKeyCommand.run(domain, .none, common, then: nil) }
    }

    struct Rotate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make new keys.",
            discussion: """
                They do not sign yet. Publish their records (paloma domain show), wait until others can see them (paloma \\
                domain check; a day is enough), then: paloma domain dkim activate
                """)
        @OptionGroup var common: CommonOptions
        @Argument(help: "The domain.") var domain: String

        func run() async throws {
            try await SigningKeyCommand.run(
                domain, .rotate, common,
                then:
                    "Publish the new records (paloma domain show \(domain)), then: paloma domain dkim activate \(domain)"
            )
        }
    }

    struct Activate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Sign with the new keys.",
            discussion: "The former keys are kept for mail that is under way; the next change removes them.")
        @OptionGroup var common: CommonOptions
        @Argument(help: "The domain.") var domain: String

        func run() async throws {
            try await SigningKeyCommand.run(
                domain, .activate, common, then: "Leave the records of the former keys where they are for some weeks.")
        }
    }

    private static func run(
        _ domain: String, _ step: AdminKeyStep, _ common: CommonOptions, then advice: String?
    ) async throws {
        let result = try await StoreAccess.perform(.domainKeys(name: domain, step: step), try common.load())
        guard case .signingKeys(let keys) = result, try !common.printer.json(keys) else { return }
        var table = TextTable([.words("SELECTOR"), .words("ALGORITHM"), .words("STATE"), .words("MADE")])
        for key in keys {
            table.add([
                key.selector, key.algorithm, word(key.state),
                QuantityText.localTime(secondsSince1970: key.createdSeconds),
            ])
        }
        common.printer.table(table, ifEmpty: "There is no key.")
        if let advice { common.printer.line(advice) }
    }

    private static func word(_ state: SigningKeyState) -> String {
        switch state {
        case .active: "signs"
        case .next: "waits to be published"
        case .retired: "retired"
        }
    }
}
