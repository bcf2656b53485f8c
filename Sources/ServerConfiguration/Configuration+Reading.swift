internal import FoundationEssentials
internal import Glibc
internal import MailCore
internal import TOMLKit

extension Configuration {
    /// Octets that a configuration file may have.
    private static let fileBytesMax = 1 << 20

    /// Reads and checks the file.
    ///
    /// - Throws: every mistake that is in it.
    package static func load(file: String) throws(ConfigurationError) -> Configuration {
        guard let data = FileManager.default.contents(atPath: file) else {
            let reason = String(cString: strerror(errno))
            throw ConfigurationError(
                file: file,
                mistakes: [
                    ConfigurationMistake(
                        line: nil, problem: "this file can't be read: \(reason)",
                        advice: "name the right one with --config FILE, or make one with: paloma init DIR --domain D")
                ])
        }
        guard data.count <= fileBytesMax, let text = String(validating: data, as: UTF8.self), !text.utf8.contains(0)
        else {
            throw ConfigurationError(
                file: file,
                mistakes: [ConfigurationMistake(line: nil, problem: "this is not a configuration file of Paloma")])
        }
        return try parse(text, file: file)
    }

    /// Checks the text of a file; relative paths in it begin at the folder of `file`.
    package static func parse(_ text: String, file: String) throws(ConfigurationError) -> Configuration {
        let folder = absolute(folderOf(file), in: FileManager.default.currentDirectoryPath)
        return try TableReader.read(text, file: file) { read($0, file: file, folder: folder) }
    }

    private static func read(_ reader: TableReader, file: String, folder: String) -> Configuration? {
        reader.checkKeys([
            "hostname", "data", "tls", "dns", "outbound", "route", "queue", "listener", "limits", "login", "submission",
            "log",
        ])
        let hostname = readHostname(reader)
        let writtenData = reader.string("data") ?? "data"
        let data = absolute(writtenData, in: folder)
        if writtenData.isEmpty {
            reader.mistake("data", "data is empty", "name the folder for the mail, for example \"data\"")
        } else if isNotFolder(data) {
            reader.mistake("data", "\(data) is there and is not a folder", "name another in data")
        }
        let tls = readTLS(reader, folder: folder)
        let listeners = reader.sections("listener").compactMap { ListenerReader(reader: $0, folder: folder).read() }
        if !reader.has("listener") {
            reader.collector.add(
                line: nil, "there is no [[listener]]: nobody could connect",
                "add at least one; paloma init writes a file with all of them")
        }
        ListenerReader.checkTogether(listeners, hasTLS: reader.has("tls"), reader)
        let dns = reader.section("dns").map { readDNS($0, folder: folder) } ?? DNSConfiguration()
        let outbound = OutboundReader.read(reader)
        let queue = reader.section("queue").map(OutboundReader.readQueue) ?? QueueConfiguration()
        let limits = reader.section("limits").map(readLimits) ?? LimitsConfiguration()
        let login = reader.section("login").map(readLogin) ?? LoginConfiguration()
        let submission = reader.section("submission").map(readSubmission) ?? SubmissionConfiguration()
        let log = reader.section("log").map(readLog) ?? LogConfiguration(format: .human, level: .info)
        guard let hostname else { return nil }
        return Configuration(
            file: file, hostname: hostname, dataDirectory: data, tls: tls, dns: dns, outbound: outbound,
            queue: queue, listeners: listeners, limits: limits, login: login, submission: submission, log: log)
    }

    private static func readHostname(_ reader: TableReader) -> Domain? {
        guard reader.has("hostname") else {
            reader.collector.add(
                at: "hostname", "hostname is missing",
                "add the name by which the world finds this server: hostname = \"mail.example.org\"")
            return nil
        }
        guard let text = reader.string("hostname") else { return nil }
        guard let domain = Domain(text), !domain.isAddressLiteral else {
            reader.mistake(
                "hostname", "hostname is \"\(text)\", which is no host name",
                "write letters, digits, hyphens and dots, for example \"mail.example.org\"")
            return nil
        }
        return domain
    }

    private static func readTLS(_ reader: TableReader, folder: String) -> TLSConfiguration? {
        guard let section = reader.section("tls") else { return nil }
        section.checkKeys(["certificate", "key", "mta_sts"])
        let certificate = readFile("certificate", section, folder: folder)
        let key = readFile("key", section, folder: folder)
        guard let certificate, let key else { return nil }
        var tls = TLSConfiguration(certificatePath: certificate, keyPath: key)
        tls.strictTransport = section.choice("mta_sts", TLSConfiguration.StrictTransport.self) ?? tls.strictTransport
        return tls
    }

    private static func readFile(_ key: String, _ section: TableReader, folder: String) -> String? {
        guard section.has(key) else {
            section.mistake(key, "\(section.named(key)) is missing", "add the PEM file: \(key) = \"tls/\(key).pem\"")
            return nil
        }
        return section.string(key).flatMap {
            readableFile(
                absolute($0, in: folder), key, section, kind: "PEM file",
                advice: "put it there, or name the right one; paloma init makes a self-signed pair")
        }
    }

    /// - Returns: nil when it is not there or no file, which is noted.
    private static func readableFile(
        _ path: String, _ key: String, _ section: TableReader, kind: String, advice: String
    ) -> String? {
        guard access(path, R_OK) == 0 else {
            let reason = errno == ENOENT ? "is not there" : "can't be read: \(String(cString: strerror(errno)))"
            section.mistake(key, "the file of \(section.named(key)), \(path), \(reason)", advice)
            return nil
        }
        guard !isFolder(path) else {
            section.mistake(key, "\(section.named(key)), \(path), is a folder", "name the \(kind) in it")
            return nil
        }
        return path
    }

    private static func readDNS(_ section: TableReader, folder: String) -> DNSConfiguration {
        section.checkKeys(["servers", "trust_anchors", "timeout"])
        var dns = DNSConfiguration()
        dns.lookupSecondsMax = section.integer("timeout", in: 1...300) ?? dns.lookupSecondsMax
        dns.trustAnchorPaths = section.strings("trust_anchors").compactMap {
            readableFile(
                absolute($0, in: folder), "trust_anchors", section, kind: "file",
                advice: "name files with the DNSKEY or DS records of zones; empty takes the root's key of the system")
        }
        for text in section.strings("servers") {
            guard let server = SocketEndpoint(text, defaultPort: 53) else {
                section.mistake(
                    "servers", "\"\(text)\" in \(section.named("servers")) is no address",
                    "write IP addresses, with a port if it isn't 53: \"192.0.2.1\", \"127.0.0.1:5353\", \"[::1]:5353\"")
                continue
            }
            dns.servers.append(server)
        }
        return dns
    }

    private static func readLimits(_ section: TableReader) -> LimitsConfiguration {
        section.checkKeys([
            "message_size_max", "recipients_max", "connections_max", "connections_per_address_max",
            "connections_per_address_per_minute_max", "imap_sessions_per_account_max",
        ])
        var limits = LimitsConfiguration()
        let sizes = LimitsConfiguration.messageSizeBytesLeast...LimitsConfiguration.messageSizeBytesGreatest
        limits.messageSizeBytesMax = section.size("message_size_max", in: sizes) ?? limits.messageSizeBytesMax
        let recipients = LimitsConfiguration.recipientsLeast...100_000
        limits.recipientsMax = section.integer("recipients_max", in: recipients) ?? limits.recipientsMax
        limits.connectionsMax = section.integer("connections_max", in: 1...1_000_000) ?? limits.connectionsMax
        limits.connectionsPerAddressMax =
            section.integer("connections_per_address_max", in: 1...1_000_000) ?? limits.connectionsPerAddressMax
        limits.connectionsPerAddressPerMinuteMax =
            section.integer("connections_per_address_per_minute_max", in: 1...1_000_000)
            ?? limits.connectionsPerAddressPerMinuteMax
        limits.imapSessionsPerAccountMax =
            section.integer("imap_sessions_per_account_max", in: 1...1_000_000) ?? limits.imapSessionsPerAccountMax
        return limits
    }

    private static func readLogin(_ section: TableReader) -> LoginConfiguration {
        section.checkKeys([
            "failures_per_address_max", "failures_per_account_max", "window_minutes", "ban_minutes",
            "delay_seconds_max", "loopback",
        ])
        var login = LoginConfiguration()
        login.failuresPerAddressMax =
            section.integer("failures_per_address_max", in: 1...1_000_000) ?? login.failuresPerAddressMax
        login.failuresPerAccountMax =
            section.integer("failures_per_account_max", in: 1...1_000_000) ?? login.failuresPerAccountMax
        login.windowMinutes = section.integer("window_minutes", in: 1...10_080) ?? login.windowMinutes
        login.banMinutes = section.integer("ban_minutes", in: 1...10_080) ?? login.banMinutes
        login.delaySecondsMax = section.integer("delay_seconds_max", in: 0...60) ?? login.delaySecondsMax
        login.loopback = section.choice("loopback", LoginConfiguration.Loopback.self) ?? login.loopback
        return login
    }

    private static func readSubmission(_ section: TableReader) -> SubmissionConfiguration {
        section.checkKeys(["messages_per_day_max", "recipients_per_day_max", "hold_days_max", "header_from"])
        var submission = SubmissionConfiguration()
        submission.messagesPerDayMax =
            section.integer("messages_per_day_max", in: 1...100_000_000) ?? submission.messagesPerDayMax
        submission.recipientsPerDayMax =
            section.integer("recipients_per_day_max", in: 1...100_000_000) ?? submission.recipientsPerDayMax
        // Nine digits of seconds are what HOLDFOR can say (RFC 4865 §4).
        submission.holdDaysMax = section.integer("hold_days_max", in: 1...10_000) ?? submission.holdDaysMax
        submission.headerFrom =
            section.choice("header_from", SubmissionConfiguration.HeaderFrom.self) ?? submission.headerFrom
        return submission
    }

    private static func readLog(_ section: TableReader) -> LogConfiguration {
        section.checkKeys(["format", "level"])
        let format = section.choice("format", LogConfiguration.Format.self)
        let level = section.choice("level", LogConfiguration.Level.self)
        return LogConfiguration(format: format ?? .human, level: level ?? .info)
    }
}

// MARK: Paths

extension Configuration {
    /// `path` as it is when absolute, else within `folder`.
    static func absolute(_ path: String, in folder: String) -> String {
        var path = path
        while path.hasPrefix("./") { path = String(path.dropFirst(2)) }
        while path.count > 1, path.hasSuffix("/") { path.removeLast() }
        if path.hasPrefix("/") { return path }
        if path.isEmpty || path == "." { return folder }
        return folder.hasSuffix("/") ? folder + path : "\(folder)/\(path)"
    }

    private static func folderOf(_ file: String) -> String {
        guard let slash = file.lastIndex(of: "/") else { return "." }
        return slash == file.startIndex ? "/" : String(file[..<slash])
    }

    private static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    private static func isNotFolder(_ path: String) -> Bool {
        access(path, F_OK) == 0 && !isFolder(path)
    }
}
