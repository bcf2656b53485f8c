package import MailClient
internal import MailCore

/// The full-screen mail client without a terminal and without a connection: events go in, effects come out, and a grid
/// shows how things stand. Nothing here waits, reads a clock, or knows a server.
///
/// The list is the ground; pages stand on it in a stack: a message, its conversation, an answer under review, the help.
package struct MailScreenModel: Sendable {
    /// What the keys go to.
    enum Focus: Hashable {
        case folders
        case main
    }

    enum LinkState: Hashable {
        case connecting
        case online
        case offline(String)
    }

    /// What stands on the line above the keys.
    struct Notice: Hashable {
        enum Kind: Hashable {
            case news
            case trouble
        }

        var text: String
        var kind: Kind
    }

    let account: MailAccount
    var columns: Int
    var rows: Int
    var link = LinkState.connecting
    var folders: [MailFolder] = []
    var folderCursor = 0
    var folder: MailFolder?
    var query = ""
    var list = MessageList()
    var pages: [ScreenPage] = []
    var focus = Focus.main
    var prompt: LinePrompt?
    var notice: Notice?
    /// What can be brought back, the last first.
    var undoable: [MovedMail] = []
    /// Seconds since 1970, for dates in lists.
    package var nowSeconds: Int64 = 0

    /// Moves that can be brought back.
    static let undoMax = 50

    /// Before the first session.
    package init(_ account: MailAccount, columns: Int, rows: Int) {
        self.account = account
        self.columns = columns
        self.rows = rows
    }

    /// Takes an event in.
    package mutating func receive(_ event: ScreenEvent) -> [ScreenEffect] {
        var effects = obey(event)
        // What has come into sight is asked for.
        if link == .online, folder != nil {
            _ = list.window(listRows)
            let wanted = list.takeWanted(listRows)
            if !wanted.isEmpty { effects.append(.summaries(wanted)) }
        }
        return effects
    }

    private mutating func obey(_ event: ScreenEvent) -> [ScreenEffect] {
        switch event {
        case .key(let key): return press(key)
        case .resized(let columns, let rows):
            (self.columns, self.rows) = (columns, rows)
            return []
        case .online:
            link = .online
            list.forgetAsked()
            if let folder { return [.listFolders, .open(folder, query: query)] }
            return [.listFolders]
        case .offline(let why):
            link = .offline(why)
            return []
        case .folders(let folders): return take(folders)
        case .listed(let folder, let query, let uids):
            take(folder, query, uids)
            return []
        case .arrived(let uids):
            list.update(list.uids + uids)
            if uids.count == 1 {
                notice = Notice(text: "A new message", kind: .news)
            } else if !uids.isEmpty {
                notice = Notice(text: "\(uids.count) new messages", kind: .news)
            }
            return [.listFolders]
        case .summaries(let summaries):
            list.add(summaries)
            return []
        case .flags(let uid, let flags):
            list.setFlags(uid, flags)
            return []
        case .message(let folder, let mail, let message): return show(folder, mail, message)
        case .conversation(let messages):
            let entries = Conversation(messages).entries
            let cursor = entries.firstIndex { $0.message.summary.uid == list.current } ?? 0
            pages.append(.conversation(ConversationPage(entries: entries, cursor: cursor)))
            return []
        case .moved(let moved):
            undoable.append(moved)
            if undoable.count > Self.undoMax { undoable.removeFirst() }
            return [.listFolders]
        case .composed(let composition):
            pages.removeAll { if case .review = $0 { true } else { false } }
            pages.append(.review(ReviewPage(composition: composition)))
            return []
        case .sent(let report): return finish(report)
        case .notice(let text):
            notice = Notice(text: text, kind: .news)
            return []
        case .failed(let text):
            notice = Notice(text: text, kind: .trouble)
            if case .review(var page)? = pages.last {
                page.isSending = false
                pages[pages.count - 1] = .review(page)
            }
            list.forgetAsked()
            return []
        }
    }

    // MARK: What the server tells

    private mutating func take(_ folders: [MailFolder]) -> [ScreenEffect] {
        let held = self.folders.indices.contains(folderCursor) ? self.folders[folderCursor].wireName : nil
        self.folders = folders.filter(\.isSelectable)
        folderCursor = self.folders.firstIndex { $0.wireName == held ?? folder?.wireName } ?? 0
        guard folder == nil, let first = self.folders.first else { return [] }
        return [.open(first, query: "")]
    }

    private mutating func take(_ folder: MailFolder, _ query: String, _ uids: [UInt32]) {
        if self.folder?.wireName == folder.wireName, self.query == query, list.count > 0 {
            list.update(uids)
        } else {
            list.replace(uids)
        }
        self.folder = folder
        self.query = query
    }

    private mutating func show(_ folder: MailFolder, _ mail: FetchedMail, _ message: ReadableMessage) -> [ScreenEffect]
    {
        var page = MessagePage(folder: folder, mail: mail, message: message)
        if case .message(let before)? = pages.last {
            if before.mail.uid == mail.uid { page.scroll = before.scroll }
            pages[pages.count - 1] = .message(page)
        } else {
            pages.append(.message(page))
        }
        guard !mail.flags.contains(.seen), folder.wireName == self.folder?.wireName else { return [] }
        var flags = MessageFlags(mail.flags.union(.seen), mail.keywords)
        flags.system.insert(.seen)
        list.setFlags(mail.uid, flags)
        return [.mark(.read, [mail.uid]), .listFolders]
    }

    private mutating func finish(_ report: MailSender.Report) -> [ScreenEffect] {
        if case .review? = pages.last { pages.removeLast() }
        let names = report.accepted.map(\.written).joined(separator: ", ")
        if report.refused.isEmpty, report.remarks.isEmpty {
            notice = Notice(text: "Sent to \(names)", kind: .news)
        } else {
            let refused = report.refused.map { "\($0.address): \($0.reason)" }
            notice = Notice(text: (refused + report.remarks).joined(separator: "; "), kind: .trouble)
        }
        return [.listFolders]
    }

    // MARK: Sizes

    /// Columns of the folders' pane; 0 where there is no room for it.
    var paneColumns: Int {
        if focus == .folders, columns < Self.paneFromColumns { return columns }
        return columns >= Self.paneFromColumns ? min(26, columns / 4) : 0
    }

    static let paneFromColumns = 70

    /// Rows between the title and the two lines below.
    var listRows: Int { max(1, rows - 3) }

    /// Columns beside the pane.
    var mainColumns: Int { max(1, paneColumns > 0 ? columns - paneColumns - 1 : columns) }
}
