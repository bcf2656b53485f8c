internal import MailCore

/// The part of a Maildir file's name that has its flags: `:2,FRS` (https://cr.yp.to/proto/maildir.html), and the letters
/// a to z for the words in `dovecot-keywords`.
enum MaildirInfo {
    static let keywordsFile = "dovecot-keywords"

    /// The flags of a file name.
    static func mark(ofFile name: String, keywords: [Int: Keyword]) -> MailFileMark {
        var mark = MailFileMark()
        guard let start = name.range(of: ":2,") ?? name.range(of: ";2,") else { return mark }
        for letter in name[start.upperBound...].prefix(while: { $0 != "," }).utf8 {
            switch letter {
            case UInt8(ascii: "S"): mark.flags.insert(.seen)
            case UInt8(ascii: "R"): mark.flags.insert(.answered)
            case UInt8(ascii: "F"): mark.flags.insert(.flagged)
            case UInt8(ascii: "T"): mark.flags.insert(.deleted)
            case UInt8(ascii: "D"): mark.flags.insert(.draft)
            case UInt8(ascii: "P"): mark.keywords += [Keyword("$Forwarded")].compactMap { $0 }
            case UInt8(ascii: "a")...UInt8(ascii: "z"):
                if let keyword = keywords[Int(letter - UInt8(ascii: "a"))], !mark.keywords.contains(keyword) {
                    mark.keywords.append(keyword)
                }
            default: break
            }
        }
        return mark
    }

    /// The flags as they are written, in the order of the alphabet as the format wants.
    ///
    /// - Parameter letters: the number of each keyword that has one.
    static func text(_ mark: MailFileMark, letters: [Keyword: Int]) -> String {
        var text = ""
        if mark.flags.contains(.draft) { text += "D" }
        if mark.flags.contains(.flagged) { text += "F" }
        if mark.keywords.contains(where: { $0.text.lowercased() == "$forwarded" }) { text += "P" }
        if mark.flags.contains(.answered) { text += "R" }
        if mark.flags.contains(.seen) { text += "S" }
        if mark.flags.contains(.deleted) { text += "T" }
        let small = mark.keywords.compactMap { letters[$0] }.filter { $0 < 26 }.sorted()
        return ":2," + text + String(decoding: small.map { UInt8(ascii: "a") + UInt8($0) }, as: UTF8.self)
    }

    /// `0 $Forwarded`, one in a line.
    static func keywords(_ text: String) -> [Int: Keyword] {
        var keywords: [Int: Keyword] = [:]
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ", maxSplits: 1)
            guard words.count == 2, let number = Int(words[0]), (0..<26).contains(number) else { continue }
            keywords[number] = Keyword(words[1])
        }
        return keywords
    }
}

extension String {
    /// The first place of a short text.
    fileprivate func range(of text: String) -> Range<Index>? { ranges(of: text).first }
}
