import Admin
import ArgumentParser
import Delivery
import ServerConfiguration
import Storage
import TerminalOutput

/// `paloma check`
struct Check: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Read the whole store and compare it with its checksums and counts.",
        discussion: """
            Ends with 0 when all is well or mended, 1 when something is left. Aliases and lists that lead nowhere are named, \
            and do not count.
            """)
    @OptionGroup var common: CommonOptions
    @Flag(help: "Mend what can be mended.") var repair = false
    @Flag(help: "Make the database anew from the message log; no server may run.") var rebuild = false

    func validate() throws {
        guard !(repair && rebuild) else { throw ValidationError("--repair and --rebuild exclude each other") }
    }

    func run() async throws {
        let configuration = try common.load()
        if rebuild {
            try runRebuild(configuration)
            return
        }
        let result = try await StoreAccess.perform(.check(repair: repair), configuration, title: "Checking")
        guard case .findings(let findings) = result else { return }
        if try !common.printer.json(findings) { show(findings) }
        if findings.contains(where: { !$0.isMended && $0.kind != FindingReport.directoryKind }) {
            throw ExitCode(Complaint.ExitCode.failed.rawValue)
        }
    }

    private func show(_ findings: [FindingReport]) {
        guard !findings.isEmpty else {
            common.printer.line("All is well.")
            return
        }
        for finding in findings { common.printer.line("\(finding.isMended ? "mended" : "found"): \(finding.text)") }
        if !repair { common.printer.line("paloma check --repair mends what can be mended.") }
    }

    private func runRebuild(_ configuration: Configuration) throws {
        guard AdminClient(socketPath: configuration.controlSocketPath) == nil else {
            throw Complaint("the server is running", advice: "stop it, then: paloma check --rebuild")
        }
        let progress = ProgressLine(title: "Rebuilding", unit: .bytes)
        let report: (messages: Int, problems: [String], old: String?)
        do {
            let done = try MailSystemStore.rebuild(configuration.dataDirectory) { done, total in
                progress.show(.progress(done: done, total: total))
            }
            report = (done.messages, done.problems, done.oldDatabase)
            progress.finish()
        } catch {
            progress.finish()
            throw Complaint("the database can't be made anew: \(error)")
        }
        common.printer.line("\(QuantityText.count(Int64(report.messages), "message")) are in their mailboxes again.")
        if let old = report.old { common.printer.line("The old database is kept as \(old).") }
        for problem in report.problems { common.printer.line("found: \(problem)") }
    }
}

/// `paloma backup`
struct Backup: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Copy the whole store, also while the server runs.",
        discussion: "The copy is a data folder of its own: to go back to it, stop the server and put it in place.")
    @OptionGroup var common: CommonOptions
    @Argument(help: "The folder to be made.", completion: .directory) var folder: String

    func run() async throws {
        let path = TransferPaths.absolute(folder)
        _ = try await StoreAccess.perform(.backup(path: path), try common.load(), title: "Copying")
        if try !common.printer.json(["folder": path]) { common.printer.line("The store is copied to \(path).") }
    }
}

/// `paloma compact`
struct Compact: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Give the space of deleted messages back now.",
        discussion: "A running server does this by itself every ten minutes.")
    @OptionGroup var common: CommonOptions

    func run() async throws {
        let result = try await StoreAccess.perform(.compact, try common.load(), title: "Compacting")
        guard case .compaction(let segments, let freed) = result else { return }
        let isPrinted = try common.printer.json(["segments": Int64(segments), "freed_bytes": freed])
        if !isPrinted {
            common.printer.line(
                segments == 0
                    ? "Nothing to give back." : "\(QuantityText.size(bytes: freed)) given back.")
        }
    }
}

/// `paloma completions`
struct Completions: ParsableCommand {
    /// The shells that are known.
    enum Shell: String, ExpressibleByArgument, CaseIterable {
        case bash
        case zsh
        case fish
    }

    static let configuration = CommandConfiguration(
        abstract: "Print the completion script of a shell.",
        discussion: """
            bash: paloma completions bash > /etc/bash_completion.d/paloma
            zsh:  paloma completions zsh > "${fpath[1]}/_paloma"
            fish: paloma completions fish > ~/.config/fish/completions/paloma.fish
            """)
    @Argument(help: "bash, zsh or fish.") var shell: Shell

    func run() throws {
        let script =
            switch shell {
            case .bash: Paloma.completionScript(for: .bash)
            case .zsh: Paloma.completionScript(for: .zsh)
            case .fish: Paloma.completionScript(for: .fish)
            }
        Terminal(.output).write(script)
    }
}
