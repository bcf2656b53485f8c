import Admin
import ArgumentParser
import Glibc
import RemoteAccounts
import ServerConfiguration
import TerminalOutput

/// `paloma fetch …`
struct FetchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fetch", abstract: "Bring mail home from accounts on other servers.",
        discussion: """
            The server looks for mail by itself. A message is deleted there only when --keep says so, and never before it is \
            on disk here.
            """,
        subcommands: [Add.self, List.self, Show.self, Run.self, Import.self, Password.self, Remove.self])

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Add an account elsewhere.",
            discussion: "The password is read from standard input or asked for, and kept encrypted.")
        @OptionGroup var common: CommonOptions
        @OptionGroup var secrets: FetchSecretOptions
        @OptionGroup var place: FetchPlaceOptions
        @Argument(help: "The account here that gets the mail.") var account: String
        @Option(help: "What its server speaks: pop3 or imap.") var `protocol` = "imap"
        @Option(help: "How long messages stay there once they are here: forever, or a number of days.")
        var keep = "forever"
        @Option(help: "How often to look for mail, in seconds; with IMAP's IDLE it comes at once besides.")
        var every: Int64 = 300

        func run() async throws {
            let configuration = try common.load()
            guard let service = RemoteSettings.Service(rawValue: self.protocol) else {
                throw Complaint(
                    "“\(self.protocol)” is not fetched", advice: "give --protocol pop3 or imap", exitCode: .wrongUse)
            }
            var settings = try place.settings(service, secrets)
            guard let keeping = RemoteSettings.Keeping(text: keep) else {
                throw Complaint(
                    "“\(keep)” does not say how long messages stay",
                    advice: "give --keep forever, or a number of days", exitCode: .wrongUse)
            }
            settings.keeping = keeping
            settings.pollSeconds = every
            let request = AdminRequest.fetchAdd(
                AdminRemoteAccount(account: account, name: place.name, settings: settings),
                secret: try secrets.secret(settings.secretKind))
            try FetchCommand.show(try await StoreAccess.perform(request, configuration), common)
        }
    }

    struct Import: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Bring all mail of an IMAP account home once, with its folders, flags and dates.",
            discussion: """
                Nothing is changed there. When it is interrupted, the same command goes on where it was; said again later it \
                brings what has come since.
                """)
        @OptionGroup var common: CommonOptions
        @OptionGroup var secrets: FetchSecretOptions
        @OptionGroup var place: FetchPlaceOptions
        @Argument(help: "The account here that gets the mail.") var account: String

        func run() async throws {
            let configuration = try common.load()
            let settings = try place.settings(.imap, secrets)
            let request = AdminRequest.fetchImport(
                AdminRemoteAccount(account: account, name: place.name, settings: settings),
                secret: try secrets.secret(settings.secretKind))
            let result = try await StoreAccess.perform(
                request, configuration, title: "Importing", unit: .items("messages"))
            try TransferPaths.show(result, common, "imported")
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the accounts elsewhere and how it goes.")
        @OptionGroup var common: CommonOptions
        @Argument(help: "Only those of this account.") var account: String?

        func run() async throws {
            let result = try await StoreAccess.perform(.fetchList(account: account), try common.load())
            guard case .fetching(let reports) = result, try !common.printer.json(reports) else { return }
            var table = TextTable([
                .words("ACCOUNT"), .words("FROM"), .words("SERVER"), .numbers("MESSAGES"), .words("LAST RUN"),
                .words("STATE"),
            ])
            for report in reports {
                table.add([
                    report.account, report.name, "\(report.settings.service.rawValue) \(report.settings.host)",
                    QuantityText.grouped(report.messages), FetchCommand.time(report.lastRunSeconds),
                    FetchCommand.state(report),
                ])
            }
            common.printer.table(
                table, ifEmpty: "Nothing is fetched from elsewhere. Begin with: paloma fetch add --help")
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show an account elsewhere.")
        @OptionGroup var common: CommonOptions
        @Argument(help: "The account here.") var account: String
        @Argument(help: "What the account elsewhere is called; not needed where there is one only.") var name = ""

        func run() async throws {
            let result = try await StoreAccess.perform(
                .fetchShow(account: account, name: name), try common.load())
            try FetchCommand.show(result, common)
        }
    }

    struct Run: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Look for mail at once.")
        @OptionGroup var common: CommonOptions
        @Argument(help: "The account here.") var account: String
        @Argument(help: "What the account elsewhere is called; not needed where there is one only.") var name = ""

        func run() async throws {
            let result = try await StoreAccess.perform(
                .fetchRun(account: account, name: name), try common.load(), title: "Fetching",
                unit: .items("messages"))
            try TransferPaths.show(result, common, "fetched")
        }
    }

    struct Password: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Give an account elsewhere another password.")
        @OptionGroup var common: CommonOptions
        @OptionGroup var secrets: FetchSecretOptions
        @Argument(help: "The account here.") var account: String
        @Argument(help: "What the account elsewhere is called; not needed where there is one only.") var name = ""

        func run() async throws {
            let configuration = try common.load()
            let shown = try await StoreAccess.perform(.fetchShow(account: account, name: name), configuration)
            guard case .fetching(let reports) = shown, let kind = reports.first?.settings.secretKind else { return }
            let request = AdminRequest.fetchPassword(
                account: account, name: name, secret: try secrets.secret(kind))
            try FetchCommand.show(try await StoreAccess.perform(request, configuration), common)
        }
    }

    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Fetch from an account elsewhere no longer; the mail that came stays.")
        @OptionGroup var common: CommonOptions
        @Argument(help: "The account here.") var account: String
        @Argument(help: "What the account elsewhere is called; not needed where there is one only.") var name = ""

        func run() async throws {
            _ = try await StoreAccess.perform(.fetchRemove(account: account, name: name), try common.load())
            common.printer.line("Removed. The mail that came from there stays.")
        }
    }

    // MARK: What they show

    private static func show(_ result: AdminResult, _ common: CommonOptions) throws {
        guard case .fetching(let reports) = result, let report = reports.first, try !common.printer.json(report)
        else { return }
        let settings = report.settings
        common.printer.details([
            ("account", report.account),
            ("from", report.name),
            ("server", "\(settings.service.rawValue) \(settings.host):\(settings.port), TLS \(settings.tls.rawValue)"),
            ("user", settings.userName),
            (
                "log in by",
                settings.oauth.map { "OAuth 2.0, tokens from \($0.tokenEndpoint)" } ?? settings.secretKind.text
            ),
            ("kept there", settings.keeping.text),
            ("looked at", settings.pollSeconds == 0 ? "when asked" : "every \(settings.pollSeconds) seconds"),
            ("mailbox", settings.mailbox.isEmpty ? "as there" : settings.mailbox),
            ("fetched", "\(QuantityText.count(report.messages, "message")), \(QuantityText.size(bytes: report.bytes))"),
            ("last run", time(report.lastRunSeconds)),
            ("last success", time(report.lastSuccessSeconds)),
            ("state", FetchCommand.state(report)),
        ])
    }

    private static func state(_ report: FetchAccountReport) -> String {
        guard report.lastError.isEmpty else { return report.lastError }
        return report.lastRunSeconds == 0 ? "not looked at yet" : "good"
    }

    private static func time(_ seconds: Int64) -> String {
        seconds == 0 ? "never" : QuantityText.localTime(secondsSince1970: seconds)
    }
}

/// Where an account elsewhere is.
struct FetchPlaceOptions: ParsableArguments {
    @Option(help: "The server's name or address; not needed with --oauth google or microsoft.") var host: String?
    @Option(help: "Its port; without it the usual one.") var port: Int?
    @Option(help: "When TLS begins: implicit, starttls or none.") var tls = "implicit"
    @Option(help: "The user's name there.") var user: String
    @OptionGroup var oauth: FetchOAuthOptions
    @Option(help: "What to call it; without it user@host.") var name: String?
    @Option(help: "Which folders of an IMAP account: all, or inbox.") var folders = "all"
    @Option(
        help: """
            The mailbox here that gets the mail; its folders go below. Without it INBOX goes to INBOX, Sent to Sent and so \
            on.
            """)
    var mailbox: String?
    @Option(
        help: ArgumentHelp("A PEM file with certificates to trust beside the system's.", valueName: "file"),
        completion: .file())
    var caFile: String?

    func settings(_ service: RemoteSettings.Service, _ secrets: FetchSecretOptions) throws -> RemoteSettings {
        guard let tls = RemoteSettings.TLS(rawValue: tls) else {
            throw Complaint(
                "“\(tls)” says nothing about TLS", advice: "give --tls implicit, starttls or none", exitCode: .wrongUse)
        }
        guard let folders = RemoteSettings.Folders(rawValue: folders) else {
            throw Complaint(
                "“\(folders)” names no folders", advice: "give --folders all or inbox", exitCode: .wrongUse)
        }
        let grant = try oauth.settings(service)
        guard let host = host ?? oauth.host(service) else {
            throw Complaint("the server is missing", advice: "give its name with --host", exitCode: .wrongUse)
        }
        return RemoteSettings(
            service: service, host: host, port: port ?? service.port(tls), tls: tls, userName: user,
            secretKind: grant != nil ? .grant : secrets.tokenStdin ? .token : .password,
            mailbox: mailbox ?? (service == .pop3 ? "INBOX" : ""), folders: folders,
            authorityFile: try caFile.map(TransferPaths.existing), oauth: grant)
    }
}

extension RemoteSettings.Keeping {
    /// Reads `forever`, or a number of days.
    init?(text: String) {
        if text == "forever" {
            self = .forever
        } else if let days = Int(text), days >= 0 {
            self = .days(days)
        } else {
            return nil
        }
    }

    /// For people.
    var text: String {
        switch self {
        case .forever: "forever"
        case .days(0): "until they are here"
        case .days(let days): QuantityText.count(Int64(days), "day")
        }
    }
}

extension RemoteSettings.Service {
    /// The usual port (RFC 1939 §3, RFC 8314 §3.2, §3.3; RFC 9051 §2.1).
    func port(_ tls: RemoteSettings.TLS) -> Int {
        switch (self, tls) {
        case (.pop3, .implicit): 995
        case (.pop3, _): 110
        case (.imap, .implicit): 993
        case (.imap, _): 143
        }
    }
}

extension RemoteSettings.SecretKind {
    /// For people.
    var text: String {
        switch self {
        case .password: "password"
        case .token: "OAuth 2.0, with a token that is not renewed"
        case .grant: "OAuth 2.0"
        }
    }
}
