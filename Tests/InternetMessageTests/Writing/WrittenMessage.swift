import InternetMessage
import MailCore

/// A message of ours taken apart by the plainest means, to look at what was written.
struct WrittenMessage {
    let bytes: [UInt8]

    var text: String { string(bytes) }

    var lines: [[UInt8]] { bytes.split(separator: 0x0A, omittingEmptySubsequences: false).map(Array.init) }

    /// The header block, as far as the first empty line.
    var header: String {
        var header = ""
        for line in lines {
            if line == [0x0D] { break }
            header += string(line) + "\n"
        }
        return header
    }

    /// A top field's value, folding kept.
    func field(_ name: String) -> String? {
        var value: String?
        for line in header.split(separator: "\r\n", omittingEmptySubsequences: false).map(String.init) {
            if let found = value {
                guard line.hasPrefix(" ") || line.hasPrefix("\t") else { return found }
                value = found + "\r\n" + line
            } else if line.lowercased().hasPrefix(name.lowercased() + ":") {
                value = String(line.dropFirst(name.count + 1))
            }
        }
        return value
    }

    func decoded(_ name: String) -> String? {
        field(name).map { HeaderText.decode(unstructured: octets($0)[...]) }
    }

    /// What holds for every message: CRLF only, no NUL outside of binary, lines within the limit.
    var isWellFormed: Bool {
        var previous: UInt8 = 0
        for octet in bytes {
            if (octet == 0x0A) != (previous == 0x0D), octet == 0x0A || previous == 0x0D { return false }
            if octet == 0 { return false }
            previous = octet
        }
        return previous == 0x0A && lines.allSatisfy { $0.count <= 999 }
    }
}

extension MessageBuilder {
    /// A message to change in a test.
    static func example(body: MessagePart = .text("Hello")) throws -> MessageBuilder {
        let ana = try MessageBuilder.NamedAddress(name: "Ana", address: address("ana@example.test"))
        var builder = MessageBuilder(
            date: MailDate(secondsSince1970: 880_127_706, zoneMinutes: -360),
            messageID: InternetMessageID("1@example.test"),
            from: [ana], body: body
        )
        builder.to = try [.person(MessageBuilder.NamedAddress(address: address("ben@example.test")))]
        return builder
    }

    func written(_ options: MessageWriteOptions = MessageWriteOptions(), seed: UInt64 = 1) throws -> WrittenMessage {
        var generator = CodecSeed(seed)
        return WrittenMessage(bytes: try bytes(options: options, using: &generator))
    }
}

struct NoAddress: Error {
    let text: String
}

func address(_ text: String) throws -> EmailAddress {
    guard let address = EmailAddress(text) else { throw NoAddress(text: text) }
    return address
}
