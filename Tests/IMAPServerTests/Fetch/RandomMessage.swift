import IMAP

/// A random tree of MIME parts, with the octets that each section of it has.
struct RandomMessage {
    /// `BODY[…]` by what stands between the brackets; nil for what there is not.
    private(set) var sections: [String: [UInt8]] = [:]
    /// What BINARY makes of each part that is no multipart and no message.
    private(set) var contents: [String: [UInt8]] = [:]
    private(set) var octets: [UInt8] = []
    private var random: Random
    private var boundaries = 0

    /// SplitMix64.
    struct Random: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }

        mutating func upTo(_ count: Int) -> Int { Int(next() % UInt64(count)) }
    }

    init(seed: UInt64) {
        random = Random(state: seed)
        octets = message("", depth: 0)
    }

    private struct Written {
        var header: String
        var body: [UInt8]
        var isMultipart = false
    }

    /// A message at a path: empty for the outermost, else that of the part that it is in.
    private mutating func message(_ path: String, depth: Int) -> [UInt8] {
        let fields = [
            "From: a@example.test\r\n", "Subject: \(random.upTo(1_000))\r\n continued\r\n", "X-Other: yes\r\n",
        ]
        let root = body(path, depth: depth, isRoot: true)
        let header = fields[...random.upTo(fields.count)].joined() + "MIME-Version: 1.0\r\n" + root.header + "\r\n"
        let prefix = path.isEmpty ? "" : path + "."
        sections[prefix + "HEADER"] = Array(header.utf8)
        sections[prefix + "TEXT"] = root.body
        let whole = Array(header.utf8) + root.body
        if path.isEmpty { sections[""] = whole }
        if !root.isMultipart { sections[prefix + "1.MIME"] = Array(header.utf8) }
        return whole
    }

    /// What stands in a part, with the fields that say what it is.
    private mutating func body(_ path: String, depth: Int, isRoot: Bool) -> Written {
        let own = isRoot ? (path.isEmpty ? "1" : path + ".1") : path
        switch random.upTo(depth > 3 ? 3 : 6) {
        case 3, 4: return multipart(path, depth: depth)
        case 5:
            let inner = message(own, depth: depth + 1)
            sections[own] = inner
            return Written(header: "Content-Type: message/rfc822\r\n", body: inner)
        case 1:
            let content = (0..<random.upTo(300)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
            let body = base64(content)
            sections[own] = body
            contents[own] = content
            let header = "Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n"
            return Written(header: header, body: body)
        case 2:
            let body = Array("caf=C3=A9 =\r\nand=20more\r\nlast".utf8)
            sections[own] = body
            contents[own] = Array("café and more\r\nlast".utf8)
            let header = "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n"
            return Written(header: header, body: body)
        default:
            let lines = (0..<random.upTo(6)).map { _ in "line \(random.upTo(100_000)) --x" }
            let body = Array(lines.joined(separator: "\r\n").utf8)
            sections[own] = body
            contents[own] = body
            return Written(header: "Content-Type: text/plain\r\n", body: body)
        }
    }

    private mutating func multipart(_ path: String, depth: Int) -> Written {
        boundaries += 1
        let boundary = "b\(boundaries)-\(random.upTo(1_000_000))"
        var body = Array((random.upTo(2) == 0 ? "preamble\r\n" : "").utf8)
        for number in 1...(random.upTo(3) + 1) {
            let place = path.isEmpty ? "\(number)" : "\(path).\(number)"
            let part = self.body(place, depth: depth + 1, isRoot: false)
            let header = part.header + "\r\n"
            sections[place + ".MIME"] = Array(header.utf8)
            sections[place] = part.body
            body += Array("--\(boundary)\r\n\(header)".utf8) + part.body + Array("\r\n".utf8)
        }
        body += Array("--\(boundary)--\r\n".utf8)
        if random.upTo(2) == 0 { body += Array("epilogue".utf8) }
        return Written(
            header: "Content-Type: multipart/mixed; boundary=\"\(boundary)\"\r\n", body: body, isMultipart: true)
    }

    private func base64(_ content: [UInt8]) -> [UInt8] {
        let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        var output: [UInt8] = []
        for start in stride(from: 0, to: content.count, by: 3) {
            let group = Array(content[start..<min(start + 3, content.count)])
            let bits = group.reduce(0) { $0 << 8 | UInt32($1) } << (8 * UInt32(3 - group.count))
            for place in 0..<4 {
                let digit = digits[Int(bits >> (18 - 6 * UInt32(place)) & 63)]
                output.append(place <= group.count ? digit : UInt8(ascii: "="))
            }
            if output.count % 78 == 76 { output += [0x0D, 0x0A] }
        }
        return output
    }
}
