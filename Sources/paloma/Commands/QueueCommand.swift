import Admin
import ArgumentParser
import Glibc
import TerminalOutput

/// `paloma queue …`
struct QueueCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "queue", abstract: "Mail that waits to leave.",
        subcommands: [List.self, Show.self, Retry.self, Hold.self, Remove.self])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the messages that wait, the oldest first.")
        @OptionGroup var common: CommonOptions
        @Option(help: "At most so many.") var limit = 100
        @Option(help: ArgumentHelp("Those behind this queue id.", valueName: "id")) var after: String?

        func run() async throws {
            let request = AdminRequest.queueList(after: after, limit: limit)
            let result = try await StoreAccess.perform(request, try common.load())
            guard case .queue(let entries, let total) = result, try !common.printer.json(entries) else { return }
            var table = TextTable([
                .words("QUEUE ID"), .words("ACCEPTED"), .numbers("SIZE"), .words("SENDER"), .words("RECIPIENTS"),
                .words("NEXT ATTEMPT"),
            ])
            for entry in entries {
                table.add([
                    entry.id, QuantityText.localTime(secondsSince1970: entry.acceptedSeconds),
                    QuantityText.size(bytes: entry.sizeBytes), QueueCommand.sender(entry),
                    QueueCommand.recipients(entry), QueueCommand.nextAttempt(entry),
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
                ("state", entry.state),
            ])
            var table = TextTable([
                .words("RECIPIENT"), .numbers("ATTEMPTS"), .words("NEXT ATTEMPT"), .words("LAST REPLY"),
            ])
            for recipient in entry.recipients {
                table.add([
                    recipient.address, "\(recipient.attempts)",
                    entry.state == "held" ? "held" : QueueCommand.time(recipient.nextAttemptSeconds),
                    recipient.lastReply,
                ])
            }
            common.printer.table(table, ifEmpty: "It has no recipient left.")
            common.printer.line("Every attempt: paloma trace \(entry.id)")
        }
    }

    struct Retry: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Try a message at once, held or not; or everything that is not held.")
        @OptionGroup var common: CommonOptions
        @Argument(help: "Its queue id; without one everything.") var id: String?

        func run() async throws {
            let result = try await StoreAccess.perform(.queueRetry(id: id), try common.load())
            guard case .recipients(let count) = result, try !common.printer.json(["recipients": count]) else { return }
            common.printer.line(
                count == 0
                    ? "Nothing waits to be tried."
                    : "\(QuantityText.count(Int64(count), "recipient")) will be tried at once.")
        }
    }

    struct Hold: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Keep a message in the queue without trying it.",
            discussion: "It neither leaves nor comes back until: paloma queue retry ID")
        @OptionGroup var common: CommonOptions
        @Argument(help: "Its queue id.") var id: String

        func run() async throws {
            let result = try await StoreAccess.perform(.queueHold(id: id), try common.load())
            guard case .recipients(let count) = result, try !common.printer.json(["recipients": count]) else { return }
            common.printer.line(
                count == 0 ? "It is held already." : "Held; to let it go: paloma queue retry \(id)")
        }
    }

    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Take a message out of the queue. Nobody is told, neither its sender nor its recipients.")
        @OptionGroup var common: CommonOptions
        @Argument(help: "Its queue id.") var id: String

        func run() async throws {
            let result = try await StoreAccess.perform(.queueRemove(id: id), try common.load())
            guard case .recipients(let count) = result, try !common.printer.json(["recipients": count]) else { return }
            common.printer.line("Removed; \(QuantityText.count(Int64(count), "recipient")) will not get it.")
        }
    }

    private static func recipients(_ entry: QueueReport) -> String {
        let named = entry.recipients.prefix(3).map(\.address).joined(separator: ", ")
        let rest = entry.recipients.count - 3
        return rest > 0 ? "\(named) and \(rest) more" : named
    }

    private static func nextAttempt(_ entry: QueueReport) -> String {
        guard entry.state != "held" else { return "held" }
        return time(entry.recipients.map(\.nextAttemptSeconds).min() ?? 0)
    }

    /// A time that is over is that of an attempt under way, or about to be.
    private static func time(_ seconds: Int64) -> String {
        seconds <= Int64(Glibc.time(nil)) ? "now" : QuantityText.localTime(secondsSince1970: seconds)
    }

    private static func sender(_ entry: QueueReport) -> String {
        guard let sender = entry.recipients.first?.sender else { return "" }
        return sender.isEmpty ? "<>" : sender
    }
}
