internal import FoundationEssentials
internal import Glibc
internal import InternetMessage
internal import MailCore
internal import RemoteLinks
internal import SASL
package import ServerConfiguration

/// The user's accounts, `~/.config/paloma/mail.toml`: the first one is used unless `default` names another.
package struct MailAccountsFile: Sendable {
    /// In the file's order.
    package let accounts: [MailAccount]
    /// The name of the one that is used where none is named.
    package let defaultName: String

    /// Reads a file.
    ///
    /// - Throws: `ConfigurationError` with every mistake in it.
    package static func load(_ path: String) throws(ConfigurationError) -> MailAccountsFile {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw failure(path, "this file can't be read: \(String(cString: strerror(errno)))")
        }
        guard data.count <= MailClientLimits.accountsFileOctetsMax,
            let text = String(validating: data, as: UTF8.self), !text.utf8.contains(0)
        else { throw failure(path, "this is no file of accounts") }
        var state = stat()
        let isShown = stat(path, &state) != 0 || state.st_mode & 0o077 != 0
        return try parse(text, file: path, privacy: isShown ? .readableByOthers : .ownersAlone)
    }

    private static func failure(_ path: String, _ problem: String) -> ConfigurationError {
        ConfigurationError(file: path, mistakes: [ConfigurationMistake(line: nil, problem: problem)])
    }

    /// Who can read the file.
    package enum Privacy: Sendable {
        case ownersAlone
        case readableByOthers
    }

    /// Reads the text of a file.
    package static func parse(
        _ text: String, file: String, privacy: Privacy
    ) throws(ConfigurationError) -> MailAccountsFile {
        try TableReader.read(text, file: file) { reader in
            reader.checkKeys(["default", "account"])
            let readers = reader.sections("account")
            let accounts = readers.compactMap { MailAccountReader(reader: $0, privacy: privacy).read() }
            guard let first = accounts.first else {
                if readers.isEmpty {
                    reader.mistake("account", "there is no [[account]]", "see docs/mail-client.md for an example")
                }
                return nil
            }
            let name = reader.string("default") ?? first.name
            if !accounts.contains(where: { $0.name == name }) {
                reader.mistake("default", "no account has the name \"\(name)\"", "write the name of one of them")
            }
            return MailAccountsFile(accounts: accounts, defaultName: name)
        }
    }

    /// The account of a name or an address; the default one for nil.
    package func account(_ wanted: String?) -> MailAccount? {
        let key = (wanted ?? defaultName).lowercased()
        return accounts.first { $0.name.lowercased() == key }
            ?? accounts.first { $0.author.address.written.lowercased() == key }
    }
}

/// Reads one `[[account]]`.
private struct MailAccountReader {
    let reader: TableReader
    let privacy: MailAccountsFile.Privacy

    enum TLS: String, CaseIterable {
        case implicit
        case starttls
        case none
    }

    func read() -> MailAccount? {
        reader.checkKeys([
            "name", "address", "full_name", "also", "user", "password", "password_command", "token_command", "imap",
            "imap_tls", "submission", "submission_tls", "ca_file", "certificate_fingerprint", "certificate_name",
            "submission_ca_file", "submission_certificate_fingerprint", "submission_certificate_name", "signature",
            "sent_copy",
        ])
        guard let text = reader.string("address"), let address = EmailAddress(text) else {
            reader.mistake("address", "the account has no address", "write it like address = \"ana@example.org\"")
            return nil
        }
        let imap = endpoint("imap", "imap_tls", ports: (implicit: 993, clear: 143))
        let submission = endpoint("submission", "submission_tls", ports: (implicit: 465, clear: 587))
        guard let imap else {
            if !reader.has("imap") {
                reader.mistake(
                    "imap", "the account has no IMAP server", "write it like imap = \"imap.example.org:993\"")
            }
            return nil
        }
        var account = MailAccount(
            name: reader.string("name") ?? address.written,
            author: MessageBuilder.NamedAddress(name: reader.string("full_name"), address: address), imap: imap,
            submission: submission, userName: reader.string("user") ?? address.written)
        account.otherAddresses = reader.strings("also").compactMap { EmailAddress($0) }
        account.signature = reader.string("signature") ?? ""
        account.sentCopy = reader.bool("sent_copy") == false ? .left : .kept
        readPassword(&account)
        return account
    }

    private func readPassword(_ account: inout MailAccount) {
        if let password = reader.string("password") {
            if privacy == .readableByOthers {
                reader.mistake(
                    "password", "others can read this file, and a password stands in it",
                    "make it yours alone with chmod 600, or write password_command in its place")
            }
            account.password = .known(SecretBytes(password.utf8))
        } else if let command = reader.string("password_command") {
            account.password = .command(command)
        } else if let command = reader.string("token_command") {
            account.password = .command(command)
            account.secretKind = .bearerToken
        }
    }

    private func endpoint(_ key: String, _ tlsKey: String, ports: (implicit: Int, clear: Int)) -> RemoteEndpoint? {
        guard let text = reader.string(key) else { return nil }
        let tls = reader.choice(tlsKey, TLS.self) ?? .implicit
        var host = text
        var port = tls == .implicit ? ports.implicit : ports.clear
        let digits = text.drop { $0 != ":" }.dropFirst()
        if text.hasPrefix("["), let close = text.firstIndex(of: "]") {
            host = String(text[text.index(after: text.startIndex)..<close])
            port = Int(text[close...].dropFirst(2)) ?? port
        } else if !digits.isEmpty, !digits.contains(":") {
            host = String(text.prefix { $0 != ":" })
            port = Int(digits) ?? 0
        }
        guard !host.isEmpty, (1...65_535).contains(port) else {
            reader.mistake(key, "\(key) is no server", "write it like \(key) = \"mail.example.org:\(ports.implicit)\"")
            return nil
        }
        let start: RemoteEndpoint.TLS =
            switch tls {
            case .implicit: .implicit
            case .starttls: .startTLS
            case .none: .none
            }
        var endpoint = RemoteEndpoint(host: host, port: port, tls: start)
        endpoint.authorityFile = certified("ca_file", key)?.value.map(MailPaths.expanded)
        endpoint.certificateName = certified("certificate_name", key)?.value
        if let (name, value) = certified("certificate_fingerprint", key), let value {
            endpoint.fingerprint = fingerprint(value, name)
        }
        return endpoint
    }

    /// What is said of both servers, or of submission's alone, with the key that says it.
    private func certified(_ name: String, _ server: String) -> (key: String, value: String?)? {
        let own = "\(server)_\(name)"
        return server == "submission" && reader.has(own) ? (own, reader.string(own)) : (name, reader.string(name))
    }

    /// `AB:CD:…`, the 32 octets of SHA-256.
    private func fingerprint(_ text: String, _ key: String) -> [UInt8]? {
        let digits = text.filter { $0 != ":" && $0 != " " }
        let octets = stride(from: 0, to: digits.count - 1, by: 2).compactMap { offset in
            UInt8(digits.dropFirst(offset).prefix(2), radix: 16)
        }
        guard digits.count == 64, octets.count == 32 else {
            reader.mistake(
                key, "this is no fingerprint by SHA-256",
                "write the 64 digits that openssl x509 -noout -fingerprint -sha256 shows")
            return nil
        }
        return octets
    }
}
