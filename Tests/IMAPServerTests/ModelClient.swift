import AgentTestSupport
import Testing

@testable import IMAPServer

/// What a client does next.
enum ModelStep {
    case noop
    case fetch
    /// Leaves and comes back.
    case reconnect
    case store(uids: [UInt32], flag: String, isAdded: Bool)
    case expunge
    case uidExpunge([UInt32])
    /// Into the mailbox itself.
    case copy([UInt32])
    /// To another mailbox.
    case move([UInt32])
}

/// A client that keeps what it is told, and looks for what it should never be told.
struct ModelClient {
    enum Dialect: CaseIterable {
        case plain
        case condstore
        case qresync
    }

    let dialect: Dialect
    private let listener: IMAPListener
    private var client: IMAPClient
    /// By sequence number; nil for a message whose UID was not asked for yet.
    private var messages: [Message] = []
    private var uidValidity: Int64 = 0
    private var highestModSeq: Int64 = 0
    /// UIDs that the client knew when it said its last command.
    private(set) var knownBefore: [UInt32] = []
    /// What should not have been said.
    private(set) var faults: [String] = []

    private struct Message {
        var uid: UInt32?
        var flags: Set<String> = []
        var modSeq: Int64 = 0
    }

    init(_ listener: IMAPListener, _ dialect: Dialect) async throws {
        self.listener = listener
        self.dialect = dialect
        client = try await listener.login()
        try await open()
    }

    /// UIDs with their flags, `\Recent` left out.
    var contents: [UInt32: Set<String>] {
        var contents: [UInt32: Set<String>] = [:]
        for message in messages { contents[message.uid ?? 0] = message.flags }
        return contents
    }

    /// What another has otherwise.
    func differences(from other: [UInt32: Set<String>]) -> [String] {
        let mine = contents
        return Set(mine.keys).union(other.keys).sorted().compactMap { uid in
            let (here, there) = (mine[uid]?.sorted(), other[uid]?.sorted())
            return here == there
                ? nil : "\(uid): \(here.map { "\($0)" } ?? "gone"), not \(there.map { "\($0)" } ?? "gone")"
        }
    }

    private mutating func open() async throws {
        switch dialect {
        case .plain: try await run("SELECT INBOX", .permitted)
        case .condstore: try await run("SELECT INBOX (CONDSTORE)", .permitted)
        case .qresync:
            try await run("ENABLE QRESYNC", .permitted)
            try await run("SELECT INBOX", .permitted)
        }
        try await learn()
    }

    // MARK: Doing

    mutating func act(_ generator: inout SeededGenerator) async throws {
        let step = choose(&generator)
        try await take(step)
    }

    func choose(_ generator: inout SeededGenerator) -> ModelStep {
        let uids = messages.compactMap(\.uid)
        let some = uids.filter { _ in Int.random(in: 0..<6, using: &generator) == 0 }
        let flags = ["\\Seen", "\\Flagged", "\\Deleted", "$Work"]
        switch Int.random(in: 0..<20, using: &generator) {
        case 0..<3: return .noop
        case 3..<6: return .fetch
        case 6: return .reconnect
        case 7..<14:
            guard !some.isEmpty else { return .noop }
            let flag = flags[Int.random(in: 0..<flags.count, using: &generator)]
            return .store(uids: some, flag: flag, isAdded: Int.random(in: 0..<3, using: &generator) > 0)
        case 14..<16: return .expunge
        case 16: return some.isEmpty ? .noop : .uidExpunge(some)
        case 17: return some.isEmpty || uids.count > 60 ? .noop : .copy(some)
        case 18: return some.isEmpty ? .noop : .move(some)
        default: return .fetch
        }
    }

    mutating func take(_ step: ModelStep) async throws {
        knownBefore = messages.compactMap(\.uid)
        switch step {
        case .noop: try await say("NOOP")
        case .fetch:
            guard !messages.isEmpty else { return try await say("NOOP") }
            try await run("FETCH 1:* (UID FLAGS)", .forbidden)
        case .reconnect: try await reconnect()
        case .store(let uids, let flag, let isAdded):
            let command = "\(isAdded ? "+" : "-")FLAGS\(uids.count % 2 == 0 ? ".SILENT" : "") (\(flag))"
            // What comes after it may tell that another has changed it back.
            if command.contains("SILENT") { for uid in uids { change(uid, flag, isAdded) } }
            if uids.count % 3 == 0 {
                try await run("UID STORE \(set(uids)) \(command)", .permitted)
            } else {
                try await run("STORE \(set(numbers(of: uids))) \(command)", .forbidden)
            }
        case .expunge: try await say("EXPUNGE")
        case .uidExpunge(let uids): try await say("UID EXPUNGE \(set(uids))")
        case .copy(let uids): try await say("UID COPY \(set(uids)) INBOX")
        case .move(let uids): try await say("UID MOVE \(set(uids)) Archive")
        }
        try await learn()
    }

    /// A command during which expunges may be told; then asks what is new.
    mutating func say(_ command: String) async throws {
        try await run(command, .permitted)
        try await learn()
    }

    private mutating func change(_ uid: UInt32, _ flag: String, _ isAdded: Bool) {
        guard let place = messages.firstIndex(where: { $0.uid == uid }) else { return }
        if isAdded { messages[place].flags.insert(flag) } else { messages[place].flags.remove(flag) }
    }

    /// Asks for the UIDs and flags of what is new.
    private mutating func learn() async throws {
        for _ in 0..<50 {
            guard let first = messages.firstIndex(where: { $0.uid == nil }) else { return }
            try await run("FETCH \(first + 1):* (UID FLAGS)", .forbidden)
            // What went meanwhile cannot be learned of: it is told that it is gone.
            if messages.contains(where: { $0.uid == nil }) { try await run("NOOP", .permitted) }
        }
        faults.append("messages that cannot be learned of")
    }

    private mutating func reconnect() async throws {
        let (before, life, modSeq) = (messages, uidValidity, highestModSeq)
        try await client.connection.close()
        client = try await listener.login()
        messages = []
        guard dialect == .qresync, modSeq > 0 else { return try await open() }
        try await run("ENABLE QRESYNC", .permitted)
        let lines = try await client.send("SELECT INBOX (QRESYNC (\(life) \(modSeq)))")
        // As the client knew them, without what went, with the mailbox's numbers for what is new.
        var known = before.filter { $0.uid != nil }
        for line in lines where line.hasPrefix("* VANISHED (EARLIER) ") {
            let gone = uids(in: String(line.dropFirst("* VANISHED (EARLIER) ".count)))
            known.removeAll { gone.contains($0.uid ?? 0) }
        }
        messages = known
        for line in lines where !line.contains("VANISHED (EARLIER)") { hear(line, .permitted) }
        try await learn()
    }

    private func numbers(of uids: [UInt32]) -> [UInt32] {
        uids.compactMap { uid in messages.firstIndex { $0.uid == uid }.map { UInt32($0 + 1) } }
    }

    private func set(_ numbers: [UInt32]) -> String { numbers.map(String.init).joined(separator: ",") }

    // MARK: Hearing

    private enum Expunges {
        case permitted
        case forbidden
    }

    private mutating func run(_ command: String, _ expunges: Expunges) async throws {
        let lines = try await client.send(command)
        for line in lines { hear(line, expunges) }
        if lines.last?.hasPrefix("t OK") != true { faults.append("\(command): \(lines.last ?? "nothing")") }
    }

    private mutating func hear(_ line: String, _ expunges: Expunges) {
        let words = line.split(separator: " ")
        if line.hasPrefix("* VANISHED ") {
            if dialect != .qresync || expunges == .forbidden { faults.append(line) }
            for uid in uids(in: String(words[2])) {
                // One that the client does not know is one of those that it has not asked about.
                let place = messages.firstIndex { $0.uid == uid } ?? messages.firstIndex { $0.uid == nil }
                if let place { messages.remove(at: place) } else { faults.append(line) }
            }
        } else if words.count == 3, words[2] == "EXPUNGE", let number = Int(words[1]) {
            if dialect == .qresync || expunges == .forbidden || !messages.indices.contains(number - 1) {
                return faults.append(line)
            }
            messages.remove(at: number - 1)
        } else if words.count == 3, words[2] == "EXISTS", let count = Int(words[1]) {
            if count < messages.count { return faults.append("\(line), not \(messages.count)") }
            while messages.count < count { messages.append(Message()) }
        } else if words.count > 3, words[2] == "FETCH", let number = Int(words[1]) {
            hearFetch(line, number)
        } else {
            hearCodes(line)
        }
    }

    private mutating func hearCodes(_ line: String) {
        if let life = [line].number(after: "* OK [UIDVALIDITY ") { uidValidity = life }
        if let modSeq = [line].number(after: "* OK [HIGHESTMODSEQ ") { highestModSeq = modSeq }
        if let modSeq = [line].number(after: "t OK [HIGHESTMODSEQ ") { highestModSeq = max(modSeq, highestModSeq) }
    }

    private mutating func hearFetch(_ line: String, _ number: Int) {
        guard messages.indices.contains(number - 1) else { return faults.append(line) }
        var message = messages[number - 1]
        if let uid = value(in: line, after: "UID ").flatMap({ UInt32($0) }) {
            if let known = message.uid, known != uid { faults.append("\(line): \(number) was UID \(known)") }
            let before = messages[..<(number - 1)].compactMap(\.uid).max() ?? 0
            if before >= uid { faults.append("\(line): below UID \(before)") }
            message.uid = uid
        }
        if let range = line.firstRange(of: "FLAGS (") {
            let list = line[range.upperBound...].prefix { $0 != ")" }
            message.flags = Set(list.split(separator: " ").map(String.init)).subtracting(["\\Recent"])
        }
        if let modSeq = value(in: line, after: "MODSEQ (").flatMap({ Int64($0) }) {
            if modSeq < message.modSeq { faults.append("\(line): MODSEQ was \(message.modSeq)") }
            message.modSeq = modSeq
            // Told without a bound: all before it is known (RFC 7162 §6).
            highestModSeq = max(highestModSeq, modSeq)
        }
        messages[number - 1] = message
    }

    private func value(in line: String, after mark: String) -> String? {
        line.firstRange(of: mark).map { String(line[$0.upperBound...].prefix { $0.isNumber }) }
    }

    private func uids(in set: String) -> Set<UInt32> {
        var uids: Set<UInt32> = []
        for range in set.split(separator: ",") {
            let ends = range.split(separator: ":").compactMap { UInt32($0) }
            guard let first = ends.first, let last = ends.last else { continue }
            uids.formUnion(min(first, last)...max(first, last))
        }
        return uids
    }
}
