/// The client's side of collecting a message by POP3 (RFC 1939), to be watched.
package struct CollectingDialogue {
    /// Who collects.
    package let name: String
    /// Never shown.
    let password: String
    /// The server's name, which its certificate has.
    package let hostname: String
    /// Its certificate.
    package let certificateFile: String

    /// Puts the parts together.
    package init(name: String, password: String, hostname: String, certificateFile: String) {
        self.name = name
        self.password = password
        self.hostname = hostname
        self.certificateFile = certificateFile
    }

    /// Logs in, looks at the newest message, and reads it when it is the one; nothing is deleted.
    ///
    /// - Parameter messageID: of the message that is looked for, with its angle brackets.
    /// - Returns: its lines; nil when another is the newest, or there is none.
    package func collect(messageID: String, over connection: DialogueConnection) async throws -> [String]? {
        _ = try await answer(connection)
        _ = try await command("STLS", connection)
        try await connection.startTLS(trusting: certificateFile, hostname: hostname)
        _ = try await command("USER \(name)", connection)
        _ = try await command("PASS \(password)", connection, shown: "PASS (the password)")
        let words = try await command("STAT", connection).split(separator: " ")
        var lines: [String]?
        if words.count > 1, let count = Int(words[1]), count > 0 {
            _ = try await command("TOP \(count) 0", connection)
            let header = try await text(connection)
            if header.contains(where: { $0.lowercased().hasPrefix("message-id:") && $0.contains(messageID) }) {
                _ = try await command("RETR \(count)", connection)
                lines = try await text(connection)
            }
        }
        _ = try await command("QUIT", connection)
        return lines
    }

    private func command(
        _ line: String, _ connection: DialogueConnection, shown: String? = nil
    ) async throws -> String {
        try await connection.send(line, shown: shown)
        return try await answer(connection)
    }

    private func answer(_ connection: DialogueConnection) async throws -> String {
        let line = try await connection.line()
        guard line.hasPrefix("+OK") else { throw LabError("the server refuses: \(line)") }
        return line
    }

    /// The lines up to the dot, without the dots that were stuffed (RFC 1939 §3).
    private func text(_ connection: DialogueConnection) async throws -> [String] {
        var lines: [String] = []
        while true {
            let line = try await connection.line()
            if line == "." { return lines }
            lines.append(line.hasPrefix(".") ? String(line.dropFirst()) : line)
        }
    }
}
