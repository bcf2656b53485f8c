/// Messages as a tree of answers (RFC 5256 §3, REFERENCES, without its look at subjects), told in reading order.
package struct Conversation: Sendable, Hashable {
    /// A message, and how many answers deep it stands.
    package struct Entry: Sendable, Hashable {
        package var depth: Int
        package var message: LocatedSummary
    }

    /// Each message behind the one that it answers, answers by date.
    package private(set) var entries: [Entry] = []

    /// The answers to one identifier; a message that is not here has no `message`.
    private struct Node {
        var message: LocatedSummary?
        var parent: String?
        var children: [String] = []
    }

    /// Puts messages in order; a message that is in several folders counts once.
    package init(_ messages: [LocatedSummary]) {
        var nodes: [String: Node] = [:]
        for (place, message) in messages.enumerated() {
            let id = message.summary.messageID.isEmpty ? "\u{0}\(place)" : message.summary.messageID
            guard nodes[id]?.message == nil else { continue }
            nodes[id, default: Node()].message = message
            var chain = message.summary.references.filter { $0 != id }
            chain.append(id)
            for (before, after) in zip(chain, chain.dropFirst()) {
                // A message's own references say best whom it answers.
                let isOwn = after == id
                guard isOwn || nodes[after]?.parent == nil, !Self.isAncestor(after, of: before, nodes) else { continue }
                nodes[before, default: Node()].children.removeAll { $0 == after }
                if let old = nodes[after]?.parent { nodes[old]?.children.removeAll { $0 == after } }
                nodes[before, default: Node()].children.append(after)
                nodes[after, default: Node()].parent = before
            }
        }
        let roots = nodes.filter { $0.value.parent == nil }.map(\.key)
        for root in Self.sorted(roots, nodes) { add(root, 0, nodes) }
    }

    private static func isAncestor(_ id: String, of other: String, _ nodes: [String: Node]) -> Bool {
        var current: String? = other
        var steps = 0
        while let here = current, steps <= nodes.count {
            if here == id { return true }
            current = nodes[here]?.parent
            steps += 1
        }
        return false
    }

    private static func sorted(_ ids: [String], _ nodes: [String: Node]) -> [String] {
        ids.sorted { (date($0, nodes), $0) < (date($1, nodes), $1) }
    }

    /// That of the message, or of its first answer.
    private static func date(_ id: String, _ nodes: [String: Node]) -> Int64 {
        guard let node = nodes[id] else { return 0 }
        if let message = node.message { return message.summary.dateSeconds }
        return node.children.compactMap { nodes[$0]?.message?.summary.dateSeconds }.min() ?? 0
    }

    /// Depth first, without recursion: an endless chain of answers is only long.
    private mutating func add(_ root: String, _ depth: Int, _ nodes: [String: Node]) {
        var open = [(id: root, depth: depth)]
        while let (id, depth) = open.popLast() {
            guard let node = nodes[id] else { continue }
            if let message = node.message { entries.append(Entry(depth: depth, message: message)) }
            let deeper = node.message == nil ? depth : depth + 1
            open += Self.sorted(node.children, nodes).reversed().map { ($0, deeper) }
        }
    }
}
