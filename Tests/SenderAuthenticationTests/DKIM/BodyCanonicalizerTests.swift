import Testing

@testable import SenderAuthentication

@Suite struct BodyCanonicalizerTests {
    /// (body, simple, relaxed): RFC 6376 §3.4.3, §3.4.4 and the examples of §3.4.5.
    static let table: [(String, String, String)] = [
        ("", "\r\n", ""),
        ("\r\n", "\r\n", ""),
        ("\r\n\r\n\r\n", "\r\n", ""),
        (" C \r\nD \t E\r\n\r\n\r\n", " C \r\nD \t E\r\n", " C\r\nD E\r\n"),
        ("a", "a\r\n", "a\r\n"),
        ("a\r\n\r\nb", "a\r\n\r\nb\r\n", "a\r\n\r\nb\r\n"),
        ("\r\n\r\na\r\n", "\r\n\r\na\r\n", "\r\n\r\na\r\n"),
        ("a \t\r\n", "a \t\r\n", "a\r\n"),
        ("a \t", "a \t\r\n", "a\r\n"),
        (" \t \r\n \r\n", " \t \r\n \r\n", ""),
        ("a\r\n \r\n\t\r\n", "a\r\n \r\n\t\r\n", "a\r\n"),
        ("a\rb\r\n", "a\rb\r\n", "a\rb\r\n"),
        ("a\nb\r\n", "a\nb\r\n", "a\nb\r\n"),
        ("a\r", "a\r\r\n", "a\r\r\n"),
        ("a \r \r\n", "a \r \r\n", "a \r\r\n"),
        ("\r\r\n", "\r\r\n", "\r\r\n"),
        ("a\u{00e9}\u{00a0} b\r\n", "a\u{00e9}\u{00a0} b\r\n", "a\u{00e9}\u{00a0} b\r\n"),
    ]

    static func canonical(_ body: [UInt8], _ mode: Canonicalization, pieces: [Int]) -> String {
        var canonicalizer = BodyCanonicalizer(mode)
        var result: [UInt8] = []
        var start = 0
        for piece in pieces + [body.count] {
            let end = min(start + piece, body.count)
            body[start..<end].withUnsafeBytes { canonicalizer.update($0) { result += $0 } }
            start = end
        }
        canonicalizer.finish { result += $0 }
        return String(decoding: result, as: UTF8.self)
    }

    @Test(arguments: table) func formsOfTheRFC(_ body: String, _ simple: String, _ relaxed: String) {
        for pieces in [[], Array(repeating: 1, count: body.utf8.count)] {
            #expect(Self.canonical(octets(body), .simple, pieces: pieces) == simple)
            #expect(Self.canonical(octets(body), .relaxed, pieces: pieces) == relaxed)
        }
    }

    @Test func anyPiecesGiveTheSameForm() {
        var random = SeededGenerator(7)
        let alphabet: [UInt8] = Array("ab  \t\t\r\r\n\n\r\n".utf8)
        for _ in 0..<400 {
            var body = (0..<Int.random(in: 0..<60, using: &random)).map { _ in
                alphabet.randomElement(using: &random) ?? 0
            }
            if Int.random(in: 0..<20, using: &random) == 0 {
                // More held line ends than the canonicalizer puts together at once.
                body += Array(repeating: [0x0D, 0x0A], count: 5000).flatMap(\.self) + octets("x y\r\n")
            }
            for mode in Canonicalization.allCases {
                let whole = Self.canonical(body, mode, pieces: [])
                let pieces = (0..<body.count).map { _ in Int.random(in: 0..<9, using: &random) }
                #expect(Self.canonical(body, mode, pieces: pieces) == whole)
                #expect(whole == Self.model(body, mode))
            }
        }
    }

    /// The same by the words of the RFC, line by line.
    static func model(_ body: [UInt8], _ mode: Canonicalization) -> String {
        var lines: [[UInt8]] = [[]]
        var index = 0
        while index < body.count {
            if body[index...].starts(with: [0x0D, 0x0A]) {
                lines.append([])
                index += 2
            } else {
                lines[lines.count - 1].append(body[index])
                index += 1
            }
        }
        if mode == .relaxed {
            lines = lines.map { line in
                var result: [UInt8] = []
                for octet in line {
                    if octet == 0x20 || octet == 0x09 {
                        if result.last != 0x20 { result.append(0x20) }
                    } else {
                        result.append(octet)
                    }
                }
                if result.last == 0x20 { result.removeLast() }
                return result
            }
        }
        while lines.last?.isEmpty == true { lines.removeLast() }
        if lines.isEmpty { return mode == .simple ? "\r\n" : "" }
        return lines.map { String(decoding: $0 + [0x0D, 0x0A], as: UTF8.self) }.joined()
    }
}

@Suite struct BodyHashTests {
    /// SHA-256 of the empty body (RFC 6376 §3.4.3, §3.4.4).
    @Test func emptyBodies() {
        #expect(
            Base64.encode(BodyHash(.simple).finish().octets) == "frcCV1k9oG9oKj3dpUqdJg1PxRT2RSN/XKdLCPjaYaY=")
        #expect(
            Base64.encode(BodyHash(.relaxed).finish().octets) == "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=")
    }

    @Test func piecesGiveTheHashOfTheWhole() {
        var random = SeededGenerator(3)
        let body = (0..<30_000).map { _ in UInt8.random(in: 0...255, using: &random) }
        for mode in Canonicalization.allCases {
            var whole = BodyHash(mode)
            whole.update(body)
            var pieces = BodyHash(mode)
            var start = 0
            while start < body.count {
                let end = min(body.count, start + Int.random(in: 1..<5000, using: &random))
                pieces.update(body[start..<end])
                start = end
            }
            #expect(whole.finish() == pieces.finish())
        }
    }
}
