internal import MailClient
internal import MailCore
internal import TerminalScreen

/// What keys do.
extension MailScreenModel {
    mutating func press(_ key: Key) -> [ScreenEffect] {
        if prompt != nil { return answer(key) }
        notice = nil
        switch key {
        case .control("l"): return [.redraw]
        case .control("z"): return [.suspend]
        case .control("c"): return pages.isEmpty ? [.quit] : close()
        default: break
        }
        if focus == .folders { return pressInFolders(key) }
        switch pages.last {
        case nil: return pressInList(key)
        case .message(let page): return press(key, page)
        case .conversation(let page): return press(key, page)
        case .review(let page): return press(key, page)
        case .help(let scroll): return press(key, help: scroll)
        }
    }

    /// Keys that move: by how many rows, of so many that are seen.
    private static func step(_ key: Key, _ rows: Int) -> Int? {
        switch key {
        case .down, .character("j"), .control("n"): 1
        case .up, .character("k"), .control("p"): -1
        case .pageDown, .character(" "), .control("f"): rows
        case .pageUp, .character("-"), .control("b"): -rows
        case .control("d"): max(1, rows / 2)
        case .control("u"): -max(1, rows / 2)
        case .home, .character("g"): -1_000_000_000
        case .end, .character("G"): 1_000_000_000
        default: nil
        }
    }

    private mutating func close() -> [ScreenEffect] {
        _ = pages.popLast()
        return []
    }

    // MARK: Folders

    private mutating func pressInFolders(_ key: Key) -> [ScreenEffect] {
        if let step = Self.step(key, listRows) {
            folderCursor = min(max(0, folderCursor + step), max(0, folders.count - 1))
            return []
        }
        switch key {
        case .enter, .right, .character("l"):
            guard folders.indices.contains(folderCursor) else { return [] }
            focus = .main
            pages = []
            return [.open(folders[folderCursor], query: "")]
        case .tab, .escape, .left, .character("h"), .character("q"): focus = .main
        case .character("?"):
            focus = .main
            pages.append(.help(scroll: 0))
        default: break
        }
        return []
    }

    // MARK: The list

    private mutating func pressInList(_ key: Key) -> [ScreenEffect] {
        if let step = Self.step(key, listRows) {
            list.move(step)
            return []
        }
        switch key {
        case .character("q"): return [.quit]
        case .tab, .left, .character("h"):
            focus = .folders
            folderCursor = folders.firstIndex { $0.wireName == folder?.wireName } ?? 0
        case .enter, .right, .character("l"): return open(list.current)
        case .character("v"), .character("V"): list.toggleMark()
        case .escape:
            if !list.marked.isEmpty {
                list.clearMarks()
            } else if !query.isEmpty, let folder {
                return [.open(folder, query: "")]
            }
        default: return pressAnywhere(key)
        }
        return []
    }

    func open(_ uid: UInt32?) -> [ScreenEffect] {
        guard let uid, let folder else { return [] }
        return [.read(folder, uid, octetsMax: MailClientLimits.readOctetsMax)]
    }

    /// Keys that mean the same in the list and in a message.
    private mutating func pressAnywhere(_ key: Key) -> [ScreenEffect] {
        switch key {
        case .character("?"): pages.append(.help(scroll: 0))
        case .character("c"), .character("m"): return [.edit(Composition(Draft(account)))]
        case .character("E"):
            guard let uid = list.current, let folder else { return [] }
            return [.resume(folder, uid)]
        case .character("r"): return answerCurrent(.author)
        case .character("R"): return answerCurrent(.everybody)
        case .character("f"): return forwardCurrent(.inText)
        case .character("F"): return forwardCurrent(.attached)
        case .character("d"), .delete: return takeAway(ScreenEffect.delete)
        case .character("a"), .character("e"): return takeAway(ScreenEffect.archive)
        case .character("u"), .character("z"): return undo()
        case .character("N"): return toggle(.seen, on: .read, off: .unread)
        case .character("*"), .character("s"): return toggle(.flagged, on: .flagged, off: .unflagged)
        case .character("t"): return list.current.map { [.conversation($0)] } ?? []
        case .character("M"):
            let names = folders.filter { $0.wireName != folder?.wireName }.map(\.name)
            prompt = LinePrompt(purpose: .move, question: "Move to folder (Tab completes): ", text: "", choices: names)
        case .character("/"):
            prompt = LinePrompt(purpose: .search, question: "Search: ", text: query)
        case .character("$"), .control("r"):
            list.forget()
            if let folder { return [.listFolders, .open(folder, query: query)] }
        default: break
        }
        return []
    }

    private func answerCurrent(_ audience: Draft.Audience) -> [ScreenEffect] {
        guard let uid = list.current, let folder else { return [] }
        return [.answer(folder, uid, audience)]
    }

    private func forwardCurrent(_ forwarding: Draft.Forwarding) -> [ScreenEffect] {
        guard let uid = list.current, let folder else { return [] }
        return [.forward(folder, uid, forwarding)]
    }

    /// What goes from the list goes at once; should the server refuse, the list is read again.
    private mutating func takeAway(_ effect: ([UInt32]) -> ScreenEffect) -> [ScreenEffect] {
        let uids = list.chosen
        guard !uids.isEmpty, link == .online else {
            if !uids.isEmpty { notice = Notice(text: "There is no connection at this moment", kind: .trouble) }
            return []
        }
        list.remove(uids)
        if case .message? = pages.last { pages.removeLast() }
        return [effect(uids)]
    }

    private mutating func undo() -> [ScreenEffect] {
        guard let moved = undoable.popLast() else {
            notice = Notice(text: "There is nothing to undo", kind: .news)
            return []
        }
        return [.undo(moved)]
    }

    /// Sets what one of the messages lacks; clears it where all have it.
    private mutating func toggle(_ flag: SystemFlags, on: MessageMark, off: MessageMark) -> [ScreenEffect] {
        let uids = list.chosen
        guard !uids.isEmpty else { return [] }
        let isMissing = uids.contains { !(list.summaries[$0]?.flags.contains(flag) ?? false) }
        for uid in uids {
            guard let summary = list.summaries[uid] else { continue }
            let flags = isMissing ? summary.flags.union(flag) : summary.flags.subtracting(flag)
            list.setFlags(uid, MessageFlags(flags, summary.keywords))
        }
        return [.mark(isMissing ? on : off, uids), .listFolders]
    }

    // MARK: A message

    private mutating func press(_ key: Key, _ page: MessagePage) -> [ScreenEffect] {
        var page = page
        if let step = Self.step(key, listRows - 1) {
            let last = max(0, page.lines(mainColumns).count - listRows)
            page.scroll = min(max(0, min(page.scroll, last) + step), last)
            pages[pages.count - 1] = .message(page)
            return []
        }
        switch key {
        case .character("q"), .escape, .left, .character("h"): return close()
        case .character("J"), .character("n"), .character(">"): return openNext(1)
        case .character("K"), .character("p"), .character("<"): return openNext(-1)
        case .character("H"):
            page.header = page.header == .short ? .whole : .short
            pages[pages.count - 1] = .message(page)
        case .character("W"): return [.read(page.folder, page.mail.uid, octetsMax: nil)]
        case .character("S"):
            guard !page.message.attachments.isEmpty else {
                notice = Notice(text: "The message has no files", kind: .news)
                return []
            }
            prompt = LinePrompt(purpose: .saveAll, question: "Save all files into: ", text: ".")
        case .character(let digit) where ("1"..."9").contains(digit):
            guard let number = digit.wholeNumberValue, number <= page.message.attachments.count else { return [] }
            return [.save(page.folder, page.mail.uid, number: number, directory: ".")]
        case .character("r"): return [.answer(page.folder, page.mail.uid, .author)]
        case .character("R"): return [.answer(page.folder, page.mail.uid, .everybody)]
        case .character("f"): return [.forward(page.folder, page.mail.uid, .inText)]
        case .character("F"): return [.forward(page.folder, page.mail.uid, .attached)]
        default:
            // Of a message that came from a conversation the list knows nothing.
            guard page.folder.wireName == folder?.wireName, page.mail.uid == list.current else {
                if key == .character("?") { pages.append(.help(scroll: 0)) }
                return []
            }
            return pressAnywhere(key)
        }
        return []
    }

    private mutating func openNext(_ step: Int) -> [ScreenEffect] {
        let before = list.current
        list.move(step)
        return list.current == before ? [] : open(list.current)
    }

    // MARK: A conversation

    private mutating func press(_ key: Key, _ page: ConversationPage) -> [ScreenEffect] {
        var page = page
        if let step = Self.step(key, listRows) {
            page.cursor = min(max(0, page.cursor + step), max(0, page.entries.count - 1))
            pages[pages.count - 1] = .conversation(page)
            return []
        }
        guard let current = page.current else { return close() }
        switch key {
        case .character("q"), .escape, .left, .character("h"), .character("t"): return close()
        case .enter, .right, .character("l"):
            return [.read(current.folder, current.summary.uid, octetsMax: MailClientLimits.readOctetsMax)]
        case .character("r"): return [.answer(current.folder, current.summary.uid, .author)]
        case .character("R"): return [.answer(current.folder, current.summary.uid, .everybody)]
        case .character("f"): return [.forward(current.folder, current.summary.uid, .inText)]
        case .character("?"): pages.append(.help(scroll: 0))
        default: break
        }
        return []
    }

    // MARK: Before sending

    private mutating func press(_ key: Key, _ page: ReviewPage) -> [ScreenEffect] {
        var page = page
        guard !page.isSending else { return [] }
        if let step = Self.step(key, listRows - 1) {
            let last = max(0, page.lines(mainColumns).count - listRows)
            page.scroll = min(max(0, page.scroll + step), last)
            pages[pages.count - 1] = .review(page)
            return []
        }
        switch key {
        case .character("y"), .enter:
            if let obstacle = page.composition.draft.obstacle {
                notice = Notice(text: "\(obstacle.problem): \(obstacle.advice)", kind: .trouble)
                return []
            }
            page.isSending = true
            pages[pages.count - 1] = .review(page)
            notice = Notice(text: "Sending…", kind: .news)
            return [.send(page.composition)]
        case .character("e"): return [.edit(page.composition)]
        case .character("a"):
            prompt = LinePrompt(purpose: .attach, question: "Attach the file: ", text: "")
        case .character("P"):
            pages.removeLast()
            return [.keep(page.composition)]
        case .character("q"), .escape:
            prompt = LinePrompt(purpose: .discard, question: "Keep it in the drafts? (y/n, Esc goes back) ", text: "")
        case .character("?"): pages.append(.help(scroll: 0))
        default: break
        }
        return []
    }

    private mutating func press(_ key: Key, help scroll: Int) -> [ScreenEffect] {
        guard let step = Self.step(key, listRows) else { return close() }
        let last = max(0, KeyHelp.lines(columns).count - listRows)
        pages[pages.count - 1] = .help(scroll: min(max(0, scroll + step), last))
        return []
    }

    // MARK: Questions

    private mutating func answer(_ key: Key) -> [ScreenEffect] {
        guard var prompt else { return [] }
        if prompt.purpose == .discard { return answerDiscard(key) }
        let outcome = prompt.receive(key)
        self.prompt = outcome == .goesOn ? prompt : nil
        guard case .answered(let text) = outcome else { return [] }
        switch prompt.purpose {
        case .search:
            pages = []
            return folder.map { [.open($0, query: text)] } ?? []
        case .move:
            guard let target = folders.first(where: { $0.name == text || $0.useName == text.lowercased() }) else {
                notice = Notice(text: "There is no folder \(text)", kind: .trouble)
                return []
            }
            return takeAway { .move($0, target) }
        case .saveAll:
            guard case .message(let page)? = pages.last else { return [] }
            return [.save(page.folder, page.mail.uid, number: nil, directory: MailPaths.expanded(text))]
        case .attach:
            guard case .review(var page)? = pages.last, !text.isEmpty else { return [] }
            page.composition.draft.attachments.append(.file(MailPaths.expanded(text)))
            pages[pages.count - 1] = .review(page)
            return []
        case .discard: return []
        }
    }

    private mutating func answerDiscard(_ key: Key) -> [ScreenEffect] {
        guard case .review(let page)? = pages.last else {
            prompt = nil
            return []
        }
        switch key {
        case .character("y"), .character("Y"):
            prompt = nil
            pages.removeLast()
            return [.keep(page.composition)]
        case .character("n"), .character("N"):
            prompt = nil
            pages.removeLast()
            return [.discard(page.composition)]
        case .escape, .control("c"): prompt = nil
        default: break
        }
        return []
    }
}
