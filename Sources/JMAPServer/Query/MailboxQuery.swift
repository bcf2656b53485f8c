internal import JMAP
internal import JSON
internal import MailCore
internal import MailSearch
internal import MailStore

/// Which mailboxes, in which order (RFC 8621 §2.3).
struct MailboxQuery: Sendable {
    /// Whether what stands above a mailbox counts.
    enum Shape: Sendable {
        case flat
        case tree
    }

    private indirect enum Filter: Sendable {
        case and([Filter])
        case or([Filter])
        case not(Filter)
        case parent(MailboxID?)
        /// No mailbox of this account.
        case nothing
        /// Folded.
        case name([UInt8])
        case role(String?)
        case hasRole
        case subscription(MailboxPatch.Subscription)
    }

    private enum Property: Sendable {
        case sortOrder
        case name
        case parentID
    }

    private let filter: Filter
    private let sort: [(property: Property, direction: JMAPComparator.Direction)]
    private let sortShape: Shape
    private let filterShape: Shape

    init(
        _ filter: JMAPFilter?, _ sort: [JMAPComparator], _ arguments: JMAPArguments, _ account: MailAccount
    ) throws(JMAPMethodError) {
        self.filter = if let filter { try Self.filter(filter, account) } else { .and([]) }
        var comparators: [(Property, JMAPComparator.Direction)] = []
        for comparator in sort {
            if let collation = comparator.collation, collation != JMAPCollations.casemap {
                throw .unsupportedSort("there is no collation \(collation)")
            }
            switch comparator.property {
            case "sortOrder": comparators.append((.sortOrder, comparator.direction))
            case "name": comparators.append((.name, comparator.direction))
            case "parentId": comparators.append((.parentID, comparator.direction))
            default: throw .unsupportedSort("mailboxes are not sorted by \(comparator.property)")
            }
        }
        self.sort = comparators
        sortShape = try arguments.bool("sortAsTree", default: false) ? .tree : .flat
        filterShape = try arguments.bool("filterAsTree", default: false) ? .tree : .flat
    }

    // MARK: Reading

    private static func filter(_ filter: JMAPFilter, _ account: MailAccount) throws(JMAPMethodError) -> Filter {
        switch filter {
        case .condition(let object):
            var all: [Filter] = []
            for name in object.names { all.append(try condition(name, JMAPArguments(object), account)) }
            return .and(all)
        case .and(let filters): return .and(try list(filters, account))
        case .or(let filters): return .or(try list(filters, account))
        case .not(let filters): return .not(.or(try list(filters, account)))
        }
    }

    private static func list(_ filters: [JMAPFilter], _ account: MailAccount) throws(JMAPMethodError) -> [Filter] {
        var list: [Filter] = []
        for filter in filters { list.append(try Self.filter(filter, account)) }
        return list
    }

    private static func condition(
        _ name: String, _ object: JMAPArguments, _ account: MailAccount
    ) throws(JMAPMethodError) -> Filter {
        switch name {
        case "parentId":
            guard let id = try object.optionalID(name) else { return .parent(nil) }
            return account.mailbox(id).map { .parent($0) } ?? .nothing
        case "name": return .name(EmailSearchText.fold(try object.string(name)))
        case "role": return .role(try object.optionalString(name))
        case "hasAnyRole": return try truth(name, object) ? .hasRole : .not(.hasRole)
        case "isSubscribed": return .subscription(try truth(name, object) ? .subscribed : .unsubscribed)
        default: throw .unsupportedFilter("mailboxes have no condition \(name)")
        }
    }

    private static func truth(_ name: String, _ object: JMAPArguments) throws(JMAPMethodError) -> Bool {
        guard let truth = object.value(name)?.bool else { throw .invalidArguments("\(name) is no Boolean") }
        return truth
    }

    // MARK: Answering

    /// The mailboxes that fit, in order.
    func list(_ tree: MailboxTree) -> [MailboxTree.Node] {
        var found = tree.nodes.filter { Self.fits(filter, $0) }
        if filterShape == .tree {
            let fitting = Set(found.map(\.mailbox))
            found = found.filter { node in tree.ancestors(of: node).allSatisfy { fitting.contains($0.mailbox) } }
        }
        guard sortShape == .tree else { return found.sorted(by: precedes) }
        return found.map { node in (node: node, path: (tree.ancestors(of: node).reversed() + [node])) }
            .sorted { precedes($0.path, $1.path) }.map(\.node)
    }

    private static func fits(_ filter: Filter, _ node: MailboxTree.Node) -> Bool {
        switch filter {
        case .and(let filters): filters.allSatisfy { fits($0, node) }
        case .or(let filters): filters.contains { fits($0, node) }
        case .not(let filter): !fits(filter, node)
        case .parent(let parent): node.parent == parent
        case .nothing: false
        case .name(let folded): EmailSearchText.contains(node.folded, folded)
        case .role(let role): node.role == role
        case .hasRole: node.role != nil
        case .subscription(let subscription): node.subscription == subscription
        }
    }

    /// Siblings are compared; a mailbox comes before what is below it.
    private func precedes(_ left: [MailboxTree.Node], _ right: [MailboxTree.Node]) -> Bool {
        for (one, other) in zip(left, right) where one.mailbox != other.mailbox { return precedes(one, other) }
        return left.count < right.count
    }

    private func precedes(_ left: MailboxTree.Node, _ right: MailboxTree.Node) -> Bool {
        for (property, direction) in sort {
            let isLess: Bool
            switch property {
            case .sortOrder:
                guard left.sortOrder != right.sortOrder else { continue }
                isLess = left.sortOrder < right.sortOrder
            case .name:
                guard left.folded != right.folded else { continue }
                isLess = left.folded.lexicographicallyPrecedes(right.folded)
            case .parentID:
                let (one, other) = (left.parent?.rawValue ?? 0, right.parent?.rawValue ?? 0)
                guard one != other else { continue }
                isLess = one < other
            }
            return isLess == (direction == .ascending)
        }
        return left.mailbox < right.mailbox
    }
}
