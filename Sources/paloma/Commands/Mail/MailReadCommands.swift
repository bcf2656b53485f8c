import ArgumentParser
import Glibc
import IMAP
import InternetMessage
import MailClient
import MailCore
import TerminalOutput

/// `paloma mail read`
struct MailReadCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "read", abstract: "Show a message: decoded, HTML as text; it becomes read.")
    @OptionGroup var common: CommonOptions
    @OptionGroup var mail: MailOptions
    @OptionGroup var place: MailMessageOptions
    @Argument(help: "The message's UID.") var uid: UInt32
    @Flag(help: "All fields of the header.") var header = false
    @Flag(help: "The message's octets as they are, for programs.") var raw = false
    @Flag(help: "Leave it unread.") var keepUnread = false

    func run() async throws {
        let (uid, folder, keepsUnread) = (self.uid, place.folder, keepUnread)
        let (name, fetched) = try await mail.run(common) { session, _ in
            try await session.select(try await session.folder(folder), keepsUnread ? .readOnly : .readWrite)
            let fetched = try await session.message(uid)
            if !keepsUnread, !fetched.flags.contains(.seen) { try await session.store(.add, FlagList(.seen), [uid]) }
            return (session.current?.folder.name ?? folder, fetched)
        }
        if raw { return try writeRaw(fetched.octets) }
        let message = ReadableMessage(fetched.octets)
        guard try !common.printer.json(MailMessageReport(fetched, message, in: name)) else { return }
        show(message)
    }

    private func writeRaw(_ octets: [UInt8]) throws {
        guard isatty(STDOUT_FILENO) == 0 else {
            throw Complaint(
                "a message as it is may do harm on a terminal", advice: "send it to a file: … --raw > message.eml",
                exitCode: .wrongUse)
        }
        var rest = octets[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(STDOUT_FILENO, $0.baseAddress, $0.count) }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }

    private func show(_ message: ReadableMessage) {
        let printer = common.printer
        var pairs: [(name: String, value: String)] = []
        if header {
            pairs = message.fields.map { ($0.name, $0.value) }
        } else {
            pairs.append(("From", message.from.map(\.text).joined(separator: ", ")))
            if !message.to.isEmpty { pairs.append(("To", message.to.map(\.text).joined(separator: ", "))) }
            if !message.cc.isEmpty { pairs.append(("Cc", message.cc.map(\.text).joined(separator: ", "))) }
            if let date = message.date { pairs.append(("Date", MailText.date(date.secondsSince1970))) }
            pairs.append(("Subject", message.subject))
        }
        printer.details(pairs)
        printer.line("")
        for line in message.lines { printer.line(line) }
        if !message.links.isEmpty {
            printer.line("")
            for (place, link) in message.links.enumerated() { printer.line("[\(place + 1)] \(link)") }
        }
        guard !message.attachments.isEmpty else { return }
        printer.line("")
        var table = TextTable([.numbers("FILE"), .words("NAME"), .words("TYPE"), .numbers("SIZE")])
        for attachment in message.attachments {
            table.add([
                "\(attachment.number)", AttachmentFile.safeName(attachment), attachment.mediaType,
                QuantityText.size(bytes: Int64(attachment.octets)),
            ])
        }
        printer.table(table, ifEmpty: "")
    }
}

/// `paloma mail save`
struct MailSaveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "save", abstract: "Save a message's files. No file is written over.")
    @OptionGroup var common: CommonOptions
    @OptionGroup var mail: MailOptions
    @OptionGroup var place: MailMessageOptions
    @Argument(help: "The message's UID.") var uid: UInt32
    @Argument(help: "Only these files, by their numbers in read.") var numbers: [Int] = []
    @Option(name: .customLong("to"), help: ArgumentHelp("The folder on this machine.", valueName: "directory"))
    var directory = "."

    private struct Report: Encodable {
        let number: Int
        let path: String
        let size: Int
    }

    func run() async throws {
        let (uid, folder) = (self.uid, place.folder)
        let fetched = try await mail.run(common) { session, _ in
            try await session.select(try await session.folder(folder), .readOnly)
            return try await session.message(uid)
        }
        let message = ReadableMessage(fetched.octets)
        for number in numbers where !message.attachments.contains(where: { $0.number == number }) {
            throw Complaint(
                "message \(uid) has no file \(number)",
                advice: "it has \(QuantityText.count(Int64(message.attachments.count), "file"))", exitCode: .wrongUse)
        }
        var reports: [Report] = []
        for attachment in message.attachments where numbers.isEmpty || numbers.contains(attachment.number) {
            let octets = message.content(of: attachment)
            let path = try AttachmentFile.save(octets, named: AttachmentFile.safeName(attachment), in: directory)
            reports.append(Report(number: attachment.number, path: path, size: octets.count))
        }
        guard try !common.printer.json(reports) else { return }
        for report in reports { common.printer.line("\(report.path)  \(QuantityText.size(bytes: Int64(report.size)))") }
        if reports.isEmpty { common.printer.line("Message \(uid) has no files.") }
    }
}
