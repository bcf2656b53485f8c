import Admin
import ArgumentParser
import TerminalOutput

/// `paloma mailbox …`
struct MailboxCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mailbox", abstract: "An account's mailboxes (folders), and with whom they are shared.",
        discussion: """
            Others see what is shared with them below Users/ADDRESS, or below Shared/ADDRESS when the account is a team's.
            """,
        subcommands: [
            List.self, Create.self, Delete.self, Rename.self, Share.self, Unshare.self, Rights.self, Owner.self,
        ])

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List an account's mailboxes.")
        @OptionGroup var common: CommonOptions
        @Argument(help: "The account's address.") var address: String

        func run() async throws {
            guard let reports = try await MailboxCommand.reports(.mailboxList(account: address), common) else { return }
            var table = TextTable([
                .words("MAILBOX"), .words("USE"), .numbers("MESSAGES"), .numbers("UNREAD"), .numbers("SIZE"),
                .words("SHARED WITH"),
            ])
            for report in reports {
                table.add([
                    report.name, report.specialUse ?? "", QuantityText.grouped(report.messages),
                    QuantityText.grouped(report.unread), QuantityText.size(bytes: report.bytes),
                    report.sharedWith.map(\.party).joined(separator: ", "),
                ])
            }
            common.printer.table(table, ifEmpty: "The account has no mailbox.")
        }
    }

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Make a mailbox, and those above it.")
        @OptionGroup var common: CommonOptions
        @Argument(help: "The account's address.") var address: String
        @Argument(help: "The mailbox's name, levels separated by /.") var name: String

        func run() async throws {
            let request = AdminRequest.mailboxCreate(account: address, name: name)
            guard let reports = try await MailboxCommand.reports(request, common) else { return }
            for report in reports { common.printer.line("Mailbox \(report.name) of \(address) is made.") }
        }
    }

    struct Delete: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Delete a mailbox with its messages; those below it stay.")
        @OptionGroup var common: CommonOptions
        @Argument(help: "The account's address.") var address: String
        @Argument(help: "The mailbox's name.") var name: String

        func run() async throws {
            let result = try await StoreAccess.perform(
                .mailboxDelete(account: address, name: name), try common.load())
            guard case .nothing = result, try !common.printer.json(["deleted": name]) else { return }
            common.printer.line("Mailbox \(name) of \(address) is deleted.")
        }
    }

    struct Rename: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Rename a mailbox with those below it.",
            discussion: "INBOX stays: renaming it moves its messages to a new mailbox.")
        @OptionGroup var common: CommonOptions
        @Argument(help: "The account's address.") var address: String
        @Argument(help: "The mailbox's name.") var name: String
        @Argument(help: "Its new name.") var newName: String

        func run() async throws {
            let request = AdminRequest.mailboxRename(account: address, name: name, to: newName)
            guard try await MailboxCommand.reports(request, common) != nil else { return }
            common.printer.line("Mailbox \(name) of \(address) is renamed.")
        }
    }

    struct Share: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Share a mailbox.",
            discussion: """
                Rights: read (see and read), write (also flag, add and delete messages), all (also make and delete \
                mailboxes and share them), or letters as in IMAP (RFC 4314): l see, r read, s mark as seen, w other flags, \
                i add messages, p post, k make mailboxes, x delete the mailbox, t mark as deleted, e expunge, a administer.
                """)
        @OptionGroup var common: CommonOptions
        @Argument(help: "The account's address.") var address: String
        @Argument(help: "The mailbox's name. Default: all mailboxes.") var name: String?
        @Option(
            name: .customLong("with"),
            help: ArgumentHelp("An account, a list, a domain like @example.org, or anyone.", valueName: "whom"))
        var party: String
        @Option(help: "read, write, all, or letters.") var rights = "read"

        func run() async throws {
            let request = AdminRequest.mailboxShare(
                account: address, name: name, with: party, rights: MailboxCommand.letters[rights] ?? rights)
            guard let reports = try await MailboxCommand.reports(request, common) else { return }
            for report in reports {
                common.printer.line("\(party) has \(rights) on \(report.name), as \(report.nameForOthers).")
            }
        }
    }

    struct Unshare: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Share a mailbox no more.")
        @OptionGroup var common: CommonOptions
        @Argument(help: "The account's address.") var address: String
        @Argument(help: "The mailbox's name. Default: all mailboxes.") var name: String?
        @Option(
            name: .customLong("with"),
            help: ArgumentHelp("An account, a list, a domain like @example.org, or anyone.", valueName: "whom"))
        var party: String

        func run() async throws {
            let request = AdminRequest.mailboxShare(account: address, name: name, with: party, rights: "")
            guard let reports = try await MailboxCommand.reports(request, common) else { return }
            for report in reports { common.printer.line("\(report.name) is not shared with \(party).") }
        }
    }

    struct Rights: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show with whom a mailbox is shared.")
        @OptionGroup var common: CommonOptions
        @Argument(help: "The account's address.") var address: String
        @Argument(help: "The mailbox's name.") var name: String

        func run() async throws {
            let request = AdminRequest.mailboxRights(account: address, name: name)
            guard let reports = try await MailboxCommand.reports(request, common) else { return }
            var table = TextTable([.words("WHO"), .words("RIGHTS"), .words("DENIED")])
            for access in reports.flatMap(\.sharedWith) { table.add([access.party, access.rights, access.denied]) }
            common.printer.table(table, ifEmpty: "\(name) is not shared.")
        }
    }

    struct Owner: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Say whether an account's mailboxes are a person's (Users/…) or a team's (Shared/…) to others.")
        @OptionGroup var common: CommonOptions
        @Argument(help: "The account's address.") var address: String
        @Argument(help: "person or team.") var kind: OwnerKind

        func run() async throws {
            let request = AdminRequest.mailboxOwner(account: address, kind: kind == .team ? .team : .person)
            guard let reports = try await MailboxCommand.reports(request, common) else { return }
            let example = reports.first?.nameForOthers ?? ""
            common.printer.line("Others see what \(address) shares as a \(kind.rawValue)’s: \(example).")
        }
    }

    enum OwnerKind: String, ExpressibleByArgument, CaseIterable {
        case person
        case team
    }

    /// Words for rights that are often given together.
    private static let letters = ["read": "lrs", "write": "lrswite", "all": "lrswipkxtea"]

    /// What comes back; nil when it was printed as JSON.
    private static func reports(_ request: AdminRequest, _ common: CommonOptions) async throws -> [MailboxReport]? {
        let result = try await StoreAccess.perform(request, try common.load())
        guard case .mailboxes(let reports) = result, try !common.printer.json(reports) else { return nil }
        return reports
    }
}
