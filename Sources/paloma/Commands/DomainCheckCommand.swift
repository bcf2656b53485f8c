import Admin
import ArgumentParser
import DNSClient
import Directory
import DomainSetup
import ServerConfiguration
import TerminalOutput

/// `paloma domain check`
struct DomainCheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Look up what a domain publishes, and say what is missing or wrong.",
        discussion: "Ends with 0 when all is well, with 1 when something has to be done.")
    @OptionGroup var common: CommonOptions
    @OptionGroup var place: PublicAddressOptions
    @Argument(help: "The domain.") var domain: String

    func run() async throws {
        let configuration = try common.load()
        let summary = try await DomainCommand.summary(.domainShow(name: domain), configuration)
        let publication = try await place.publication(of: summary, configuration)
        let client: DNSClient
        do {
            client = try DNSClient(configuration: DNSClientConfiguration(configuration.dns))
        } catch {
            throw Complaint("the DNS can't be asked: \(error)", advice: "see [dns] in \(configuration.file)")
        }
        let findings = await DomainCheck(publication, client: client).run()
        if try !common.printer.json(findings.map { FindingOutput($0) }) { show(findings) }
        if findings.contains(where: \.isTrouble) { throw ExitCode(Complaint.ExitCode.failed.rawValue) }
    }

    private func show(_ findings: [RecordFinding]) {
        let printer = common.printer
        let style = printer.terminal.style
        for finding in findings {
            let word = finding.status.rawValue
            let shown = finding.isTrouble ? style.red(word) : style.dim(word)
            let padding = String(repeating: " ", count: max(0, 8 - word.count))
            let name = DisplayText.printable(finding.record.name)
            printer.terminal.line("\(shown)\(padding) \(finding.record.data.type)  \(name)")
            if !finding.advice.isEmpty { printer.line("           \(finding.advice)") }
            guard finding.isTrouble, finding.status != .unknown else { continue }
            for found in finding.found { printer.line("           there:      \(found)") }
            printer.line("           should be:  \(finding.record.data.value)")
        }
        let count = findings.count(where: \.isTrouble)
        printer.line("")
        printer.line(
            count == 0
                ? "All is well with \(domain)."
                : "To be looked after at \(domain): \(QuantityText.count(Int64(count), "record")).")
    }
}

/// A finding, for programs.
private struct FindingOutput: Encodable {
    let record: RecordOutput
    let status: RecordFinding.Status
    let found: [String]
    let advice: String

    init(_ finding: RecordFinding) {
        record = RecordOutput(finding.record)
        status = finding.status
        found = finding.found
        advice = finding.advice
    }
}
