import ArgumentParser
import Glibc
import ServerConfiguration
import TerminalOutput

/// What every command understands.
struct CommonOptions: ParsableArguments {
    @Option(name: [.short, .long], help: ArgumentHelp("The configuration file.", valueName: "file"))
    var config: String?

    @Flag(name: .long, help: "Print JSON, for programs.")
    var json = false

    var printer: Printer { Printer(isJSON: json) }

    /// Where the configuration is looked for when nobody says.
    static let usualPaths = ["paloma.toml", "/etc/paloma/paloma.toml"]

    /// The checked configuration.
    func load() throws -> Configuration { try Configuration.load(file: try path()) }

    private func path() throws -> String {
        if let config { return config }
        if let named = Terminal.environment("PALOMA_CONFIG"), !named.isEmpty { return named }
        if let found = CommonOptions.usualPaths.first(where: { access($0, F_OK) == 0 }) { return found }
        throw Complaint(
            "there is no configuration: neither \(CommonOptions.usualPaths.joined(separator: " nor "))",
            advice: "name one with --config FILE, or make one with: paloma init DIR --domain DOMAIN")
    }
}
