internal import MailClient
internal import TerminalOutput
internal import TerminalScreen

/// The keys, for people.
enum KeyHelp {
    private static let groups: [(title: String, keys: [(String, String)])] = [
        (
            "Moving",
            [
                ("j k ↓ ↑", "one line"), ("Space - PgDn PgUp", "one page"), ("g G Home End", "first, last"),
                ("Enter l →", "open"), ("q Esc h ←", "back; q in the list ends"), ("Tab", "folders"),
            ]
        ),
        (
            "Messages",
            [
                ("r R", "answer the author, everybody"), ("f F", "forward in the text, attached"), ("c", "write"),
                ("E", "go on with a draft"),
                ("d", "delete"), ("a", "archive"), ("M", "move to a folder"), ("u", "undo"), ("*", "star"),
                ("N", "read or unread"), ("v", "mark several"), ("t", "conversation"), ("/", "search"),
                ("Esc", "ends a search"), ("$", "look again"),
            ]
        ),
        (
            "In a message",
            [
                ("J K", "next, previous message"), ("S 1…9", "save files: all, one"), ("H", "whole header"),
                ("W", "the whole of a long message"),
            ]
        ),
        (
            "Before sending",
            [
                ("y", "send"), ("e", "edit again"), ("a", "attach a file"), ("P", "keep in the drafts"),
                ("q", "give up"),
            ]
        ),
    ]

    static func lines(_ columns: Int) -> [StyledLine] {
        var lines: [StyledLine] = []
        for group in groups {
            lines.append(StyledLine(text: group.title, style: .bold))
            for (keys, meaning) in group.keys {
                let padding = String(repeating: " ", count: max(1, 20 - DisplayText.width(keys)))
                lines.append(StyledLine(text: "  \(keys)\(padding)\(meaning)"))
            }
            lines.append(StyledLine(text: ""))
        }
        lines.append(StyledLine(text: "Searching", style: .bold))
        for (word, meaning) in MailQuery.operators {
            let padding = String(repeating: " ", count: max(1, 26 - DisplayText.width(word)))
            lines.append(StyledLine(text: "  \(word)\(padding)\(meaning)"))
        }
        return lines
    }
}
