package import MailCore
internal import SASL

/// The client's side of handing one message over by SMTP, one command at a time as in RFC 5321 appendix D, to be watched.
package struct SendingDialogue {
    /// Who sends.
    package enum Role: Sendable {
        /// Somebody with an account, who logs in behind TLS (RFC 6409).
        case user(name: String, password: String)
        /// A server elsewhere, behind TLS when it is offered.
        case server
    }

    /// Who sends.
    package let role: Role
    /// What EHLO says.
    package let clientName: String
    /// The server's name, which its certificate has.
    package let hostname: String
    /// Its certificate.
    package let certificateFile: String

    /// Puts the parts together.
    package init(role: Role, clientName: String, hostname: String, certificateFile: String) {
        self.role = role
        self.clientName = clientName
        self.hostname = hostname
        self.certificateFile = certificateFile
    }

    /// Sends one message, and ends the conversation.
    ///
    /// - Parameter message: ends with CRLF.
    /// - Returns: the queue id that the server has told, if it has.
    package func send(
        from sender: EmailAddress, to recipient: EmailAddress, message: [UInt8], over connection: DialogueConnection
    ) async throws -> String? {
        _ = try await reply(connection, "2")
        var keywords = try await greet(connection)
        if keywords.contains("STARTTLS") {
            _ = try await command("STARTTLS", connection, "2")
            try await connection.startTLS(trusting: certificateFile, hostname: hostname)
            keywords = try await greet(connection)
        }
        if case .user(let name, let password) = role {
            guard connection.isSecured else {
                throw LabError("the server offers no TLS: the password is not sent")
            }
            try await logIn(name, password, connection)
        }
        _ = try await command("MAIL FROM:<\(sender.written)>", connection, "2")
        _ = try await command("RCPT TO:<\(recipient.written)>", connection, "2")
        _ = try await command("DATA", connection, "3")
        for line in SendingDialogue.stuffedLines(message) { try await connection.send(line) }
        let done = try await command(".", connection, "2")
        _ = try await command("QUIT", connection, "2")
        return SendingDialogue.queueID(done)
    }

    private func greet(_ connection: DialogueConnection) async throws -> Set<String> {
        let lines = try await command("EHLO \(clientName)", connection, "2")
        return Set(lines.dropFirst().compactMap { $0.split(separator: " ").first.map { $0.uppercased() } })
    }

    private func logIn(_ name: String, _ password: String, _ connection: DialogueConnection) async throws {
        let identity = SASLBase64.encode(Array("\0\(name)\0\(password)".utf8))
        let line = "AUTH PLAIN \(String(decoding: identity, as: UTF8.self))"
        try await connection.send(line, shown: "AUTH PLAIN (\(name) and the password)")
        _ = try await reply(connection, "2")
    }

    private func command(
        _ line: String, _ connection: DialogueConnection, _ expected: String
    ) async throws -> [String] {
        try await connection.send(line)
        return try await reply(connection, expected)
    }

    /// The texts of a reply's lines (RFC 5321 §4.2.1).
    private func reply(_ connection: DialogueConnection, _ expected: String) async throws -> [String] {
        var texts: [String] = []
        while true {
            let line = try await connection.line()
            texts.append(String(line.dropFirst(4)))
            if line.dropFirst(3).first == "-" { continue }
            guard line.hasPrefix(expected) else { throw LabError("the server refuses: \(line)") }
            return texts
        }
    }

    /// The message's lines, with a dot before each that begins with one (RFC 5321 §4.5.2).
    static func stuffedLines(_ message: [UInt8]) -> [String] {
        var lines = String(decoding: message, as: UTF8.self).split(
            separator: "\r\n", omittingEmptySubsequences: false)
        if lines.last == "" { lines.removeLast() }
        return lines.map { $0.hasPrefix(".") ? ".\($0)" : String($0) }
    }

    /// `… queued as ID`
    static func queueID(_ texts: [String]) -> String? {
        guard let words = texts.last?.split(separator: " "), let index = words.firstIndex(of: "queued"),
            words.count > index + 2, words[index + 1] == "as"
        else { return nil }
        let id = words[index + 2].prefix { $0.isLetter || $0.isNumber || $0 == "-" }
        return id.isEmpty ? nil : String(id)
    }
}
