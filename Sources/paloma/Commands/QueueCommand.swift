import Admin
import ArgumentParser
import TerminalOutput

/// `paloma queue …`
struct QueueCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "queue", abstract: "Mail that waits to leave.", subcommands: [List.self, Show.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the messages that wait, the oldest first.",
            discussion: "This version does not send yet: mail for other servers waits here.")
        @OptionGroup var common: CommonOptions
        @Option(help: "At most so many.") var limit = 100
        @Option(help: ArgumentHelp("Those behind this queue id.", valueName: "id")) var after: String?

        func run() async throws {
            let request = AdminRequest.queueList(after: after, limit: limit)
            let result = try await StoreAccess.perform(request, try common.load())
            guard case .queue(let entries, let total) = result, try !common.printer.json(entries) else { return }
            var table = TextTable([
                .words("QUEUE ID"), .words("ACCEPTED"), .numbers("SIZE"), .words("SENDER"), .words("RECIPIENTS"),
            ])
            for entry in entries {
                table.add([
                    entry.id, QuantityText.localTime(secondsSince1970: entry.acceptedSeconds),
                    QuantityText.size(bytes: entry.sizeBytes), QueueCommand.sender(entry),
                    entry.recipients.map(\.address).joined(separator: ", "),
                ])
            }
            common.printer.table(table, ifEmpty: "The queue is empty.")
            if total > Int64(entries.count) {
                common.printer.line("\(QuantityText.count(total, "message")) in all; --after ID shows the next ones.")
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show one message of the queue.")
        @OptionGroup var common: CommonOptions
        @Argument(help: "Its queue id.") var id: String

        func run() async throws {
            let result = try await StoreAccess.perform(.queueShow(id: id), try common.load())
            guard case .queue(let entries, _) = result, let entry = entries.first, try !common.printer.json(entry)
            else {
                return
            }
            common.printer.details([
                ("queue id", entry.id),
                ("accepted", QuantityText.localTime(secondsSince1970: entry.acceptedSeconds)),
                ("size", QuantityText.size(bytes: entry.sizeBytes)), ("sender", QueueCommand.sender(entry)),
            ])
            var table = TextTable([.words("RECIPIENT"), .numbers("ATTEMPTS"), .words("LAST REPLY")])
            for recipient in entry.recipients {
                table.add([recipient.address, "\(recipient.attempts)", recipient.lastReply])
            }
            common.printer.table(table, ifEmpty: "It has no recipient left.")
        }
    }

    private static func sender(_ entry: QueueReport) -> String {
        guard let sender = entry.recipients.first?.sender else { return "" }
        return sender.isEmpty ? "<>" : sender
    }
}
