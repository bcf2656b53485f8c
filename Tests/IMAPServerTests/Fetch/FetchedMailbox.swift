import AgentTestSupport
import MailCore
import MailStore
import NIOCore
import Storage
import Testing

@testable import IMAP
@testable import IMAPServer

/// A mailbox whose messages are fetched without a connection.
struct FetchedMailbox: Sendable {
    let test: TestStore
    let key: MailboxKey
    let checked = CheckedMessages()

    /// Ana's INBOX.
    init(_ test: TestStore) async throws {
        self.test = test
        key = MailboxKey(account: try await test.addAccount("ana@example.test"), mailbox: .inbox)
    }

    /// What a FETCH came to.
    struct Fetched: Sendable {
        var text = ""
        var octets: [UInt8] = []
        var faults: FetchPage.Faults = []
        var pages = 0
        /// Octets that a page holds in memory, at the most.
        var heldMax = 0
        var streams = 0
        var told = UIDSet()

        /// The literal that follows the first mention of a name; nil when there is none.
        func literal(_ name: String) -> [UInt8]? {
            let mark = Array("\(name) ".utf8)
            var start = 0
            while start + mark.count <= octets.count, !octets[start..<(start + mark.count)].elementsEqual(mark) {
                start += 1
            }
            var rest = octets.dropFirst(start + mark.count)
            if rest.first == UInt8(ascii: "~") { rest = rest.dropFirst() }
            guard rest.first == UInt8(ascii: "{"), let end = rest.firstIndex(of: UInt8(ascii: "}")),
                let count = Int(String(decoding: rest[(rest.startIndex + 1)..<end], as: UTF8.self))
            else { return nil }
            return Array(octets[(end + 3)...].prefix(count))
        }
    }

    /// Every message of the mailbox.
    func uids() async throws -> UIDSet {
        UIDSet(try await test.mailStore.messages(key.account, key.mailbox).messages.map(\.uid))
    }

    func request(_ command: String, enabled: IMAPCapabilitySet = []) throws -> FetchRequest {
        var parser = IMAPParser(Array("t \(command)".utf8), grammar: IMAPGrammar(enabled: enabled))
        _ = parser.tag()
        guard case .fetch(let request) = try parser.command() else { throw NotAFetch(command: command) }
        return request
    }

    struct NotAFetch: Error {
        let command: String
    }

    /// Sends a command's responses, page by page, into memory.
    func fetch(
        _ command: String, enabled: IMAPCapabilitySet = [], newlySeen: UIDSet = UIDSet(), view: UIDSet? = nil,
        recent: UIDSet = UIDSet()
    ) async throws -> Fetched {
        let request = try request(command, enabled: enabled)
        let there: UIDSet
        if let view { there = view } else { there = try await uids() }
        let sequence = IMAPSequenceView(uids: there, recent: recent)
        let next = (there.last?.rawValue ?? 0) + 1
        let choice = try FetchChoice(request, in: sequence, uidNext: next, limit: nil)
        var uids = choice.uids
        if let since = request.changedSince {
            let key = key
            uids = try await test.store.read { try MailStore.uids(changedSince: since, of: key, in: $0) }
                .intersection(uids)
        }
        let plan = FetchPlan(request, dialect: IMAPDialect(enabled: enabled))
        let job = FetchJob(plan, uids, of: key, in: sequence, newlySeen: newlySeen, test.mailStore, checked)
        var fetched = Fetched()
        var place = FetchWalk.Place()
        while true {
            let at = place
            let page = try await test.store.read { try job.page(from: at, in: $0) }
            try await take(page, into: &fetched)
            if page.isLast { break }
            #expect(page.end != place)
            place = page.end
        }
        fetched.text = String(decoding: fetched.octets, as: UTF8.self)
        return fetched
    }

    private func take(_ page: FetchPage, into fetched: inout Fetched) async throws {
        fetched.pages += 1
        fetched.faults.formUnion(page.faults)
        fetched.told = fetched.told.union(page.told)
        var held = 0
        for piece in page.pieces {
            switch piece {
            case .octets(let octets):
                held += octets.readableBytes
                fetched.octets += Array(octets.readableBytesView)
            case .stream(var stream):
                fetched.streams += 1
                let before = fetched.octets.count
                while true {
                    let (current, store) = (stream, test.store)
                    let (rest, octets) = try await store.read { transaction in
                        var stream = current
                        let octets = try stream.next(store, in: transaction)
                        return (stream, octets)
                    }
                    stream = rest
                    guard let octets else { break }
                    #expect(octets.readableBytes <= 512 << 10)
                    fetched.octets += Array(octets.readableBytesView)
                }
                #expect(UInt64(fetched.octets.count - before) == stream.octetCount)
            }
        }
        fetched.heldMax = max(fetched.heldMax, held)
    }
}

/// A store with Ana's INBOX in it, for a test.
func withFetchedMailbox(_ body: (FetchedMailbox) async throws -> Void) async throws {
    try await withTestStore { test in try await body(try await FetchedMailbox(test)) }
}
