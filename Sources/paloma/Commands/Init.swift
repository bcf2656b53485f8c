import Admin
import ArgumentParser
import MailCore
import ServerConfiguration
import TerminalOutput

/// `paloma init`
struct Init: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make a new mail system in a folder.",
        discussion: """
            Makes the configuration (complete, with every option explained), a self-signed certificate and an empty store \
            with the domain. Everything listens on this machine's own address until you change it. With --port-base \
            20000, SMTP is on 20025, IMAP on 20143 and 20993, and so on: no privileges are needed.
            """)
    @Argument(help: "The folder; it is made.", completion: .directory) var folder: String
    @Option(help: "The domain whose mail comes here.") var domain: String
    @Option(help: "By which name the server greets. Default: mail. and the domain.") var hostname: String?
    @Option(help: "Added to each standard port.") var portBase = 0
    @Flag(name: .customLong("auth-without-tls"), help: "Take passwords without TLS on this machine's own address.")
    var authWithoutTLS = false
    @Flag(name: .long, help: "Print JSON, for programs.") var json = false

    func validate() throws {
        guard (0...ConfigurationTemplate.portBaseMax).contains(portBase) else {
            throw ValidationError("--port-base must be from 0 to \(ConfigurationTemplate.portBaseMax)")
        }
    }

    func run() async throws {
        let domain = try name(domain, option: "--domain")
        let hostname =
            try hostname.map { try name($0, option: "--hostname") } ?? name("mail.\(domain)", option: "--domain")
        let template = ConfigurationTemplate(
            hostname: hostname, portBase: portBase, localLogin: authWithoutTLS ? .plaintextAllowed : .tlsOnly)
        let system = NewMailSystem(folder: folder, domain: domain, template: template)
        let configuration = try system.makeFiles()
        _ = try await system.makeStore(configuration, requests: [])
        show(configuration, domain)
    }

    private func name(_ text: String, option: String) throws -> Domain {
        guard let domain = Domain(text), !domain.isAddressLiteral else {
            throw Complaint(
                "\(option) “\(text)” is no domain", advice: "write it like example.org", exitCode: .wrongUse)
        }
        return domain
    }

    private func show(_ configuration: Configuration, _ domain: Domain) {
        let printer = Printer(isJSON: json)
        let listeners = configuration.listeners.map {
            ["protocol": $0.servedProtocol.rawValue, "address": "\($0.place)"]
        }
        if (try? printer.json(listeners)) == true { return }
        let file = configuration.file
        printer.line("Made in \(folder):")
        printer.details([
            ("  paloma.toml", "the configuration, every option explained"),
            ("  tls/", "a self-signed certificate for \(configuration.hostname)"),
            ("  data/", "an empty store with the domain \(domain)"),
        ])
        printer.line("Next:")
        printer.line("  paloma account add you@\(domain) --config \(file)")
        printer.line("  paloma domain show \(domain) --config \(file)    (what to publish in the DNS)")
        printer.line("  paloma serve --config \(file)")
    }
}
