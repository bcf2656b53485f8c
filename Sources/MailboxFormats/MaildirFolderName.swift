/// Names of mailboxes as Maildir++ folders: `.Work.2026` for `Work/2026`, in modified UTF-7 (RFC 3501 §5.1.3).
enum MaildirFolderName {
    /// The folder of a mailbox; the empty text for INBOX, which is the Maildir itself.
    static func folder(ofMailbox name: String) -> String {
        guard name != "INBOX" else { return "" }
        return name.split(separator: "/").map { "." + encoded(String($0)) }.joined()
    }

    /// The mailbox of a folder whose name begins with a dot.
    static func mailbox(ofFolder folder: String) -> String {
        let levels = folder.dropFirst().split(separator: ".").map { decoded(String($0)) }
        return levels.map { $0.replacing("/", with: "_") }.joined(separator: "/")
    }

    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,".utf8)

    /// Dots separate levels and slashes folders, so both are written encoded too.
    static func encoded(_ name: String) -> String {
        var output = ""
        var units: [UInt16] = []
        for unit in name.utf16 {
            let isPlain = (0x20...0x7e).contains(unit) && unit != 0x2e && unit != 0x2f
            guard isPlain else {
                units.append(unit)
                continue
            }
            output += base64(&units)
            output += unit == 0x26 ? "&-" : String(UnicodeScalar(UInt8(unit)))
        }
        return output + base64(&units)
    }

    private static func base64(_ units: inout [UInt16]) -> String {
        guard !units.isEmpty else { return "" }
        var octets: [UInt8] = []
        var bits = 0
        var count = 0
        for unit in units {
            bits = bits << 16 | Int(unit)
            count += 16
            while count >= 6 {
                count -= 6
                octets.append(alphabet[bits >> count & 0x3f])
                bits &= (1 << count) - 1
            }
        }
        if count > 0 { octets.append(alphabet[bits << (6 - count) & 0x3f]) }
        units = []
        return "&" + String(decoding: octets, as: UTF8.self) + "-"
    }

    /// What is no modified UTF-7 stays as it is: many programs write UTF-8.
    static func decoded(_ name: String) -> String {
        var output: [UInt16] = []
        var rest = Array(name.utf8)[...]
        while let octet = rest.popFirst() {
            guard octet == UInt8(ascii: "&"), let end = rest.firstIndex(of: UInt8(ascii: "-")) else {
                guard octet < 0x80 else { return name }
                output.append(UInt16(octet))
                continue
            }
            let inner = rest[..<end]
            rest = rest[(end + 1)...]
            if inner.isEmpty {
                output.append(0x26)
                continue
            }
            var bits = 0
            var count = 0
            for octet in inner {
                guard let value = alphabet.firstIndex(of: octet) else { return name }
                bits = bits << 6 | value
                count += 6
                if count >= 16 {
                    count -= 16
                    output.append(UInt16(bits >> count))
                    bits &= (1 << count) - 1
                }
            }
        }
        return String(decoding: output, as: UTF16.self)
    }
}
