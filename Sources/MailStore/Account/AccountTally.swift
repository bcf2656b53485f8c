/// What an account's mailboxes hold, counted by messages and conversations, and kept up with single copies that come, change and
/// go. About 150 octets a message.
struct AccountTally {
    /// What is counted of a copy's flags.
    struct Marks: OptionSet, Hashable {
        let rawValue: UInt8
        static let seen = Marks(rawValue: 1)
        static let draft = Marks(rawValue: 2)
    }

    /// Mailboxes, each with a number of copies or messages; most often one.
    struct Places {
        private var first: (mailbox: Int64, count: Int32) = (0, 0)
        private var others: [(mailbox: Int64, count: Int32)] = []

        var isEmpty: Bool { first.count == 0 }

        mutating func add(_ count: Int32, in mailbox: Int64) {
            if first.count == 0 || first.mailbox == mailbox {
                first = (mailbox, first.count + count)
                if first.count == 0, let other = others.popLast() { first = other }
            } else if let index = others.firstIndex(where: { $0.mailbox == mailbox }) {
                others[index].count += count
                if others[index].count == 0 { others.remove(at: index) }
            } else {
                others.append((mailbox, count))
            }
        }

        func forEach(_ body: (Int64) -> Void) {
            guard first.count > 0 else { return }
            body(first.mailbox)
            for other in others { body(other.mailbox) }
        }
    }

    fileprivate struct Email {
        let thread: Int64
        var places = Places()
        var copies: Int32 = 0
        var seen: Int32 = 0
        var drafts: Int32 = 0

        var isUnread: Bool { seen == 0 && drafts == 0 }
    }

    fileprivate struct Thread {
        var places = Places()
        /// Unread messages that are in another mailbox than the trash.
        var unread: Int32 = 0
        /// Unread messages that are in the trash.
        var unreadInTrash: Int32 = 0
    }

    let trash: Int64?
    private var emails: [Int64: Email] = [:]
    private var threads: [Int64: Thread] = [:]
    private(set) var counts: [Int64: MailboxCounts] = [:]

    init(trash: Int64?) { self.trash = trash }

    var emailCount: Int { emails.count }

    mutating func add(_ email: Int64, of thread: Int64, _ marks: Marks, in mailbox: Int64) {
        change(email, of: thread) { email in
            email.places.add(1, in: mailbox)
            email.copies += 1
            email.count(marks, 1)
        }
    }

    mutating func remove(_ email: Int64, _ marks: Marks, from mailbox: Int64) {
        change(email, of: nil) { email in
            email.places.add(-1, in: mailbox)
            email.copies -= 1
            email.count(marks, -1)
        }
    }

    mutating func mark(_ email: Int64, _ old: Marks, _ new: Marks) {
        guard old != new else { return }
        change(email, of: nil) { email in
            email.count(old, -1)
            email.count(new, 1)
        }
    }

    /// A mailbox that is there, whether anything is in it or not.
    mutating func open(_ mailbox: Int64) {
        if counts[mailbox] == nil { counts[mailbox] = MailboxCounts() }
    }

    mutating func close(_ mailbox: Int64) { counts[mailbox] = nil }

    /// - Parameter thread: of a message that may be new.
    private mutating func change(_ number: Int64, of thread: Int64?, _ body: (inout Email) -> Void) {
        guard var email = emails[number] ?? thread.map({ Email(thread: $0) }) else { return }
        count(email, -1)
        body(&email)
        count(email, 1)
        emails[number] = email.copies > 0 ? email : nil
    }

    /// Takes a message into the counts, or out of them.
    private mutating func count(_ email: Email, _ sign: Int32) {
        guard email.copies > 0 else { return }
        var thread = threads[email.thread] ?? Thread()
        count(thread, -1)
        var (isElsewhere, isInTrash) = (false, false)
        email.places.forEach { mailbox in
            counts[mailbox, default: MailboxCounts()].totalEmails += Int64(sign)
            if email.isUnread { counts[mailbox, default: MailboxCounts()].unreadEmails += Int64(sign) }
            thread.places.add(sign, in: mailbox)
            if mailbox == trash { isInTrash = true } else { isElsewhere = true }
        }
        if email.isUnread, isElsewhere { thread.unread += sign }
        if email.isUnread, isInTrash { thread.unreadInTrash += sign }
        count(thread, 1)
        threads[email.thread] = thread.places.isEmpty ? nil : thread
    }

    private mutating func count(_ thread: Thread, _ sign: Int64) {
        thread.places.forEach { mailbox in
            counts[mailbox, default: MailboxCounts()].totalThreads += sign
            if (mailbox == trash ? thread.unreadInTrash : thread.unread) > 0 {
                counts[mailbox, default: MailboxCounts()].unreadThreads += sign
            }
        }
    }
}

extension AccountTally.Email {
    fileprivate mutating func count(_ marks: AccountTally.Marks, _ sign: Int32) {
        if marks.contains(.seen) { seen += sign }
        if marks.contains(.draft) { drafts += sign }
    }
}
