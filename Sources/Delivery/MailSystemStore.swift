public import Directory
internal import MailCore
internal import MailQueue
internal import MailSettings
internal import MailStore
internal import MailTrace
internal import RemoteAccounts
public import Storage

/// The one store with the tables of all modules, and what its log means to them.
public enum MailSystemStore {
    /// The tables of all modules.
    public static let parts = [
        Directory.schema, MailStore.schema, MailQueue.schema, MailTrace.schema, RemoteAccounts.schema,
        MailSettings.schema,
    ]

    /// How a record of the log is done again, and what it would hold today.
    public static let describing = LogDescribing(
        replay: { record, octets, reason, transaction in
            try MailStore.replay(record, octets, reason, in: transaction)
            try MailQueue.replay(record, in: transaction)
            try RemoteAccounts.replay(record, reason, in: transaction)
            try MailTrace.recordArrival(record.trace, of: record.email, in: transaction)
        },
        describe: { email, transaction in
            DeliveryRecord(
                email: email, copies: try MailStore.copies(of: email, in: transaction),
                queued: try MailQueue.queued(email, in: transaction),
                trace: try MailTrace.arrival(of: email, in: transaction),
                retrieval: try RemoteAccounts.retrieval(of: email, in: transaction))
        },
        restate: { note, transaction in
            try MailStore.restate(note, in: transaction)
                + MailQueue.restate(note, at: DirectoryClock.system.wallSeconds())
        },
        salvageMailboxes: { account, transaction in try MailStore.salvageMailboxes(account, in: transaction) },
        numbers: { rows, seen in
            Directory.numbers(in: rows, &seen)
            MailStore.numbers(in: rows, &seen)
        },
        reserve: { seen, transaction in
            try Directory.reserve(seen, in: transaction)
            try MailStore.reserve(seen, in: transaction)
        },
        isTaken: { copy, transaction in try MailStore.isTaken(copy, in: transaction) },
        apply: { note, transaction in
            try MailStore.apply(note, in: transaction)
            try MailQueue.apply(note, in: transaction)
        },
        discard: { email, transaction in
            try MailStore.discard(email, in: transaction)
            try MailQueue.discard(email, in: transaction)
        },
        reread: { email, octets, transaction in try MailStore.reread(email, octets, in: transaction) },
        recount: { transaction, reason in
            try MailStore.recount(reason, in: transaction)
            if reason == .rebuild { try Directory.skipNumbers(in: transaction) }
        })

    /// Opens the store in a data folder, or makes an empty one.
    public static func open(
        _ folder: String, limits: StorageLimits = StorageLimits()
    ) throws -> (store: Store, report: Store.OpeningReport) {
        try Store.open(folder: folder, parts: parts, describing: describing, limits: limits)
    }

    /// Makes a lost database anew from the log; no server may run.
    public static func rebuild(
        _ folder: String, progress: (Int64, Int64) -> Void = { _, _ in }
    ) throws -> StoreRebuild.Report {
        var rebuild = try StoreRebuild(folder: folder, parts: parts, describing: describing)
        return try rebuild.run(progress: progress)
    }

    /// The directory in an open store: new accounts get their mailboxes, removed ones lose their mail.
    public static func directory(in store: Store, now: @escaping @Sendable () -> Int64) -> Directory {
        Directory(
            store: store,
            hooks: Directory.Hooks(
                accountCreated: { account, transaction in
                    let validity = UIDValidity(rawValue: UInt32(truncatingIfNeeded: max(1, now())))
                    try MailStore.createAccount(account, uidValidity: validity, in: transaction)
                },
                accountRemoved: { account, transaction in
                    try MailStore.removeAccount(account, in: transaction)
                    try RemoteAccounts.removeAccount(account, in: transaction)
                    try MailSettings.removeAccount(account, in: transaction)
                }))
    }
}
