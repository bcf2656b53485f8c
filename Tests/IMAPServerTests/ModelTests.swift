import AgentTestSupport
import MailCore
import Testing

@testable import IMAPServer

/// Three sessions do at random what clients do, on one mailbox at once. Each keeps what it was told, as a client does; in
/// the end all have the same, and it is what the mailbox holds.
@Suite(.timeLimit(.minutes(5))) struct ModelTests {
    @Test(arguments: [1, 2, 3, 4]) func threeSessionsAtOnce(_ seed: UInt64) async throws {
        try await withListener { listener, _ in
            for number in 1...20 {
                try await listener.test.deliver("Subject: \(number)\r\n\r\n", to: "ana@example.test")
            }
            try await withThrowingTaskGroup(of: ModelClient.self) { group in
                for number in 0..<3 {
                    let dialect = ModelClient.Dialect.allCases[number]
                    group.addTask {
                        var client = try await ModelClient(listener, dialect)
                        var generator = SeededGenerator(seed: seed * 10 + UInt64(number))
                        for _ in 0..<60 { try await client.act(&generator) }
                        return client
                    }
                }
                group.addTask {
                    var client = try await ModelClient(listener, .plain)
                    for number in 21...40 {
                        try await listener.test.deliver("Subject: \(number)\r\n\r\n", to: "ana@example.test")
                    }
                    try await client.say("NOOP")
                    return client
                }
                var clients: [ModelClient] = []
                for try await client in group { clients.append(client) }
                var fresh = try await ModelClient(listener, .plain)
                try await fresh.say("NOOP")
                for var client in clients {
                    try await client.say("NOOP")
                    #expect(client.faults == [])
                    #expect(client.differences(from: fresh.contents) == [], "\(client.dialect), seed \(seed)")
                }
            }
            #expect(try await listener.test.complaints() == [])
        }
    }

    /// One at a time: each command does to a simple mailbox what it is to do.
    @Test(arguments: [11, 12, 13, 14]) func againstASimpleMailbox(_ seed: UInt64) async throws {
        try await withListener { listener, _ in
            var clients: [ModelClient] = []
            for dialect in ModelClient.Dialect.allCases { clients.append(try await ModelClient(listener, dialect)) }
            var generator = SeededGenerator(seed: seed)
            var mailbox: [UInt32: Set<String>] = [:]
            var next: UInt32 = 1
            for _ in 0..<150 {
                if Int.random(in: 0..<4, using: &generator) == 0 {
                    try await listener.test.deliver("Subject: x\r\n\r\n", to: "ana@example.test")
                    mailbox[next] = []
                    next += 1
                    continue
                }
                let number = Int.random(in: 0..<clients.count, using: &generator)
                let step = clients[number].choose(&generator)
                try await clients[number].take(step)
                step.apply(to: &mailbox, known: clients[number].knownBefore, next: &next)
            }
            for number in clients.indices {
                try await clients[number].say("NOOP")
                #expect(clients[number].faults == [])
                #expect(clients[number].differences(from: mailbox) == [], "\(clients[number].dialect), seed \(seed)")
            }
            #expect(try await listener.test.complaints() == [])
        }
    }
}

extension ModelStep {
    /// What it does to a mailbox; `known` are the UIDs that the client knew by number.
    func apply(to mailbox: inout [UInt32: Set<String>], known: [UInt32], next: inout UInt32) {
        switch self {
        case .noop, .fetch, .reconnect: break
        case .store(let uids, let flag, let isAdded):
            for uid in uids where mailbox[uid] != nil {
                if isAdded { mailbox[uid]?.insert(flag) } else { mailbox[uid]?.remove(flag) }
            }
        case .expunge: mailbox = mailbox.filter { !$0.value.contains("\\Deleted") }
        case .uidExpunge(let uids):
            for uid in uids where mailbox[uid]?.contains("\\Deleted") == true { mailbox[uid] = nil }
        case .copy(let uids):
            for uid in uids.sorted() {
                guard let flags = mailbox[uid] else { continue }
                mailbox[next] = flags
                next += 1
            }
        case .move(let uids): for uid in uids { mailbox[uid] = nil }
        }
    }
}
