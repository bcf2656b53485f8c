/// Where each key of a TOML text stands, since the parser does not tell: a scan for table headers and keys.
///
/// It is made for texts that the parser has already found right. A key's path is written `tls.certificate` or
/// `listener[1].port`, the number being that of the `[[listener]]` table from 0 up.
struct SourceLines {
    private var lines: [String: Int] = [:]

    /// Scans the whole text once.
    init(_ text: String) {
        var scanner = Scanner(text: Array(text.utf8))
        scanner.run()
        lines = scanner.lines
    }

    /// The line of the key, or of the nearest table around it; nil when there is nothing of it in the text.
    func line(of path: String) -> Int? {
        var path = path[...]
        while true {
            if let line = lines[String(path)] { return line }
            guard let end = path.lastIndex(where: { $0 == "." || $0 == "[" }) else { return nil }
            path = path[..<end]
        }
    }

    /// The line of the first `[` that begins a line and has no name behind it: the parser asserts that it has one.
    static func firstNamelessHeader(_ text: String) -> Int? {
        var line = 1
        var brackets = 0
        var isLineStart = true
        for octet in text.utf8 {
            switch octet {
            case UInt8(ascii: "\n"), UInt8(ascii: "\r"), 0x0b, 0x0c:
                if brackets > 0 { return line }
                if octet == UInt8(ascii: "\n") { line += 1 }
                isLineStart = true
            case UInt8(ascii: " "), UInt8(ascii: "\t"):
                continue
            case UInt8(ascii: "[") where isLineStart && brackets < 2:
                brackets += 1
            default:
                if brackets > 0, !isKeyStart(octet) { return line }
                brackets = 0
                isLineStart = false
            }
        }
        return brackets > 0 ? line : nil
    }

    private static func isKeyStart(_ octet: UInt8) -> Bool {
        switch octet {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "\""),
            UInt8(ascii: "'"):
            true
        default: false
        }
    }

    private struct Scanner {
        let text: [UInt8]
        var position = 0
        var line = 1
        var table = ""
        var lines: [String: Int] = [:]
        var arrayCounts: [String: Int] = [:]

        init(text: [UInt8]) { self.text = text }

        mutating func run() {
            while position < text.count {
                skipBlanks()
                guard position < text.count else { return }
                switch text[position] {
                case UInt8(ascii: "\n"): advance()
                case UInt8(ascii: "#"): skipComment()
                case UInt8(ascii: "["): readHeader()
                default:
                    let path = joined(table, keyPath())
                    note(path)
                    skipBlanks()
                    if peek(UInt8(ascii: "=")) { advance() }
                    skipValue(path)
                    skipLineEnd()
                }
            }
        }

        mutating func readHeader() {
            advance()
            let isArray = peek(UInt8(ascii: "["))
            if isArray { advance() }
            let name = keyPath()
            if isArray {
                let number = arrayCounts[name, default: 0]
                arrayCounts[name] = number + 1
                note(name)
                table = "\(name)[\(number)]"
            } else {
                table = name
            }
            note(table)
            skipLineEnd()
        }

        mutating func note(_ path: String) {
            if lines[path] == nil { lines[path] = line }
        }

        func joined(_ table: String, _ key: String) -> String { table.isEmpty ? key : "\(table).\(key)" }

        func peek(_ octet: UInt8) -> Bool { position < text.count && text[position] == octet }

        mutating func advance() {
            if text[position] == UInt8(ascii: "\n") { line += 1 }
            position += 1
        }

        mutating func skipBlanks() {
            while peek(UInt8(ascii: " ")) || peek(UInt8(ascii: "\t")) || peek(UInt8(ascii: "\r")) { position += 1 }
        }

        mutating func skipComment() {
            while position < text.count, text[position] != UInt8(ascii: "\n") { position += 1 }
        }

        mutating func skipLineEnd() {
            skipComment()
            if position < text.count { advance() }
        }

        /// A bare, quoted or dotted key, up to what follows it.
        mutating func keyPath() -> String {
            var parts: [String] = []
            while position < text.count {
                skipBlanks()
                guard position < text.count else { break }
                let start = position
                if peek(UInt8(ascii: "\"")) || peek(UInt8(ascii: "'")) {
                    skipString()
                    let inner = text[min(start + 1, position)..<max(min(start + 1, position), position - 1)]
                    parts.append(String(decoding: inner, as: UTF8.self))
                } else {
                    while position < text.count, !" \t\r\n=.]#".utf8.contains(text[position]) { position += 1 }
                    parts.append(String(decoding: text[start..<position], as: UTF8.self))
                }
                skipBlanks()
                guard peek(UInt8(ascii: ".")) else { break }
                position += 1
            }
            return parts.joined(separator: ".")
        }

        /// A value of any kind; keys of inline tables are noted under `path`.
        mutating func skipValue(_ path: String) {
            var depth = 0
            var keysExpected = false
            while position < text.count {
                let octet = text[position]
                switch octet {
                case UInt8(ascii: "\n") where depth == 0: return
                case UInt8(ascii: "#"): skipComment()
                case UInt8(ascii: "\""), UInt8(ascii: "'"):
                    if keysExpected {
                        note(joined(path, keyPath()))
                        keysExpected = false
                    } else {
                        skipString()
                    }
                case UInt8(ascii: "["):
                    depth += 1
                    advance()
                case UInt8(ascii: "{"):
                    depth += 1
                    keysExpected = true
                    advance()
                case UInt8(ascii: "]"), UInt8(ascii: "}"):
                    depth -= 1
                    keysExpected = false
                    advance()
                case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"), UInt8(ascii: "\n"):
                    advance()
                case UInt8(ascii: ","):
                    keysExpected = isBeforeKey()
                    advance()
                default:
                    if keysExpected {
                        note(joined(path, keyPath()))
                        keysExpected = false
                    } else {
                        advance()
                    }
                }
            }
        }

        /// Whether the comma is one between the pairs of an inline table: an equals sign comes before the next mark.
        func isBeforeKey() -> Bool {
            var index = position + 1
            while index < text.count {
                if text[index] == UInt8(ascii: "=") { return true }
                if ",[]{}\"'\n".utf8.contains(text[index]) { return false }
                index += 1
            }
            return false
        }

        /// A string of any of the four kinds, with its quotes.
        mutating func skipString() {
            let quote = text[position]
            let isLong = position + 2 < text.count && text[position + 1] == quote && text[position + 2] == quote
            position += isLong ? 3 : 1
            while position < text.count {
                if text[position] == UInt8(ascii: "\\"), quote == UInt8(ascii: "\""), position + 1 < text.count {
                    position += 1
                    advance()
                } else if text[position] == quote {
                    if !isLong {
                        position += 1
                        return
                    }
                    var run = 0
                    while peek(quote), run < 5 {
                        run += 1
                        position += 1
                    }
                    if run >= 3 { return }
                } else {
                    if text[position] == UInt8(ascii: "\n"), !isLong { return }
                    advance()
                }
            }
        }
    }
}
