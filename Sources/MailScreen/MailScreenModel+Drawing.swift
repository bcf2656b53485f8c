internal import InternetMessage
internal import MailClient
internal import MailCore
internal import TerminalOutput
package import TerminalScreen

/// How things stand, as cells.
extension MailScreenModel {
    /// The whole screen.
    package mutating func draw() -> CellGrid {
        var grid = CellGrid(columns: columns, rows: rows)
        drawTitle(&grid)
        let pane = paneColumns
        if pane > 0 { drawFolders(&grid, pane) }
        if pane < columns { drawMain(&grid, from: pane > 0 ? pane + 1 : 0) }
        drawBottom(&grid)
        return grid
    }

    // MARK: The title

    private func drawTitle(_ grid: inout CellGrid) {
        let right: String
        switch link {
        case .connecting: right = "connecting… "
        case .online: right = unreadText
        case .offline: right = "offline "
        }
        let name = folder?.name ?? ""
        let search = query.isEmpty ? "" : " · “\(query)”"
        // Where there is little room, it is for the folder.
        let address = columns >= 60 || name.isEmpty ? account.author.address.written : ""
        let left = " \(address)\(address.isEmpty || name.isEmpty ? "" : " · ")\(name)\(search)"
        let rightWidth = DisplayText.width(right)
        grid.put(left, row: 0, column: 0, width: max(0, columns - rightWidth - 1))
        if columns > rightWidth + 12 { grid.put(right, row: 0, column: columns - rightWidth) }
        grid.paint(row: 0, CellStyle(nil, [.reverse, .bold]))
    }

    private var unreadText: String {
        guard folder != nil else { return "" }
        let count = QuantityText.grouped(Int64(list.count))
        let listed = folders.first { $0.wireName == folder?.wireName }
        let unread = query.isEmpty ? (listed?.unread ?? 0) : 0
        return unread > 0
            ? "\(QuantityText.grouped(Int64(unread))) unread of \(count) "
            : QuantityText.count(Int64(list.count), "message") + " "
    }

    // MARK: Folders

    private func drawFolders(_ grid: inout CellGrid, _ width: Int) {
        let top = max(0, min(folderCursor - listRows / 2, folders.count - listRows))
        for row in 0..<listRows {
            let place = top + row
            if width < columns { grid.put("│", row: row + 1, column: width, .dim) }
            guard folders.indices.contains(place) else { continue }
            let folder = folders[place]
            let isOpen = folder.wireName == self.folder?.wireName
            let count = folder.unread.flatMap { $0 > 0 ? QuantityText.grouped(Int64($0)) : nil } ?? ""
            let room = width - DisplayText.width(count) - 2
            let style = CellStyle(nil, (folder.unread ?? 0) > 0 || isOpen ? .bold : [])
            grid.put((isOpen ? "▸" : " ") + Self.label(folder), row: row + 1, column: 0, width: max(1, room), style)
            grid.put(count, row: row + 1, column: max(0, width - DisplayText.width(count) - 1), CellStyle(.cyan, .bold))
            if focus == .folders, place == folderCursor { grid.paint(row: row + 1, from: 0, to: width, .reverse) }
        }
    }

    private static func label(_ folder: MailFolder) -> String {
        guard case .none = folder.use else { return folder.name }
        let levels = folder.name.split(separator: "/")
        guard levels.count > 1, let last = levels.last else { return folder.name }
        return String(repeating: "  ", count: min(levels.count - 1, 5)) + last
    }

    // MARK: The main part

    private mutating func drawMain(_ grid: inout CellGrid, from left: Int) {
        switch pages.last {
        case nil: drawList(&grid, left)
        case .message(let page): draw(page.lines(mainColumns), page.scroll, &grid, left)
        case .review(let page): draw(page.lines(mainColumns), page.scroll, &grid, left)
        case .help(let scroll): draw(KeyHelp.lines(mainColumns), scroll, &grid, left)
        case .conversation(var page):
            draw(&page, &grid, left)
            pages[pages.count - 1] = .conversation(page)
        }
    }

    private func draw(_ lines: [StyledLine], _ scroll: Int, _ grid: inout CellGrid, _ left: Int) {
        let top = min(scroll, max(0, lines.count - listRows))
        for (row, line) in lines.dropFirst(top).prefix(listRows).enumerated() {
            grid.put(line.text, row: row + 1, column: left, line.style)
        }
    }

    private mutating func drawList(_ grid: inout CellGrid, _ left: Int) {
        guard list.count > 0 else {
            let text = folder == nil ? "" : query.isEmpty ? "There is no message here." : "Nothing matches."
            grid.put(text, row: 2, column: left + 2, .dim)
            return
        }
        for (row, place) in list.window(listRows).enumerated() {
            guard let uid = list.uid(at: place) else { continue }
            if let summary = list.summaries[uid] {
                draw(summary, &grid, row + 1, left, indent: 0, showsRecipient: folder?.use == .special(.sent))
            } else {
                grid.put("…", row: row + 1, column: left + 5, .dim)
            }
            if list.marked.contains(uid) { grid.put("✓", row: row + 1, column: left, CellStyle(.green, .bold)) }
            if place == list.cursor, focus == .main { grid.paint(row: row + 1, from: left, .reverse) }
        }
    }

    private func draw(
        _ summary: MessageSummary, _ grid: inout CellGrid, _ row: Int, _ left: Int, indent: Int, showsRecipient: Bool
    ) {
        let style: CellStyle = summary.isRead ? .plain : .bold
        if !summary.isRead { grid.put("●", row: row, column: left + 1, CellStyle(.cyan, .bold)) }
        if summary.flags.contains(.flagged) { grid.put("★", row: row, column: left + 2, CellStyle(.yellow, .bold)) }
        let isForwarded = summary.keywords.contains { $0.lowercased() == "$forwarded" }
        let mark = summary.flags.contains(.answered) ? "↩" : isForwarded ? "↪" : ""
        grid.put(mark, row: row, column: left + 3, .dim)
        if summary.hasAttachment { grid.put("+", row: row, column: left + 4, CellStyle(.magenta)) }
        var column = left + 6
        let wide = mainColumns >= 50
        if wide {
            grid.put(shortDate(summary.dateSeconds), row: row, column: column, .dim)
            column += 8
        }
        let people = showsRecipient ? summary.to : summary.from
        let nameWidth = max(10, min(26, mainColumns / 4))
        let name = (showsRecipient ? "To: " : "") + (people.first?.label ?? "(nobody)")
        let more = people.count > 1 && showsRecipient ? " +\(people.count - 1)" : ""
        let shift = min(indent, 8) * 2
        let branch = indent > 0 ? String(repeating: " ", count: shift - 2) + "└ " : ""
        grid.put(branch + name + more, row: row, column: column, width: nameWidth + shift, style)
        column += nameWidth + shift + 1
        let subject = summary.subject.isEmpty ? "(no subject)" : summary.subject
        grid.put(subject, row: row, column: column, style)
    }

    /// `09:55` today, `21 Nov` in this year, else `Nov 25`.
    private func shortDate(_ seconds: Int64) -> String {
        let then = QuantityText.localTime(secondsSince1970: seconds)
        let now = QuantityText.localTime(secondsSince1970: nowSeconds)
        if then.prefix(10) == now.prefix(10) { return String(then.dropFirst(11).prefix(5)) }
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let month = Int(then.dropFirst(5).prefix(2)).flatMap { months.indices.contains($0 - 1) ? months[$0 - 1] : nil }
        guard let month, let day = Int(then.dropFirst(8).prefix(2)) else { return "" }
        return then.prefix(4) == now.prefix(4) ? "\(day < 10 ? " " : "")\(day) \(month)" : "\(month) \(then.prefix(4))"
    }

    private func draw(_ page: inout ConversationPage, _ grid: inout CellGrid, _ left: Int) {
        for (row, place) in page.window(listRows).enumerated() {
            let entry = page.entries[place]
            draw(
                entry.message.summary, &grid, row + 1, left, indent: entry.depth, showsRecipient: false)
            if place == page.cursor { grid.paint(row: row + 1, from: left, .reverse) }
        }
    }

    // MARK: The last lines

    private func drawBottom(_ grid: inout CellGrid) {
        let line = rows - 2
        guard line > 1 else { return }
        if let prompt {
            let end = grid.put(prompt.question, row: line, column: 0, width: max(1, columns - 12), .bold)
            let room = max(1, columns - end - 1)
            var shown = prompt.text[...]
            while DisplayText.width(shown) > room { shown.removeFirst() }
            let after = grid.put(shown, row: line, column: end, width: room)
            grid.cursor = (line, min(after, columns - 1))
        } else if let notice {
            let style = notice.kind == .trouble ? CellStyle(.red, .bold) : CellStyle(.green)
            grid.put(notice.text, row: line, column: 0, style)
        } else if case .offline(let why) = link {
            grid.put("Offline: \(why)", row: line, column: 0, CellStyle(.yellow))
        }
        grid.put(hints, row: rows - 1, column: 0, .dim)
    }

    private var hints: String {
        if prompt != nil { return "Enter: go on   Esc: leave" }
        if focus == .folders { return "Enter open   Tab back   ? keys" }
        switch pages.last {
        case nil where !list.marked.isEmpty:
            return "\(list.marked.count) marked:  d delete  a archive  M move  * star  N read  Esc unmark"
        case nil: return "Enter open  c write  r answer  d delete  a archive  / search  Tab folders  ? keys  q quit"
        case .message: return "q back  r answer  R all  f forward  d delete  J next  S save  t conversation  ? keys"
        case .conversation: return "Enter open  r answer  q back  ? keys"
        case .review(let page) where page.isSending: return "Sending…"
        case .review: return "y send   e edit   a attach   P keep as draft   q give up"
        case .help: return "any other key goes back"
        }
    }
}
