import Admin
import ArgumentParser
import TerminalOutput

/// `paloma trace …`
struct TraceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trace", abstract: "Tell what happened to a message, step by step.",
        discussion:
            "A queue id stands in the log and in the server's reply to the sender; a Message-ID is written with <…>.")
    @OptionGroup var common: CommonOptions
    @Argument(help: "A queue id, a Message-ID, or the address of a sender or recipient.") var subject: String
    @Option(help: "At most so many messages, the latest first.") var limit = 10

    func run() async throws {
        let result = try await StoreAccess.perform(.trace(subject: subject, limit: limit), try common.load())
        guard case .traces(let traces) = result, try !common.printer.json(traces) else { return }
        guard !traces.isEmpty else {
            throw Complaint(
                "nothing is known of \(subject)",
                advice:
                    "the trace is kept for some days ([queue] trace_days); addresses are compared as they were written")
        }
        for (index, trace) in traces.enumerated() {
            if index > 0 { common.printer.line("") }
            common.printer.line("message \(trace.id)")
            for line in TraceText.lines(trace) { common.printer.line(line) }
        }
    }
}
