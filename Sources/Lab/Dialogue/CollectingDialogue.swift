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

    /// Messages that are read to find one: others may have come after it.
    private static let messagesMax = 5

    /// Logs in and reads messages, the newest first, until one is what is looked for; nothing is deleted.
    ///
    /// - Parameter isWanted: whether a message is, by its lines.
    /// - Returns: its lines; nil when none of the newest is.
    package func collect(
        where isWanted: ([String]) -> Bool, over connection: DialogueConnection
    ) async throws -> [String]? {
        _ = try await answer(connection)
        _ = try await command("STLS", connection)
        try await connection.startTLS(trusting: certificateFile, hostname: hostname)
        _ = try await command("USER \(name)", connection)
        _ = try await command("PASS \(password)", connection, shown: "PASS (the password)")
        let words = try await command("STAT", connection).split(separator: " ")
        var number = words.count > 1 ? Int(words[1]) ?? 0 : 0
        let last = max(number - Self.messagesMax, 0)
        var found: [String]?
        while number > last, found == nil {
            _ = try await command("RETR \(number)", connection)
            let lines = try await text(connection)
            if isWanted(lines) { found = lines }
            number -= 1
        }
        _ = try await command("QUIT", connection)
        return found
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
