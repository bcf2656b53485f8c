import Delivery
import Directory
import Glibc
import MailCore
import MailStore
import NIOCore
import Storage

/// Fills a store, opens it, delivers into it, through the same calls as the server. Prints one line of JSON per measurement.
///
///     store-bench fill FOLDER ACCOUNTS MESSAGES LARGEST    LARGEST of the messages go to the first account
///     store-bench open FOLDER                              seconds to open it
///     store-bench list FOLDER                              the first account's maildrop, as a POP3 login reads it
///     store-bench query FOLDER                             the newest 50 conversations of the first account's INBOX
///     store-bench settle FOLDER                            what the server does every ten minutes
///     store-bench deliver FOLDER ACCOUNTS MESSAGES TASKS   so many messages, by so many tasks at a time
@main
struct StoreBench {
    static let password = "a long enough password"
    static let now: Int64 = 1_763_719_200

    static func main() async throws {
        let arguments = CommandLine.arguments.dropFirst()
        let numbers = arguments.dropFirst(2).compactMap { Int($0) }
        switch (arguments.first, arguments.dropFirst().first, numbers.count) {
        case ("fill", let folder?, 3):
            try await fill(folder, accounts: numbers[0], messages: numbers[1], largest: numbers[2])
        case ("open", let folder?, 0): try await open(folder)
        case ("list", let folder?, 0): try await list(folder)
        case ("query", let folder?, 0): try await query(folder)
        case ("settle", let folder?, 0): try await settle(folder)
        case ("deliver", let folder?, 3):
            try await deliver(folder, accounts: numbers[0], messages: numbers[1], tasks: numbers[2])
        default:
            print("usage: store-bench fill FOLDER ACCOUNTS MESSAGES LARGEST")
            print("       store-bench open FOLDER")
            print("       store-bench list FOLDER")
            print("       store-bench query FOLDER")
            print("       store-bench settle FOLDER")
            print("       store-bench deliver FOLDER ACCOUNTS MESSAGES TASKS")
            exit(64)
        }
    }

    private static func fill(_ folder: String, accounts: Int, messages: Int, largest: Int) async throws {
        let store = try MailSystemStore.open(folder).store
        let directory = MailSystemStore.directory(in: store, now: { now })
        let addresses = try (0..<accounts).map { try address($0) }
        if let domain = addresses.first?.domain, try await directory.domains().allSatisfy({ $0.name != domain.ascii }) {
            try await directory.addDomain(domain)
        }
        for address in addresses {
            try await directory.addAccount(NewAccount(address: address), password: Password(password))
        }
        let plans = try await plans(addresses, directory)
        let start = Clocks()
        try await send(messages, into: store, tasks: 256) { number in
            number < largest || accounts == 1 ? plans[0] : plans[1 + number % (accounts - 1)]
        }
        await store.close()
        start.report("fill", messages)
    }

    private static func open(_ folder: String) async throws {
        let start = Clocks()
        let (store, report) = try MailSystemStore.open(folder)
        start.report("open", report.replayed)
        await store.close()
    }

    private static func list(_ folder: String) async throws {
        let store = try MailSystemStore.open(folder).store
        let directory = MailSystemStore.directory(in: store, now: { now })
        let account = try await directory.account(try address(0)).accountID
        let start = Clocks()
        let count = try await MailStore(store: store).messages(account, .inbox).messages.count
        start.report("list", count)
        await store.close()
    }

    private static func settle(_ folder: String) async throws {
        let store = try MailSystemStore.open(folder).store
        let start = Clocks()
        start.report("settle", try await MailStore(store: store).settleThreads())
        await store.close()
    }

    private static func deliver(_ folder: String, accounts: Int, messages: Int, tasks: Int) async throws {
        let store = try MailSystemStore.open(folder).store
        let directory = MailSystemStore.directory(in: store, now: { now })
        let plans = try await plans(try (0..<accounts).map { try address($0) }, directory)
        let start = Clocks()
        try await send(messages, into: store, tasks: tasks) { plans[$0 % accounts] }
        start.report("deliver", messages)
        await store.close()
    }

    static func address(_ number: Int) throws -> EmailAddress {
        guard let address = EmailAddress("box\(number)@example.test") else { throw NoAddress() }
        return address
    }

    private struct NoAddress: Error {}

    /// Each account's envelope and plan.
    private struct Target: Sendable {
        var envelope: Envelope
        var plan: DeliveryPlan
    }

    private static func plans(_ addresses: [EmailAddress], _ directory: Directory) async throws -> [Target] {
        var targets: [Target] = []
        for address in addresses {
            let recipient = EnvelopeRecipient(path: .address(address))
            guard case .deliver(let expansion) = try await directory.resolve(recipient.path) else { throw NoAddress() }
            var target = Target(envelope: Envelope(reversePath: .null), plan: DeliveryPlan())
            target.envelope.recipients.append(recipient)
            target.plan.add(recipient, expansion, reversePath: .null)
            targets.append(target)
        }
        return targets
    }

    private static func send(
        _ count: Int, into store: Store, tasks: Int, to target: @escaping @Sendable (Int) -> Target
    ) async throws {
        let delivery = Delivery(store: store)
        let first = store.reserveEmailID().rawValue
        try await withThrowingTaskGroup(of: Void.self) { group in
            for task in 0..<tasks {
                group.addTask {
                    for number in stride(from: task, to: count, by: tasks) {
                        let target = target(number)
                        _ = try await delivery.deliver(
                            store.reserveEmailID(), MessageBody(message(number, first)), target.envelope,
                            target.plan, at: now)
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    /// About one kilobyte; every third one answers the one before it in the same mailbox, more or less.
    private static func message(_ number: Int, _ first: Int64) -> ByteBuffer {
        var text = """
            Received: from client.example.test by mail.example.test; Fri, 21 Nov 2025 10:00:00 +0000\r
            Message-ID: <\(first).\(number)@client.example.test>\r
            Date: Fri, 21 Nov 2025 10:00:00 +0000\r
            From: Somebody <somebody@client.example.test>\r
            To: Somebody Else <box@example.test>\r
            Subject: \(number % 3 == 0 ? "Re: " : "")about number \(number / 300)\r

            """
        if number % 3 == 0 { text += "In-Reply-To: <\(first).\(max(0, number - 99))@client.example.test>\r\n" }
        text += "\r\n"
        for line in 0..<9 { text += "Line \(line) of message \(number), with some words in it for its size.\r\n" }
        return ByteBuffer(string: text)
    }
}

/// Wall clock and the process's CPU time, from when it is made.
struct Clocks {
    private let wall = Self.seconds(CLOCK_MONOTONIC)
    private let processor = Self.seconds(CLOCK_PROCESS_CPUTIME_ID)

    func report(_ what: String, _ count: Int) {
        let wall = Self.seconds(CLOCK_MONOTONIC) - wall
        let processor = Self.seconds(CLOCK_PROCESS_CPUTIME_ID) - processor
        print("{\"what\": \"\(what)\", \"count\": \(count), \"seconds\": \(wall), \"cpu_seconds\": \(processor)}")
    }

    private static func seconds(_ clock: clockid_t) -> Double {
        var time = timespec()
        clock_gettime(clock, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
