import MailCore
import Synchronization
import Testing

@testable import Lab

/// Collects what is shown.
final class ShownLines: Sendable {
    private let lines = Mutex<[DialogueLine]>([])

    func add(_ line: DialogueLine) { lines.withLock { $0.append(line) } }

    /// Without the notes.
    var text: [String] {
        lines.withLock { lines in
            lines.filter { if case .note = $0 { false } else { true } }.map(\.description)
        }
    }
}

@Suite struct SendingDialogueTests {
    static let script = [
        "": "220 mx ready", "EHLO": "250-mx\r\n250-SIZE 1000\r\n250 HELP", "MAIL": "250 2.1.0 Ok",
        "RCPT": "250 2.1.5 Ok",
        "DATA": "354 Go", ".": "250 2.0.0 Ok: queued as ABC", "QUIT": "221 Bye",
    ]
    let sender: EmailAddress
    let recipient: EmailAddress

    init() throws {
        sender = try #require(EmailAddress("ana@correo.example"))
        recipient = try #require(EmailAddress("luis@posta.example"))
    }

    private func send(_ role: SendingDialogue.Role, _ script: [String: String], _ shown: ShownLines) async throws
        -> String?
    {
        let server = try await ScriptedServer(script)
        let connection = try await DialogueConnection.open(to: try server.endpoint, from: nil) { shown.add($0) }
        let dialogue = SendingDialogue(
            role: role, clientName: "mail.correo.example", hostname: "mx", certificateFile: "/nowhere")
        let result: Result<String?, any Error>
        do {
            result = .success(
                try await dialogue.send(
                    from: sender, to: recipient, message: Array("Subject: x\r\n\r\n.dot\r\n".utf8), over: connection))
        } catch {
            result = .failure(error)
        }
        await connection.close()
        try await server.close()
        return try result.get()
    }

    @Test func everyLineIsShown() async throws {
        let shown = ShownLines()
        let id = try await send(.server, Self.script, shown)
        #expect(id == "ABC")
        #expect(
            shown.text == [
                "S: 220 mx ready", "C: EHLO mail.correo.example", "S: 250-mx", "S: 250-SIZE 1000", "S: 250 HELP",
                "C: MAIL FROM:<ana@correo.example>", "S: 250 2.1.0 Ok", "C: RCPT TO:<luis@posta.example>",
                "S: 250 2.1.5 Ok",
                "C: DATA", "S: 354 Go", "C: Subject: x", "C: ", "C: ..dot", "C: .", "S: 250 2.0.0 Ok: queued as ABC",
                "C: QUIT",
                "S: 221 Bye",
            ])
    }

    @Test func refusalEndsIt() async throws {
        var script = Self.script
        script["RCPT"] = "550 5.1.1 No such user"
        let shown = ShownLines()
        let error = await #expect(throws: LabError.self) { try await send(.server, script, shown) }
        #expect(error?.description == "the server refuses: 550 5.1.1 No such user")
        #expect(shown.text.last == "S: 550 5.1.1 No such user")
    }

    @Test func passwordStaysWithoutTLS() async throws {
        let shown = ShownLines()
        let error = await #expect(throws: LabError.self) {
            try await send(.user(name: "ana", password: "hush"), Self.script, shown)
        }
        #expect(error?.description.contains("not sent") == true)
        #expect(!shown.text.contains { $0.contains("AUTH") })
    }

    @Test func serverThatGoesAway() async throws {
        var script = Self.script
        script["MAIL"] = nil
        let shown = ShownLines()
        let error = await #expect(throws: LabError.self) { try await send(.server, script, shown) }
        #expect(error?.description == "the server has ended the connection")
    }

    @Test func dotsAreStuffed() {
        #expect(SendingDialogue.stuffedLines(Array("a\r\n.b\r\n..\r\n\r\n".utf8)) == ["a", "..b", "...", ""])
    }

    @Test func queueID() {
        #expect(SendingDialogue.queueID(["2.0.0 Ok: queued as AB12-x."]) == "AB12-x")
        #expect(SendingDialogue.queueID(["2.0.0 Ok"]) == nil)
        #expect(SendingDialogue.queueID(["queued as"]) == nil)
        #expect(SendingDialogue.queueID([]) == nil)
    }
}
