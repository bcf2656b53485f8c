import Foundation
import SASL
import SMTP

/// A dialogue in a file of Tests/SMTPTests/Transcripts.
///
/// Lines: `# …` comment; `= key value` a setting; `C: …` the client's line, CRLF is added; `C> …` the client's octets, with
/// escapes (`\r \n \0 \t \\ \xHH`) and nothing added; `S: …` what the server says; `E: …` what the session was asked or a
/// message that it got, in the order of all such lines. Consecutive client lines arrive together (that is pipelining).
struct Transcript: CustomStringConvertible, Sendable {
    let name: String
    var configuration: SMTPServerConfiguration
    var bindings = TLSChannelBindings()
    var turns: [Turn] = []
    var events: [String] = []

    struct Turn: Sendable {
        var client: [UInt8] = []
        var server = ""
    }

    var description: String { name }

    static let all: [Transcript] = {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Transcripts")
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.filter { $0.hasSuffix(".txt") }.sorted().map { name in
            let text = (try? String(contentsOf: folder.appending(path: name), encoding: .utf8)) ?? ""
            return Transcript(name: name, text: text)
        }
    }()

    init(name: String, text: String) {
        self.name = name
        var settings: [String: String] = [:]
        var current = Turn()
        var turns: [Turn] = []
        for line in text.split(separator: "\n", omittingEmptySubsequences: true).map(String.init) {
            let rest = String(line.dropFirst(3))
            switch line.prefix(2) {
            case "= ":
                let words = line.dropFirst(2).split(separator: " ", maxSplits: 1).map(String.init)
                settings[words[0]] = words.count > 1 ? words[1] : ""
            case "C:", "C>":
                if !current.server.isEmpty {
                    turns.append(current)
                    current = Turn()
                }
                current.client += line.hasPrefix("C:") ? Array(rest.utf8) + [13, 10] : Transcript.unescaped(rest)
            case "S:": current.server += rest + "\r\n"
            case "E:": events.append(rest)
            default: precondition(line.hasPrefix("#"), "\(name): \(line)")
            }
        }
        turns.append(current)
        self.turns = turns
        self.configuration = Transcript.configuration(settings)
        if settings["binding"] != nil { bindings.serverEndPoint = Array(repeating: 1, count: 32) }
    }

    private static func configuration(_ settings: [String: String]) -> SMTPServerConfiguration {
        var limits = SMTPLimits()
        if let value = settings["messageOctetsMax"].flatMap({ Int($0) }) { limits.messageOctetsMax = value }
        if let value = settings["recipientsMax"].flatMap({ Int($0) }) { limits.recipientsMax = value }
        if let value = settings["transactionsMax"].flatMap({ Int($0) }) { limits.transactionsMax = value }
        if let value = settings["protocolErrorsMax"].flatMap({ Int($0) }) { limits.protocolErrorsMax = value }
        if let value = settings["refusedRecipientsMax"].flatMap({ Int($0) }) { limits.refusedRecipientsMax = value }
        let roles: [String: Role] = ["mta": .mta, "submission": .submission, "lmtp": .lmtp]
        let modes: [String: TLSMode] = [
            "none": .none, "starttls": .startTLS, "required": .startTLSRequired, "implicit": .implicit,
        ]
        var extensions = SMTPExtensions.standard
        if settings["requiretls"] != nil { extensions.insert(.requireTLS) }
        if settings["auth"] != nil { extensions.insert(.auth) }
        if settings["deliverby"] != nil { extensions.insert(.deliverBy) }
        if settings["futurerelease"] != nil { extensions.insert(.futureRelease) }
        let logins: [String: LoginPolicy] = ["tls": .requiresTLS, "clear": .allowsClearText]
        return SMTPServerConfiguration(
            hostname: "mail.example.test", role: roles[settings["role"] ?? "mta"] ?? .mta,
            tlsMode: modes[settings["tls"] ?? "none"] ?? .none, limits: limits,
            bareLinePolicy: settings["bare"] == "convert" ? .convert : .reject, extensions: extensions,
            logins: settings["logins"].flatMap { logins[$0] } ?? .none)
    }

    static func unescaped(_ text: String) -> [UInt8] {
        var result: [UInt8] = []
        var octets = Array(text.utf8)[...]
        while let octet = octets.popFirst() {
            guard octet == UInt8(ascii: "\\"), let escape = octets.popFirst() else {
                result.append(octet)
                continue
            }
            switch escape {
            case UInt8(ascii: "r"): result.append(13)
            case UInt8(ascii: "n"): result.append(10)
            case UInt8(ascii: "t"): result.append(9)
            case UInt8(ascii: "0"): result.append(0)
            case UInt8(ascii: "x"):
                result.append(UInt8(String(decoding: octets.prefix(2), as: UTF8.self), radix: 16) ?? 0x3f)
                octets = octets.dropFirst(2)
            default: result.append(escape)
            }
        }
        return result
    }
}
