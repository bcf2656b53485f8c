/// The line that begins each message of an mbox file: `From sender Fri Jun  4 12:34:56 2021` (RFC 4155 Appendix A).
package struct MboxFromLine: Hashable, Sendable {
    /// What stands for the sender.
    package let sender: String
    /// Seconds since 1970, UTC; a line without a zone is UTC. nil when no date can be made out.
    package let dateSeconds: Int64?

    static let start = Array("From ".utf8)

    /// Reads a line that begins with `From `; nil for another.
    package init?(_ line: some Collection<UInt8>) {
        guard line.starts(with: MboxFromLine.start) else { return nil }
        let words = line.dropFirst(MboxFromLine.start.count).prefix(512)
            .split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") || $0 == 0x0d || $0 == 0x0a }
            .map { String(decoding: $0, as: UTF8.self) }
        sender = words.first ?? ""
        dateSeconds = MboxFromLine.date(words)
    }

    /// Finds month, day, time, year and zone among the words, in any of the orders that programs have written.
    private static func date(_ words: [String]) -> Int64? {
        guard let monthIndex = words.firstIndex(where: { CalendarSeconds.months.contains($0.capitalizedASCII) }),
            let month = CalendarSeconds.months.firstIndex(of: words[monthIndex].capitalizedASCII)
        else { return nil }
        var day: Int?
        var year: Int?
        var clock: [Int]?
        var zone = 0
        // A sender may look like a number: only the words around the month count.
        for word in words[max(0, monthIndex - 2)...] where word != words[monthIndex] {
            let parts = word.split(separator: ":", omittingEmptySubsequences: false).map { Int($0) }
            if parts.count >= 2, parts.count <= 3 {
                let numbers = parts.compactMap { $0 }
                if numbers.count == parts.count { clock = clock ?? numbers }
            } else if word.utf8.count == 5, word.hasPrefix("+") || word.hasPrefix("-"),
                let offset = Int(word.dropFirst())
            {
                zone = (offset / 100 * 60 + offset % 100) * (word.hasPrefix("-") ? -60 : 60)
            } else if let number = Int(word), word.utf8.count <= 2 {
                day = day ?? number
            } else if let number = Int(word), word.utf8.count == 4, number > 0 {
                year = year ?? number
            }
        }
        guard let day, let year, let clock else { return nil }
        return CalendarSeconds.seconds(
            year: year, month: month + 1, day: day, hour: clock[0], minute: clock[1],
            second: clock.count > 2 ? clock[2] : 0
        ).map { $0 - Int64(zone) }
    }
}

extension String {
    /// `JUN` and `jun` as `Jun`.
    fileprivate var capitalizedASCII: String { prefix(1).uppercased() + dropFirst().lowercased() }
}
