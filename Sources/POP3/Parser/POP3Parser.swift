import SASL

/// The grammar of command lines, without their line end (RFC 1939 §3, RFC 2449 §4).
///
/// Keywords are read without case. Spaces at the end are forgiven except in PASS, whose argument is the rest of the line.
package enum POP3Parser {
    /// The command, or why there is none.
    package static func parse(_ line: [UInt8]) throws(POP3SyntaxError) -> POP3Command {
        guard line.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else { throw .controlCharacter }
        let keyword = line.prefix { $0 != space }
        guard (3...4).contains(keyword.count) else { throw .unknownCommand }
        let rest = line.dropFirst(keyword.count + 1)
        let name = String(decoding: keyword, as: UTF8.self).uppercased()
        switch name {
        case "USER": return .user(try userName(rest))
        case "PASS": return .pass(try password(rest))
        case "AUTH": return .authenticate(try authentication(words(rest)))
        case "LANG": return .language(try language(words(rest)))
        case "LIST", "UIDL", "RETR", "DELE", "TOP": return try numbered(name, words(rest))
        default: return try bare(name, words(rest))
        }
    }

    private static let space = UInt8(ascii: " ")

    private static func words(_ rest: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
        rest.split(separator: space, omittingEmptySubsequences: true)
    }

    private static func bare(_ name: String, _ words: [ArraySlice<UInt8>]) throws(POP3SyntaxError) -> POP3Command {
        let commands: [String: POP3Command] = [
            "STAT": .stat, "NOOP": .noop, "RSET": .reset, "QUIT": .quit, "CAPA": .capabilities, "STLS": .startTLS,
            "UTF8": .utf8,
        ]
        guard let command = commands[name] else { throw .unknownCommand }
        guard words.isEmpty else { throw .argumentUnexpected }
        return command
    }

    private static func numbered(
        _ name: String, _ words: [ArraySlice<UInt8>]
    ) throws(POP3SyntaxError) -> POP3Command {
        let countMax = name == "TOP" ? 2 : 1
        guard words.count <= countMax else { throw .argumentUnexpected }
        var numbers: [Int] = []
        for word in words { numbers.append(try number(word)) }
        guard numbers.first != 0 else { throw .badNumber }
        let message = numbers.first.map(MessageNumber.init(rawValue:))
        switch name {
        case "LIST": return .list(message)
        case "UIDL": return .uidl(message)
        default: break
        }
        guard let message, numbers.count == countMax else { throw .argumentMissing }
        switch name {
        case "RETR": return .retrieve(message)
        case "DELE": return .delete(message)
        default: return .top(message, lines: numbers[1])
        }
    }

    /// At most nine digits, which hold any message and any line that there may be.
    private static func number(_ word: ArraySlice<UInt8>) throws(POP3SyntaxError) -> Int {
        guard word.count <= 9 else { throw .badNumber }
        var number = 0
        for digit in word {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { throw .badNumber }
            number = number * 10 + Int(digit - UInt8(ascii: "0"))
        }
        return number
    }

    private static func userName(_ rest: ArraySlice<UInt8>) throws(POP3SyntaxError) -> [UInt8] {
        var name = rest.drop { $0 == space }
        while name.last == space { name = name.dropLast() }
        guard !name.isEmpty else { throw .argumentMissing }
        return Array(name)
    }

    private static func password(_ rest: ArraySlice<UInt8>) throws(POP3SyntaxError) -> POP3Password {
        guard !rest.isEmpty else { throw .argumentMissing }
        return POP3Password(octets: Array(rest))
    }

    private static func authentication(
        _ words: [ArraySlice<UInt8>]
    ) throws(POP3SyntaxError) -> AuthenticationRequest? {
        guard let name = words.first else { return nil }
        guard words.count <= 2 else { throw .argumentUnexpected }
        var request = AuthenticationRequest(mechanism: SASLMechanism(name: String(decoding: name, as: UTF8.self)))
        if words.count == 2 { request.initialResponse = try initialResponse(words[1]) }
        return request
    }

    /// A single `=` is an empty initial response (RFC 5034 §4).
    private static func initialResponse(_ word: ArraySlice<UInt8>) throws(POP3SyntaxError) -> [UInt8] {
        if word.elementsEqual([UInt8(ascii: "=")]) { return [] }
        guard let octets = SASLBase64.decode(word) else { throw .badBase64 }
        return octets
    }

    private static func language(_ words: [ArraySlice<UInt8>]) throws(POP3SyntaxError) -> String? {
        guard let word = words.first else { return nil }
        guard words.count == 1 else { throw .argumentUnexpected }
        return String(decoding: word, as: UTF8.self)
    }
}
