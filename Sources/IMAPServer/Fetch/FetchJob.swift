internal import IMAP
internal import MailCore
internal import MailStore
internal import NIOCore
internal import Storage

/// A FETCH under way: everything that the store's threads need to write its responses.
struct FetchJob: Sendable {
    let plan: FetchPlan
    let key: MailboxKey
    /// Those that are told of, all of the view.
    let uids: UIDSet
    /// What numbers the client has for them.
    let view: IMAPSequenceView
    /// Those that have become `\Seen` by this command.
    var newlySeen = UIDSet()
    let mailStore: MailStore
    let checked: CheckedMessages
    /// How many there are. Counted once: a page must not cost more the more messages are asked for.
    let messageCount: Int
    /// Whether some of the view are `\Recent` to a client that is told of it.
    let tellsRecent: Bool

    /// Nothing is read yet.
    init(
        _ plan: FetchPlan, _ uids: UIDSet, of key: MailboxKey, in view: IMAPSequenceView, newlySeen: UIDSet = UIDSet(),
        _ mailStore: MailStore, _ checked: CheckedMessages
    ) {
        self.plan = plan
        self.key = key
        self.uids = uids
        self.view = view
        self.newlySeen = newlySeen
        self.mailStore = mailStore
        self.checked = checked
        messageCount = uids.count
        tellsRecent = plan.dialect.tellsRecent && view.recentCount > 0
    }

    /// Where the messages are.
    var store: Store { mailStore.store }

    /// Octets of responses that are written before a page ends.
    static let pageOctets = 128 << 10
    /// Octets of messages that are read together; one larger message makes a page of its own.
    private static let contentOctets: Int64 = 512 << 10
    /// Messages that are read together.
    private static let contentMessagesMax = 256

    /// The responses from a place on, as the transaction sees the messages.
    func page(from place: FetchWalk.Place, in transaction: SQLTransaction) throws -> FetchPage {
        var writer = FetchWriter(self, clock: try MailStore.clock(of: key.account, in: transaction), in: transaction)
        let end: FetchWalk
        if plan.readsContent {
            end = try writeWithContents(&writer, from: place, in: transaction)
        } else if let flags = try flags(in: transaction) {
            end = try write(&writer, flags, from: place)
        } else {
            end = try write(&writer, from: place, in: transaction)
        }
        return writer.finish(at: end)
    }

    /// So few messages are rather read row by row than looked up in what is remembered of the mailbox.
    private static let rowsRatherMax = 16

    /// What is remembered of all flags, where nothing else is told.
    private func flags(in transaction: SQLTransaction) throws -> MailboxFlags? {
        guard plan.tellsNothingButFlags, messageCount > Self.rowsRatherMax else { return nil }
        return try mailStore.flags(of: key, messageCount * 2 > view.count ? .all : .remembered, in: transaction)
    }

    /// Writes flags until the page is full, from memory.
    private func write(
        _ writer: inout FetchWriter, _ flags: MailboxFlags, from place: FetchWalk.Place
    ) throws -> FetchWalk {
        var walk = FetchWalk(uids, in: view, from: place)
        var isFull = false
        while !isFull, let span = walk.nextSpan() {
            flags.scan(span) { message in
                guard let number = walk.move(to: message.uid.rawValue) else { return .more }
                let demand = writer.write(message, number, in: flags)
                isFull = demand == .enough
                return demand
            }
            if !isFull { walk.endSpan(span) }
        }
        return walk
    }

    /// Writes until the page is full.
    private func write(
        _ writer: inout FetchWriter, from place: FetchWalk.Place, in transaction: SQLTransaction
    ) throws -> FetchWalk {
        var walk = FetchWalk(uids, in: view, from: place)
        let columns = plan.columns
        var isFull = false
        while !isFull, let span = walk.nextSpan() {
            try MailStore.scan(span, of: key, columns, transaction) { row in
                guard let number = walk.move(to: row.uid.rawValue) else { return .more }
                let demand = try writer.write(row, number)
                isFull = demand == .enough
                return demand
            }
            if !isFull { walk.endSpan(span) }
        }
        return walk
    }

    /// Reads the messages of a page together, then writes of each.
    private func writeWithContents(
        _ writer: inout FetchWriter, from place: FetchWalk.Place, in transaction: SQLTransaction
    ) throws -> FetchWalk {
        let (contents, end) = try contents(from: place, in: transaction)
        writer.reserve(for: contents)
        var walk = FetchWalk(uids, in: view, from: place)
        var next = 0
        while next < contents.count, let span = walk.nextSpan() {
            try MailStore.scan(span, of: key, plan.columns, transaction) { row in
                guard let number = walk.move(to: row.uid.rawValue) else { return .more }
                try writer.write(row, number, contents[next])
                next += 1
                return next < contents.count ? .more : .enough
            }
            if next < contents.count { walk.endSpan(span) }
        }
        return end
    }

    private func contents(
        from place: FetchWalk.Place, in transaction: SQLTransaction
    ) throws -> ([CheckedOctets], end: FetchWalk) {
        var walk = FetchWalk(uids, in: view, from: place)
        var contents: [StoredOctets?] = []
        var octets: Int64 = 0
        var isFull = false
        while !isFull, let span = walk.nextSpan() {
            try MailStore.scan(span, of: key, .content, transaction) { row in
                let content = row.hasContent ? row.content : nil
                let count = content?.count ?? 0
                isFull = !contents.isEmpty && (octets + count > Self.contentOctets)
                if isFull { return .enough }
                guard walk.move(to: row.uid.rawValue) != nil else { return .more }
                octets += count
                contents.append(content)
                isFull = contents.count >= Self.contentMessagesMax
                return isFull ? .enough : .more
            }
            if !isFull { walk.endSpan(span) }
        }
        return (CheckedOctets.read(contents, in: store, checked), walk)
    }
}
