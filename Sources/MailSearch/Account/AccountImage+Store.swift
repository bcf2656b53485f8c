internal import MailCore
internal import MailStore
internal import Storage

/// From the store's rows: whole, or what has changed.
extension AccountImage {
    /// All of an account's messages, in a snapshot.
    init(reading account: AccountID, in transaction: SQLTransaction) throws {
        self.init(clock: try MailStore.clock(of: account, in: transaction))
        var clocks: [Int64: ModSeq] = [:]
        for known in try MailStore.clocks(of: account, in: transaction) {
            clocks[known.mailbox.rawValue] = known.modSeq
        }
        reserve(Int(clamping: try MailStore.usage(account, in: transaction).messages))
        var mailbox: Int64?
        var list = MailboxCopies(clock: clock)
        for (mailbox, clock) in clocks { copies[mailbox] = MailboxCopies(clock: clock) }
        try MailStore.copies(of: account, in: transaction) { row in
            let number = row.mailbox.rawValue
            if number != mailbox {
                if let mailbox, clocks[mailbox] != nil { copies[mailbox] = list }
                mailbox = number
                list = MailboxCopies(clock: clocks[number] ?? clock)
            }
            // The mailbox is gone, its messages are about to go.
            guard clocks[number] != nil else { return }
            list.uids.append(row.uid.rawValue)
            list.places.append(merge(row, tick: nil))
        }
        if let mailbox, clocks[mailbox] != nil { copies[mailbox] = list }
        settle([], goneMax: .max)
    }

    /// Brings the image to the state of a snapshot that is no older. What it costs depends on what has changed.
    mutating func follow(
        _ account: AccountID, in transaction: SQLTransaction, goneMax: Int
    ) throws(FollowFailure) {
        do {
            let now = try MailStore.clock(of: account, in: transaction)
            guard now != clock else { return }
            guard now > clock else { throw FollowFailure.unknown }
            var update = ImageUpdate(image: self, account: account, transaction: transaction)
            // One reference alone: the columns are changed where they are.
            self = AccountImage(clock: clock)
            try update.run(to: now, goneMax: goneMax)
            self = update.image
        } catch let failure as FollowFailure {
            throw failure
        } catch {
            throw .store(error)
        }
    }

    /// Why an image cannot be brought up to date; it has to be made anew.
    enum FollowFailure: Error {
        /// What went is not known any more.
        case unknown
        case store(any Error)
    }
}

/// One update of an image.
private struct ImageUpdate {
    var image: AccountImage
    let account: AccountID
    let transaction: SQLTransaction
    /// Places with something different.
    private var touched: [Int32] = []
    /// E-mails whose copies have to be read again.
    private var stale: Set<Int64> = []
    private var now: ModSeq

    init(image: AccountImage, account: AccountID, transaction: SQLTransaction) {
        self.image = image
        self.account = account
        self.transaction = transaction
        now = image.clock
    }

    mutating func run(to clock: ModSeq, goneMax: Int) throws {
        now = clock
        let clocks = try MailStore.clocks(of: account, in: transaction)
        let there = Set(clocks.map(\.mailbox.rawValue))
        for (mailbox, copies) in image.copies where !there.contains(mailbox) {
            for place in copies.places { doubt(place) }
            image.copies[mailbox] = nil
        }
        for mailbox in clocks {
            if image.copies[mailbox.mailbox.rawValue]?.clock != mailbox.modSeq { try follow(mailbox) }
        }
        image.clock = clock
        for email in stale.sorted() { try readAgain(email, there) }
        image.settle(touched, goneMax: goneMax)
    }

    private mutating func follow(_ mailbox: MailboxClock) throws {
        let key = MailboxKey(account: account, mailbox: mailbox.mailbox)
        let number = mailbox.mailbox.rawValue
        let isKnown = image.copies[number] != nil
        // Taken out, so that nobody else holds its columns while they are changed.
        var copies = image.copies.removeValue(forKey: number) ?? AccountImage.MailboxCopies(clock: ModSeq(rawValue: 0))
        if isKnown {
            guard let gone = try MailStore.expunged(since: copies.clock, from: key, in: transaction) else {
                throw AccountImage.FollowFailure.unknown
            }
            remove(gone, from: &copies)
            try MailStore.copies(touchedSince: copies.clock, of: key, in: transaction) { row in
                guard let place = image.places[row.email.rawValue] else { return }
                touch(place, row)
            }
        }
        let next = (copies.uids.last ?? 0) &+ 1
        try MailStore.copies(from: next, of: key, in: transaction) { row in
            copies.uids.append(row.uid.rawValue)
            copies.places.append(arrive(row))
        }
        copies.clock = mailbox.modSeq
        image.copies[number] = copies
    }

    private mutating func remove(_ gone: UIDSet, from copies: inout AccountImage.MailboxCopies) {
        guard !gone.isEmpty else { return }
        var kept = AccountImage.MailboxCopies(clock: copies.clock)
        kept.uids.reserveCapacity(copies.uids.count)
        kept.places.reserveCapacity(copies.uids.count)
        for index in copies.uids.indices {
            if gone.contains(UID(rawValue: copies.uids[index])) {
                doubt(copies.places[index])
            } else {
                kept.uids.append(copies.uids[index])
                kept.places.append(copies.places[index])
            }
        }
        copies = kept
    }

    /// A copy is there, and different.
    private mutating func touch(_ place: Int32, _ row: CopyRow) {
        if image.copyCounts[Int(place)] == 1, !stale.contains(row.email.rawValue) {
            image.update(place, row, tick: now)
        } else {
            doubt(place)
        }
    }

    /// A copy has come.
    private mutating func arrive(_ row: CopyRow) -> Int32 {
        if let place = image.places[row.email.rawValue] {
            doubt(place)
            return place
        }
        return image.merge(row, tick: now)
    }

    private mutating func doubt(_ place: Int32) { stale.insert(image.emails[Int(place)]) }

    private mutating func readAgain(_ email: Int64, _ there: Set<Int64>) throws {
        guard let place = image.places[email] else { return }
        image.clearCopies(of: place)
        try MailStore.copies(of: EmailID(rawValue: email), account, in: transaction) { row in
            if there.contains(row.mailbox.rawValue) { _ = image.merge(row, tick: now) }
        }
        touched.append(place)
    }
}
