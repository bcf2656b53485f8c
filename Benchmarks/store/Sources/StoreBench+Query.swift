import Delivery
import Directory
import MailCore
import MailSearch
import MailStore
import Storage

extension StoreBench {
    /// Email/query as a webmail begins with it, three times: from nothing, again, and after a flag has changed.
    static func query(_ folder: String) async throws {
        let store = try MailSystemStore.open(folder).store
        let directory = MailSystemStore.directory(in: store, now: { now })
        let account = try await directory.account(try address(0)).accountID
        let mailStore = MailStore(store: store)
        let search = MailSearch(store: store, mailStore: mailStore)
        let query = EmailQuery(
            .inMailbox(.inbox), sort: [EmailComparator(.receivedAt, .descending)], collapse: .threads)
        func measure(_ name: String, _ query: EmailQuery, _ rounds: Int = 1) async throws {
            let start = Clocks()
            var total = 0
            for _ in 0..<rounds {
                total = try await search.list(query, of: account, EmailWindow(limit: 50)).total
            }
            start.report("\(name), \(total) in the list", rounds)
        }
        try await measure("cold", query)
        try await measure("warm", query, 100)
        try await measure(
            "warm, unseen",
            EmailQuery(.and([.inMailbox(.inbox), .not(.keyword(EmailKeyword("$seen")))]), collapse: .threads), 100)
        try await measure("warm, with attachments, first", EmailQuery(.hasAttachment))
        try await measure("warm, with attachments", EmailQuery(.hasAttachment), 100)
        let key = MailboxKey(account: account, mailbox: .inbox)
        let uids = UIDSet(UID(rawValue: 7)...UID(rawValue: 7))
        for kind in [FlagChange.Kind.add, .remove] {
            _ = try await mailStore.setFlags(FlagChange(kind, .seen), of: uids, in: key)
            try await measure("after a flag", query)
        }
        search.close()
        await store.close()
    }
}
