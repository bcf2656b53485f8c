/// Text as it takes up room in a terminal.
package enum DisplayText {
    /// The columns that the text fills: two for wide East Asian characters and emoji, none for combining marks.
    package static func width(_ text: some StringProtocol) -> Int {
        var columns = 0
        for character in text { columns += width(of: character) }
        return columns
    }

    /// The text without what could steer the terminal: control and formatting characters become `�`, line ends a space.
    ///
    /// Names and subjects come from anybody; an escape sequence in one must not reach the screen.
    package static func printable(_ text: some StringProtocol) -> String {
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control: result.append(scalar == "\n" || scalar == "\t" ? " " : "\u{fffd}")
            case .format where !isJoiner(scalar): result.append("\u{fffd}")
            case .lineSeparator, .paragraphSeparator: result.append(" ")
            default: result.append(scalar)
            }
        }
        return String(result)
    }

    /// The text cut to at most `columns`, with an ellipsis when something is missing.
    package static func cut(_ text: String, to columns: Int) -> String {
        guard width(text) > columns else { return text }
        guard columns > 0 else { return "" }
        var used = 0
        var result = ""
        for character in text {
            let width = width(of: character)
            if used + width > columns - 1 { break }
            used += width
            result.append(character)
        }
        return result + "…"
    }

    /// The columns that one character fills.
    package static func width(of character: Character) -> Int {
        guard let first = character.unicodeScalars.first else { return 0 }
        if first.value < 0x20 || first.value == 0x7f { return 0 }
        if first.value < 0x300 { return 1 }
        switch first.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format, .control: return 0
        default: break
        }
        let isEmoji = first.properties.isEmojiPresentation || character.unicodeScalars.contains("\u{fe0f}")
        return isEmoji || isWide(first.value) ? 2 : 1
    }

    private static func isJoiner(_ scalar: Unicode.Scalar) -> Bool { scalar == "\u{200d}" || scalar == "\u{200c}" }

    /// The East Asian wide and full-width blocks (Unicode Standard Annex 11).
    private static func isWide(_ value: UInt32) -> Bool {
        switch value {
        case 0x1100...0x115f, 0x2e80...0x303e, 0x3041...0x33ff, 0x3400...0x4dbf, 0x4e00...0x9fff, 0xa000...0xa4cf,
            0xa960...0xa97c, 0xac00...0xd7a3, 0xf900...0xfaff, 0xfe30...0xfe6f, 0xff00...0xff60, 0xffe0...0xffe6,
            0x1f300...0x1f64f, 0x1f900...0x1f9ff, 0x20000...0x3fffd:
            true
        default:
            false
        }
    }
}
