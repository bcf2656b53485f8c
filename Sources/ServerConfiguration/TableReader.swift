internal import TOMLKit

/// Collects what is wrong while a file is read.
final class MistakeCollector {
    private(set) var mistakes: [ConfigurationMistake] = []
    let lines: SourceLines

    init(lines: SourceLines) { self.lines = lines }

    /// Notes a mistake at the line of `path`.
    func add(at path: String, _ problem: String, _ advice: String = "") {
        add(line: lines.line(of: path), problem, advice)
    }

    /// Notes a mistake whose line is known.
    func add(line: Int?, _ problem: String, _ advice: String = "") {
        mistakes.append(ConfigurationMistake(line: line, problem: problem, advice: advice))
    }
}

extension TableReader {
    /// Reads a whole file: TOML, then what it means.
    ///
    /// - Parameter meaning: notes what is wrong in the reader; nil when nothing can be made of it.
    /// - Throws: every mistake that is in it.
    package static func read<Meaning>(
        _ text: String, file: String, _ meaning: (TableReader) -> Meaning?
    ) throws(ConfigurationError) -> Meaning {
        if let line = SourceLines.firstNamelessHeader(text) {
            let mistake = ConfigurationMistake(
                line: line, problem: "this is not TOML: a table without a name", advice: "write it like [log]")
            throw ConfigurationError(file: file, mistakes: [mistake])
        }
        let table: TOMLTable
        do {
            table = try TOMLTable(string: text)
        } catch let error as TOMLParseError {
            let mistake = ConfigurationMistake(
                line: error.source.begin.line, problem: "this is not TOML: \(error.description)",
                advice: "see https://toml.io for how it is written; text needs \"quotes\"")
            throw ConfigurationError(file: file, mistakes: [mistake])
        } catch {
            throw ConfigurationError(
                file: file, mistakes: [ConfigurationMistake(line: nil, problem: "this is not TOML")])
        }
        let collector = MistakeCollector(lines: SourceLines(text))
        let read = meaning(TableReader(table: table, path: "", collector: collector))
        guard let read, collector.mistakes.isEmpty else {
            throw ConfigurationError(file: file, mistakes: collector.mistakes)
        }
        return read
    }
}

/// Reads one table of the file: each getter checks the type and notes a mistake when it is another.
package struct TableReader {
    let table: TOMLTable
    /// Empty for the file itself, else `tls` or `listener[0]`.
    let path: String
    let collector: MistakeCollector

    /// For messages: `port in [[listener]]`, or the key alone at the top.
    package func named(_ key: String) -> String {
        if path.isEmpty { return key }
        guard let bracket = path.firstIndex(of: "[") else { return "\(key) in [\(path)]" }
        return "\(key) in [[\(path[..<bracket])]]"
    }

    func pathOf(_ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

    package func has(_ key: String) -> Bool { table.contains(key: key) }

    package func mistake(_ key: String, _ problem: String, _ advice: String = "") {
        collector.add(at: pathOf(key), problem, advice)
    }

    /// Notes every key that is not among `known`.
    package func checkKeys(_ known: [String]) {
        for key in table.keys.sorted() where !known.contains(key) {
            let advice: String
            if let meant = Suggestion.nearest(to: key, among: known) {
                advice = "did you mean \(meant)?"
            } else {
                advice = "known here: \(known.joined(separator: ", "))"
            }
            mistake(key, "unknown key \(named(key))", advice)
        }
    }

    package func string(_ key: String) -> String? {
        value(key, .string, "text in quotes", example: "\(key) = \"…\"")?.string
    }

    package func bool(_ key: String) -> Bool? {
        value(key, .bool, "true or false", example: "\(key) = true")?.bool
    }

    /// A whole number in the range.
    package func integer(_ key: String, in range: ClosedRange<Int>) -> Int? {
        guard let value = value(key, .int, "a whole number", example: "\(key) = \(range.lowerBound)") else {
            return nil
        }
        guard let number = value.int, range.contains(number) else {
            mistake(
                key, "\(named(key)) is out of range",
                "write a number from \(range.lowerBound) to \(range.upperBound)")
            return nil
        }
        return number
    }

    /// A number of octets, or text like `50 MiB`.
    func size(_ key: String, in range: ClosedRange<Int>) -> Int? {
        guard let value = table[key] else { return nil }
        guard value.type == .int || value.type == .string else {
            wrongType(key, value.type, "a size", example: "\(key) = \"50 MiB\"")
            return nil
        }
        guard let size = value.int ?? value.string.flatMap({ ByteSize.parse($0) }) else {
            mistake(key, "\(named(key)) is not a size", "write it like \"50 MiB\" or 52428800")
            return nil
        }
        guard range.contains(size) else {
            mistake(
                key, "\(named(key)) is out of range",
                "write a size from \(range.lowerBound) to \(range.upperBound) octets")
            return nil
        }
        return size
    }

    /// A number of seconds, or text like `5 min`; nil when it is neither.
    func span(_ key: String) -> Int? {
        guard let value = table[key] else { return nil }
        return value.int ?? value.string.flatMap { TimeSpan.parse($0) }
    }

    /// One of the words of an enum.
    package func choice<Choice: RawRepresentable & CaseIterable>(_ key: String, _: Choice.Type) -> Choice?
    where Choice.RawValue == String {
        guard let word = string(key) else { return nil }
        if let choice = Choice(rawValue: word) { return choice }
        let words = Choice.allCases.map(\.rawValue)
        let all = words.map { "\"\($0)\"" }.joined(separator: ", ")
        if let meant = Suggestion.nearest(to: word, among: words) {
            mistake(
                key, "\(named(key)) is \"\(word)\", which it can't be", "did you mean \"\(meant)\"? It is one of \(all)"
            )
        } else {
            mistake(key, "\(named(key)) is \"\(word)\", which it can't be", "write one of \(all)")
        }
        return nil
    }

    /// A list of texts; empty when the key is missing.
    package func strings(_ key: String) -> [String] {
        guard let array = value(key, .array, "a list", example: "\(key) = [\"…\"]")?.array else { return [] }
        var result: [String] = []
        for index in 0..<array.count {
            guard let text = array[index].string else {
                wrongType(key, array[index].type, "a list of texts in quotes", example: "\(key) = [\"…\"]")
                continue
            }
            result.append(text)
        }
        return result
    }

    /// The table `[key]`; nil when it is missing or no table.
    func section(_ key: String) -> TableReader? {
        guard let table = value(key, .table, "a table", example: "[\(key)]")?.table else { return nil }
        return TableReader(table: table, path: pathOf(key), collector: collector)
    }

    /// The tables `[[key]]`.
    package func sections(_ key: String) -> [TableReader] {
        guard let array = value(key, .array, "written once for each", example: "[[\(key)]]")?.array else { return [] }
        var result: [TableReader] = []
        for index in 0..<array.count {
            guard let table = array[index].table else {
                wrongType(key, array[index].type, "written once for each", example: "[[\(key)]]")
                continue
            }
            result.append(TableReader(table: table, path: "\(pathOf(key))[\(index)]", collector: collector))
        }
        return result
    }

    private func value(
        _ key: String, _ type: TOMLType, _ wanted: String, example: String
    ) -> (any TOMLValueConvertible)? {
        guard let value = table[key] else { return nil }
        guard value.type == type else {
            wrongType(key, value.type, wanted, example: example)
            return nil
        }
        return value
    }

    private func wrongType(_ key: String, _ found: TOMLType, _ wanted: String, example: String) {
        mistake(key, "\(named(key)) must be \(wanted), and this is \(TableReader.word(for: found))", "write \(example)")
    }

    private static func word(for type: TOMLType) -> String {
        switch type {
        case .table: "a table"
        case .array: "a list"
        case .string: "text"
        case .int: "a whole number"
        case .double: "a decimal number"
        case .bool: "true or false"
        case .date, .time, .dateTime: "a date or time"
        }
    }
}
