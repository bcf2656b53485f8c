import MailCore

@testable import IMAP

/// What is behind a tag, read with everything offered.
func parse(_ text: String, enabled: IMAPCapabilitySet = []) throws -> IMAPCommand {
    try parse(Array(text.utf8), grammar: IMAPGrammar(enabled: enabled))
}

func parse(_ octets: [UInt8], grammar: IMAPGrammar = IMAPGrammar()) throws -> IMAPCommand {
    var parser = IMAPParser(octets, grammar: grammar)
    return try parser.command()
}

/// The reply to a command that is not obeyed; nil for one that is.
func refusal(_ text: String, grammar: IMAPGrammar = IMAPGrammar()) -> IMAPCompletion? {
    var parser = IMAPParser(Array(text.utf8), grammar: grammar)
    do throws(IMAPSyntaxError) {
        _ = try parser.command()
        return nil
    } catch {
        return error.completion
    }
}

extension MailboxName {
    /// A name that is known to be lawful.
    static func named(_ text: String) -> MailboxName { MailboxName(text) ?? .inbox }
}

extension Keyword {
    static func named(_ text: String) -> [Keyword] { Keyword(text).map { [$0] } ?? [] }
}

extension SequenceSet {
    /// `1:3,5:*`
    static func of(_ text: String) -> SequenceSet {
        let ranges = text.split(separator: ",").map { part in
            let ends = part.split(separator: ":").map { UInt32($0).map(Bound.number) ?? .largest }
            return SequenceRange(ends[0], ends[ends.count - 1])
        }
        return .ranges(ranges)
    }
}

extension CalendarDate {
    static func on(_ year: Int, _ month: Int, _ day: Int) -> CalendarDate {
        CalendarDate(year: year, month: month, day: day) ?? unixEpoch
    }

    private static let unixEpoch: CalendarDate = {
        guard let date = CalendarDate(daysSince1970: 0) else { fatalError("the epoch is a day") }
        return date
    }()
}
