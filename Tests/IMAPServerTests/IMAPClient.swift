import AgentTestSupport
import Testing

/// A client that says commands and hears their responses.
struct IMAPClient: Sendable {
    let connection: LoopbackClient

    /// A command; its untagged responses and the tagged one, each without its line end.
    func send(_ command: String) async throws -> [String] {
        try await connection.say("t \(command)\r\n")
        return await responses()
    }

    /// Lines up to and with the tagged response.
    func responses() async -> [String] {
        var lines: [String] = []
        while true {
            let line = await connection.hear("\r\n")
            guard line.hasSuffix("\r\n") else { return lines }
            lines.append(String(line.dropLast()))
            if line.hasPrefix("t ") { return lines }
        }
    }

    /// A command whose tagged response begins as expected; its untagged responses.
    @discardableResult
    func ask(
        _ command: String, _ completion: String = "OK", sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> [String] {
        let lines = try await send(command)
        #expect(
            lines.last?.hasPrefix("t \(completion)") == true, "\(command): \(lines)", sourceLocation: sourceLocation)
        return Array(lines.dropLast())
    }

    /// One line that comes without a command.
    func hear() async -> String { String(await connection.hear("\r\n").dropLast()) }
}
