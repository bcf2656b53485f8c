package import NIOCore

/// One reply (RFC 1939 §3): status, perhaps a response code (RFC 2449 §8), text, perhaps lines.
package struct POP3Reply: Hashable, Sendable {
    /// `+OK` or `-ERR`, or a SASL challenge (RFC 5034 §4).
    package enum Status: Hashable, Sendable {
        case ok
        case error
        case challenge
    }

    /// RFC 2449 §8.1, RFC 3206 §4 and §5, RFC 6856 §5.
    package enum Code: String, Hashable, Sendable {
        case inUse = "IN-USE"
        case loginDelay = "LOGIN-DELAY"
        case systemTemporary = "SYS/TEMP"
        case systemPermanent = "SYS/PERM"
        case authentication = "AUTH"
        case utf8 = "UTF8"
    }

    /// How it begins.
    package var status: Status
    /// Before the text.
    package var code: Code?
    /// ASCII; never begins with `[` (RFC 2449 §6.4).
    package var text: String
    /// The lines after the first, nil for a reply of one line.
    package var lines: [String]?

    /// `+OK`.
    package static func ok(_ text: String, lines: [String]? = nil) -> POP3Reply {
        POP3Reply(status: .ok, code: nil, text: text, lines: lines)
    }

    /// `-ERR`.
    package static func error(_ text: String, code: Code? = nil) -> POP3Reply {
        POP3Reply(status: .error, code: code, text: text, lines: nil)
    }

    /// `+ ` and base64, perhaps of nothing.
    package static func challenge(_ base64: [UInt8]) -> POP3Reply {
        POP3Reply(status: .challenge, code: nil, text: String(decoding: base64, as: UTF8.self), lines: nil)
    }

    /// The reply as it goes to the client.
    package func write(to output: inout ByteBuffer) {
        switch status {
        case .ok: output.writeStaticString("+OK ")
        case .error: output.writeStaticString("-ERR ")
        case .challenge: output.writeStaticString("+ ")
        }
        if let code { output.writeString("[\(code.rawValue)] ") }
        output.writeString(text)
        output.writeStaticString("\r\n")
        guard let lines else { return }
        for line in lines {
            if line.utf8.first == UInt8(ascii: ".") { output.writeStaticString(".") }
            output.writeString(line)
            output.writeStaticString("\r\n")
        }
        output.writeStaticString(".\r\n")
    }
}
