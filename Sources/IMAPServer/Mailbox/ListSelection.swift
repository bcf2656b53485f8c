internal import IMAP
internal import MailStore

/// Which names a LIST or LSUB means, and what is told of each (RFC 9051 §6.3.9.3).
struct ListSelection {
    /// How names without a mailbox are marked.
    enum Style {
        /// `\Noselect`, for clients that know of nothing else.
        case basic
        /// `\NonExistent` (RFC 5258 §3).
        case extended
    }

    /// A name that is told.
    struct Found {
        var listed: ListedMailbox
        /// Nil where there is none.
        let mailbox: AccessibleMailbox?
        /// Whether it is told for its own sake, not for that of a name below it.
        let isSelected: Bool
    }

    private let request: ListRequest
    private let names: MailboxNames
    private let patterns: [MailboxPattern]
    private let literals: Set<String>

    init(_ request: ListRequest, _ names: MailboxNames) {
        self.request = request
        self.names = names
        let all = request.patterns.filter { !$0.isEmpty }.map {
            MailboxPattern(reference: request.reference, pattern: $0)
        }
        patterns = all.filter { !$0.isLiteral }
        literals = Set(all.filter(\.isLiteral).map(\.text))
    }

    /// Matching takes time in the product of the lengths.
    var isAffordable: Bool {
        patterns.reduce(0) { $0 + $1.text.utf8.count } <= Self.workMax / max(1, names.octetCount)
    }

    /// About a second's work.
    private static let workMax = 400_000_000

    // MARK: LIST

    /// What LIST tells, each name once, a parent before its children.
    func list(_ style: Style) -> [Found] {
        let below = selectedBelow()
        var found: [Found] = []
        var told: Set<String> = []
        var levels: Set<String> = []
        for entry in names.entries where isSelected(entry) {
            for level in newLevels(above: entry, &levels, below) {
                told.insert(level.text)
                found.append(missing(level, style, below[level.text]))
            }
            guard matches(entry.name), told.insert(entry.name.text).inserted else { continue }
            found.append(
                Found(
                    listed: listed(entry, style, below[entry.name.text]), mailbox: entry.mailbox, isSelected: true))
        }
        guard request.selection.contains(.recursiveMatch) else { return found }
        for entry in names.entries where !isSelected(entry) && entry.mailbox != nil {
            guard let descendants = below[entry.name.text], descendants.hasUntold, matches(entry.name),
                told.insert(entry.name.text).inserted
            else { continue }
            found.append(
                Found(listed: listed(entry, style, descendants), mailbox: entry.mailbox, isSelected: false))
        }
        return found
    }

    /// Whether the name fits what is selected, patterns aside.
    private func isSelected(_ entry: MailboxNames.Entry) -> Bool {
        if request.selection.contains(.subscribed) {
            guard entry.isSubscribed else { return false }
        } else if entry.mailbox == nil {
            return false
        }
        return !request.selection.contains(.specialUse) || entry.mailbox?.use != nil
    }

    private func matches(_ name: MailboxName) -> Bool {
        literals.contains(name.text) || patterns.contains { $0.matches(name) }
    }

    /// What there is below a name that is selected.
    private struct Descendants {
        /// Whether one of them is not told itself, since it fits no pattern.
        var hasUntold: Bool
    }

    /// The names above those that are selected (RFC 9051 §6.3.9.6).
    private func selectedBelow() -> [String: Descendants] {
        guard request.selection.contains(.recursiveMatch) else { return [:] }
        var below: [String: Descendants] = [:]
        for entry in names.entries where isSelected(entry) {
            let isUntold = !matches(entry.name)
            for parent in MailboxNames.parents(of: entry.name.text) {
                // What stands above this one knows it already.
                if let known = below[parent], known.hasUntold || !isUntold { break }
                below[parent] = Descendants(hasUntold: isUntold)
            }
        }
        return below
    }

    /// Names above an entry that have no mailbox and are told for it, the highest first: levels that the `%` at a pattern's
    /// end stops at (RFC 9051 §6.3.9), and with RECURSIVEMATCH all that fit and have something below them that is not told.
    ///
    /// - Parameter levels: those that were looked at; what stands above one of them was, too.
    private func newLevels(
        above entry: MailboxNames.Entry, _ levels: inout Set<String>, _ below: [String: Descendants]
    ) -> [MailboxName] {
        var new: [MailboxName] = []
        for parent in MailboxNames.parents(of: entry.name.text) {
            guard levels.insert(parent).inserted else { break }
            guard !names.existing.contains(parent), let name = MailboxName(parent) else { continue }
            // One that is subscribed to is selected itself.
            guard !request.selection.contains(.subscribed) || !names.subscribed.contains(parent) else { continue }
            let isTold =
                request.selection.subtracting(.remote).isEmpty
                ? patterns.contains { $0.endsWithLevel && $0.matches(name) }
                : below[parent]?.hasUntold == true && matches(name)
            if isTold { new.append(name) }
        }
        return new.reversed()
    }

    private func listed(
        _ entry: MailboxNames.Entry, _ style: Style, _ descendants: Descendants?
    ) -> ListedMailbox {
        var listed = ListedMailbox(
            name: entry.name, attributes: attributes(of: entry.name, style),
            uses: entry.mailbox?.use.map { [$0] } ?? [])
        if descendants != nil { listed.childInfo = childInfo }
        return listed
    }

    private func missing(_ name: MailboxName, _ style: Style, _ descendants: Descendants?) -> Found {
        var listed = ListedMailbox(name: name, attributes: attributes(of: name, style))
        if descendants != nil { listed.childInfo = childInfo }
        return Found(listed: listed, mailbox: nil, isSelected: false)
    }

    private func attributes(of name: MailboxName, _ style: Style) -> ListedMailbox.Attributes {
        var attributes: ListedMailbox.Attributes = [
            names.parents.contains(name.text) ? .hasChildren : .hasNoChildren
        ]
        if !names.existing.contains(name.text) { attributes.insert(style == .basic ? .noSelect : .nonExistent) }
        let tellsSubscribed =
            request.selection.contains(.subscribed) || request.returning.contains(.subscribed)
        if tellsSubscribed, names.subscribed.contains(name.text) { attributes.insert(.subscribed) }
        return attributes
    }

    /// Only SUBSCRIBED has a name in CHILDINFO.
    private var childInfo: ListedMailbox.ChildInfo {
        request.selection.contains(.subscribed) ? .subscribed : .none
    }

    // MARK: LSUB

    /// What LSUB tells: names subscribed to, and for a pattern that ends with `%` the level that it stops at, as
    /// `\Noselect` (RFC 3501 §6.3.9).
    func lsub() -> [ListedMailbox] {
        var found: [ListedMailbox] = []
        var told: Set<String> = []
        let subscribed = names.entries.filter(\.isSubscribed)
        for entry in subscribed where matches(entry.name) {
            told.insert(entry.name.text)
            found.append(
                ListedMailbox(name: entry.name, attributes: entry.mailbox == nil ? .noSelect : []))
        }
        for entry in subscribed {
            for parent in MailboxNames.parents(of: entry.name.text) {
                guard let name = MailboxName(parent), !told.contains(parent),
                    patterns.contains(where: { $0.endsWithLevel && $0.matches(name) })
                else { continue }
                told.insert(parent)
                found.append(ListedMailbox(name: name, attributes: .noSelect))
            }
        }
        return found
    }
}

extension MailboxPattern {
    /// Whether levels without a mailbox are told, too (RFC 9051 §6.3.9).
    var endsWithLevel: Bool { text.utf8.last == UInt8(ascii: "%") }
}
