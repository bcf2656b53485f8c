import Foundation
import InternetMessage
import MailCore
import Testing

/// Python's email package reads what was written and has to find the same.
@Suite struct PythonJudgeTests {
    private struct Sent {
        let builder: MessageBuilder
        let text: String
        let attachments: [(name: String, bytes: [UInt8])]
        let forwarded: String?
    }

    @Test func pythonReadsTheSame() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("judge-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        var seed = CodecSeed(91)
        var paths: [String] = []
        var expected: [String] = []
        for round in 0..<120 {
            let sent = try message(round, &seed)
            let path = folder.appendingPathComponent("\(round).eml")
            let bytes = try sent.builder.written(.init(bodies: round % 4 == 0 ? .eightBit : .sevenBit)).bytes
            try Data(bytes).write(to: path)
            paths.append(path.path)
            expected.append(row(sent))
        }
        let found = try judge(paths)
        try #require(found.count == expected.count)
        for (round, pair) in zip(found, expected).enumerated() where pair.0 != pair.1 {
            for (isField, shouldField) in zip(pair.0.split(separator: " "), pair.1.split(separator: " "))
            where isField != shouldField {
                Issue.record(
                    "message \(round):\n\(readable(String(isField)))\nis not\n\(readable(String(shouldField)))")
            }
        }
    }

    private func message(_ round: Int, _ seed: inout CodecSeed) throws -> Sent {
        let text = seed.text(round * 3)
        var parts: [(String, [UInt8])] = []
        for index in 0..<Int(seed.next() % 3) {
            parts.append(("n" + seed.text(Int(seed.next() % 40)) + "\(index).bin", seed.bytes(Int(seed.next() % 500))))
        }
        var attachments: [MessagePart] = parts.map {
            .attachment(fileName: $0.0, mediaType: "application/octet-stream", ByteSource($0.1))
        }
        let forwarded: String? = round % 5 == 0 ? "inner \(round)" : nil
        if let forwarded { attachments.append(.message(ByteSource(octets("Subject: \(forwarded)\r\n\r\nHi\r\n")))) }
        let body = MessagePart.composed(
            text: .text(text), html: round % 2 == 0 ? "<p>\(round)" : nil, inline: [], attachments: attachments
        )
        var builder = try MessageBuilder.example(body: body)
        builder.subject = "s" + seed.text(Int(seed.next() % 100)) + "s"
        builder.to = try (0...Int(seed.next() % 4)).map { index in
            let name = index == 0 ? nil : "n" + seed.text(Int(seed.next() % 30)) + "n"
            return .person(.init(name: name, address: try address("person\(index)@example.test")))
        }
        builder.cc = [.group(name: "Some, group", members: [])]
        builder.references = (0..<round).map { InternetMessageID("\($0).\(round)@example.test") }
        return Sent(builder: builder, text: text, attachments: parts, forwarded: forwarded)
    }

    private func row(_ sent: Sent) -> String {
        let to: [String] = sent.builder.to.map { entry in
            guard case .person(let person) = entry else { return "" }
            return coded(withoutBlanks(person.name ?? "")) + ":" + coded(person.address.written)
        }
        var leaves = sent.attachments.map { coded($0.name) + ":" + ($0.bytes.isEmpty ? "-" : hexadecimal($0.bytes)) }
        if let forwarded = sent.forwarded { leaves.append("message:" + coded(forwarded)) }
        return [
            coded(sent.builder.subject ?? ""), coded("Ana") + ":" + coded("ana@example.test"),
            to.joined(separator: ","),
            coded(sent.text.isEmpty ? "" : sent.text + "\n"), leaves.isEmpty ? "-" : leaves.joined(separator: ";"),
            coded(sent.builder.date.description) + ":" + coded("<1@example.test>"), "-",
        ].joined(separator: " ")
    }

    private func withoutBlanks(_ text: String) -> String { text.replacing(" ", with: "") }

    private func coded(_ text: String) -> String { text.isEmpty ? "-" : hexadecimal(octets(text)) }

    private func hexadecimal(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    private func readable(_ row: String) -> String {
        row.split { " ,:;".contains($0) }.map { field in
            var bytes: [UInt8] = []
            var digits = Substring(field)
            while digits.count >= 2, let byte = UInt8(digits.prefix(2), radix: 16) {
                bytes.append(byte)
                digits = digits.dropFirst(2)
            }
            return digits.isEmpty ? string(bytes) : String(field)
        }.joined(separator: "\n  ")
    }

    /// One line for each message. A machine without Python fails here: scripts/test installs it.
    private func judge(_ paths: [String], file: String = #filePath) throws -> [String] {
        let fixtures = URL(fileURLWithPath: file).deletingLastPathComponent().deletingLastPathComponent()
        let script = fixtures.appendingPathComponent("Fixtures/judge.py").path
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["python3", script] + paths
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let told = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "python3 is needed")
        return String(decoding: told, as: UTF8.self).split(separator: "\n").map(String.init)
    }
}
