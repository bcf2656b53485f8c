internal import IMAP
internal import InternetMessage
internal import MailCore
internal import MailSearch

/// A message as the threading algorithms see it.
struct ThreadableMessage: Sendable {
    let uid: UID
    /// Sent, or received where that is not known (RFC 5256 §2.2).
    let seconds: Int64
    let baseSubject: [UInt8]
    let isReplyOrForward: Bool
    let messageID: String
    let references: [String]

    init(_ message: MailSearch.SortedMessage) {
        uid = message.uid
        seconds = message.facts.sentSeconds ?? message.internalDate
        baseSubject = message.facts.baseSubject
        isReplyOrForward = message.facts.isReplyOrForward
        messageID = message.facts.messageID
        references = message.facts.references
    }
}

/// The algorithm REFERENCES (RFC 5256 §3), step by step as the RFC numbers them.
///
/// Nodes are numbers: first the messages, in their order in the mailbox, then what the RFC calls dummies.
struct ReferencesThreader {
    private let messages: [ThreadableMessage]
    private var parents: [Int?]
    private var childCounts: [Int]
    private var nodesByID: [String: Int] = [:]
    private var children: [[Int]] = []
    private var roots: [Int] = []
    /// Steps that looking for loops may still take: what is beyond stays unlinked.
    private var stepsLeft = 10_000_000

    /// The threads of messages that stand in the order of the mailbox.
    static func threads(_ messages: [ThreadableMessage], number: (UID) -> UInt32?) -> ThreadForest {
        var threader = ReferencesThreader(messages)
        threader.link()
        threader.prune()
        threader.roots = threader.sorted(threader.roots)
        threader.mergeSubjects()
        threader.sortAll()
        return threader.forest(number)
    }

    private init(_ messages: [ThreadableMessage]) {
        self.messages = messages
        parents = [Int?](repeating: nil, count: messages.count)
        childCounts = [Int](repeating: 0, count: messages.count)
    }

    private func isDummy(_ node: Int) -> Bool { node >= messages.count }

    // MARK: Step 1

    private mutating func link() {
        for (node, message) in messages.enumerated() where !message.messageID.isEmpty {
            // Of several with the same id the first has it.
            if nodesByID[message.messageID] == nil { nodesByID[message.messageID] = node }
        }
        for (node, message) in messages.enumerated() {
            var previous: Int?
            for id in message.references {
                let referred = self.node(id)
                if let previous, parents[referred] == nil { makeChild(referred, of: previous) }
                previous = referred
            }
            if let old = parents[node] {
                childCounts[old] -= 1
                parents[node] = nil
            }
            if let previous { makeChild(node, of: previous) }
        }
    }

    private mutating func node(_ id: String) -> Int {
        if let known = nodesByID[id] { return known }
        let node = addDummy()
        nodesByID[id] = node
        return node
    }

    private mutating func addDummy() -> Int {
        parents.append(nil)
        childCounts.append(0)
        return parents.count - 1
    }

    private mutating func makeChild(_ child: Int, of parent: Int) {
        guard !wouldLoop(child, below: parent) else { return }
        parents[child] = parent
        childCounts[parent] += 1
    }

    private mutating func wouldLoop(_ child: Int, below parent: Int) -> Bool {
        if child == parent { return true }
        // Nothing is below what has no children.
        guard childCounts[child] > 0 else { return false }
        var ancestor = parents[parent]
        while let node = ancestor {
            stepsLeft -= 1
            if node == child || stepsLeft < 0 { return true }
            ancestor = parents[node]
        }
        return false
    }

    // MARK: Steps 2 and 3

    /// Dummies go, but for those at the top that hold several messages together.
    private mutating func prune() {
        children = [[Int]](repeating: [], count: parents.count)
        /// For each dummy what takes its place as a parent: a message, or the dummy at the top.
        var standIns = [Int?](repeating: nil, count: parents.count)
        for node in messages.indices {
            guard var above = parents[node] else {
                roots.append(node)
                continue
            }
            var passed: [Int] = []
            while isDummy(above), standIns[above] == nil, let next = parents[above] {
                passed.append(above)
                above = next
            }
            if isDummy(above), let known = standIns[above] { above = known }
            for dummy in passed { standIns[dummy] = above }
            if isDummy(above) { standIns[above] = above }
            if isDummy(above), children[above].isEmpty { roots.append(above) }
            children[above].append(node)
        }
        roots = roots.map { isDummy($0) && children[$0].count == 1 ? children[$0][0] : $0 }
    }

    // MARK: Step 4

    private func sorted(_ nodes: [Int]) -> [Int] {
        nodes.map { ($0, key($0)) }.sorted { $0.1 < $1.1 }.map { $0.0 }
    }

    /// By date, then by place in the mailbox; a dummy's is that of its first child.
    private func key(_ node: Int) -> (seconds: Int64, place: Int) {
        guard isDummy(node) else { return (messages[node].seconds, node) }
        return children[node].map { key(ofMember: $0) }.min { $0 < $1 } ?? (0, node)
    }

    /// Dummies below dummies come from the fifth step alone, one below another at most.
    private func key(ofMember node: Int) -> (seconds: Int64, place: Int) {
        guard isDummy(node) else { return (messages[node].seconds, node) }
        return children[node].lazy.filter { $0 < messages.count }.map { (messages[$0].seconds, $0) }
            .min { $0 < $1 } ?? (0, node)
    }

    // MARK: Step 5

    private mutating func mergeSubjects() {
        var table: [[UInt8]: Int] = [:]
        for node in roots {
            let subject = self.subject(node)
            guard !subject.isEmpty else { continue }
            guard let known = table[subject] else {
                table[subject] = node
                continue
            }
            if !isDummy(known), isDummy(node) || (isReply(known) && !isReply(node)) { table[subject] = node }
        }
        var gone: Set<Int> = []
        let places = Dictionary(roots.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        for node in roots {
            let subject = self.subject(node)
            guard !subject.isEmpty, let known = table[subject], known != node else { continue }
            if isDummy(known) {
                children[known] += isDummy(node) ? children[node] : [node]
                gone.insert(node)
            } else if isReply(node), !isReply(known) {
                children[known].append(node)
                gone.insert(node)
            } else {
                let dummy = addDummy()
                children.append([known, node])
                // It takes the place of the first of them.
                if let place = places[known] { roots[place] = dummy }
                gone.insert(node)
                table[subject] = dummy
            }
        }
        roots.removeAll { gone.contains($0) }
    }

    private func subject(_ node: Int) -> [UInt8] {
        guard isDummy(node) else { return messages[node].baseSubject }
        let first = children[node].min { key(ofMember: $0) < key(ofMember: $1) }
        return first.map { isDummy($0) ? [] : messages[$0].baseSubject } ?? []
    }

    private func isReply(_ node: Int) -> Bool { !isDummy(node) && messages[node].isReplyOrForward }

    // MARK: Step 6

    private mutating func sortAll() {
        for node in children.indices where children[node].count > 1 { children[node] = sorted(children[node]) }
        roots = sorted(roots)
    }

    // MARK: The answer

    private func forest(_ number: (UID) -> UInt32?) -> ThreadForest {
        var forest = ThreadForest()
        var places = [Int](repeating: 0, count: children.count)
        for root in roots {
            // Each node behind those below it, without recursion.
            var order: [Int] = []
            var open = [root]
            while let node = open.popLast() {
                order.append(node)
                open += children[node]
            }
            for node in order.reversed() {
                places[node] = forest.add(
                    isDummy(node) ? nil : number(messages[node].uid), children: children[node].map { places[$0] })
            }
            forest.roots.append(places[root])
        }
        return forest
    }
}
