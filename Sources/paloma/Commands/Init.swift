import Admin
import ArgumentParser
import Certificates
import Delivery
import Directory
import FoundationEssentials
import Glibc
import MailCore
import ServerConfiguration
import Storage
import TerminalOutput

/// `paloma init`
struct Init: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make a new mail system in a folder.",
        discussion: """
            Makes the configuration (complete, with every option explained), a self-signed certificate and an empty store \
            with the domain. Everything listens on this machine's own address until you change it. With --port-base \
            20000, SMTP is on 20025, POP3 on 20110 and 20995, and so on: no privileges are needed.
            """)
    @Argument(help: "The folder; it is made.", completion: .directory) var folder: String
    @Option(help: "The domain whose mail comes here.") var domain: String
    @Option(help: "By which name the server greets. Default: mail. and the domain.") var hostname: String?
    @Option(help: "Added to each standard port.") var portBase = 0
    @Flag(name: .customLong("auth-without-tls"), help: "Take passwords without TLS on this machine's own address.")
    var authWithoutTLS = false
    @Flag(name: .long, help: "Print JSON, for programs.") var json = false

    /// How long the self-signed certificate is good.
    private static let certificateDays = 3650

    func validate() throws {
        guard (0...ConfigurationTemplate.portBaseMax).contains(portBase) else {
            throw ValidationError("--port-base must be from 0 to \(ConfigurationTemplate.portBaseMax)")
        }
    }

    func run() async throws {
        let domain = try name(domain, option: "--domain")
        let hostname =
            try hostname.map { try name($0, option: "--hostname") } ?? name("mail.\(domain)", option: "--domain")
        let file = "\(folder)/paloma.toml"
        try makeFolders(file)
        let certificate = try SelfSignedCertificate.make(
            hostname: hostname.ascii, validDays: Init.certificateDays, now: Date())
        do {
            try certificate.write(certificatePath: "\(folder)/tls/cert.pem", keyPath: "\(folder)/tls/key.pem")
        } catch {
            throw Complaint("the certificate can't be written: \(error)")
        }
        let template = ConfigurationTemplate(
            hostname: hostname, portBase: portBase, localLogin: authWithoutTLS ? .plaintextAllowed : .tlsOnly)
        try write(template.text, to: file)
        let configuration = try Configuration.load(file: file)
        _ = try await perform(.domainAdd(name: domain.ascii, postmaster: nil), configuration)
        show(configuration, domain)
    }

    private func name(_ text: String, option: String) throws -> Domain {
        guard let domain = Domain(text), !domain.isAddressLiteral else {
            throw Complaint(
                "\(option) “\(text)” is no domain", advice: "write it like example.org", exitCode: .wrongUse)
        }
        return domain
    }

    private func makeFolders(_ file: String) throws {
        for path in [file, "\(folder)/data", "\(folder)/tls/cert.pem", "\(folder)/tls/key.pem"]
        where access(path, F_OK) == 0 {
            throw Complaint(
                "\(path) is there already, and nothing is written over",
                advice: "choose another folder, or start what is there with: paloma serve --config \(file)")
        }
        for path in [folder, "\(folder)/tls"] {
            do {
                try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            } catch {
                throw Complaint("the folder \(path) can't be made: \(String(cString: strerror(errno)))")
            }
        }
    }

    private func write(_ text: String, to file: String) throws {
        let descriptor = open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o640)
        guard descriptor >= 0 else { throw Complaint("\(file) can't be written: \(String(cString: strerror(errno)))") }
        defer { close(descriptor) }
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { throw Complaint("\(file) can't be written: \(String(cString: strerror(errno)))") }
            rest = rest.dropFirst(count)
        }
        fsync(descriptor)
    }

    /// The store is not there yet: opening makes it.
    private func perform(_ request: AdminRequest, _ configuration: Configuration) async throws -> AdminResult {
        let store: Store
        do {
            store = try MailSystemStore.open(configuration.dataDirectory).store
        } catch {
            throw Complaint("the store can't be made: \(error)")
        }
        let directory = MailSystemStore.directory(in: store, now: DirectoryClock.system.wallSeconds)
        let result = try await AdminService(store: store, directory: directory).perform(request) { _ in }
        await store.close()
        return result
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
