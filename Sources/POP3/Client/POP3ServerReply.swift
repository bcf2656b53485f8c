/// A reply's first line (RFC 1939 §3), as a client reads it.
package struct POP3ServerReply: Hashable, Sendable {
    /// Whether the server did what it was asked.
    package enum Status: Hashable, Sendable {
        case ok
        case error
    }

    /// Whether it did.
    package var status: Status
    /// `AUTH`, `SYS/TEMP`, `IN-USE` … (RFC 2449 §8, RFC 3206), in capitals.
    package var code: String?
    /// What it says, for people: printable, 200 characters at most.
    package var text: String

    /// Reads a line without its end; nil for one that is no reply.
    init?(_ line: some Collection<UInt8>) {
        let text: String
        if line.starts(with: "+OK".utf8) {
            status = .ok
            text = Self.printable(line.dropFirst(3))
        } else if line.starts(with: "-ERR".utf8) {
            status = .error
            text = Self.printable(line.dropFirst(4))
        } else {
            return nil
        }
        let words = text.drop { $0 == " " }
        guard words.first == "[", let end = words.firstIndex(of: "]") else {
            code = nil
            self.text = String(words)
            return
        }
        code = words[words.index(after: words.startIndex)..<end].uppercased()
        self.text = String(words[words.index(after: end)...].drop { $0 == " " })
    }

    /// Whether it is worth a try later: RFC 3206 §4, RFC 2449 §8.1.2.
    package var isTemporary: Bool {
        guard let code else { return false }
        return code == "IN-USE" || code == "LOGIN-DELAY" || code.hasPrefix("SYS/TEMP")
    }

    private static func printable(_ octets: some Collection<UInt8>) -> String {
        String(decoding: octets.prefix(200).map { (0x20...0x7E).contains($0) ? $0 : 0x3F }, as: UTF8.self)
    }
}

extension POP3ServerReply: CustomStringConvertible {
    /// As the server said it.
    package var description: String {
        (status == .ok ? "+OK" : "-ERR") + (code.map { " [\($0)]" } ?? "") + (text.isEmpty ? "" : " \(text)")
    }
}
