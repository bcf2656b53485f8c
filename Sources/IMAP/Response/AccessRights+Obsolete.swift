internal import MailCore

extension AccessRights.Obsolete {
    /// Where LISTRIGHTS names it.
    enum Place: Hashable {
        case nowhere
        /// In the group at this index.
        case within(Int)
        case alone
    }

    func place(in groups: [AccessRights]) -> Place {
        guard let first = groups.firstIndex(where: { !$0.isDisjoint(with: members) }) else { return .nowhere }
        // What the identifier always has is one word, and so are rights that are tied to others.
        let tied = groups.firstIndex { !$0.isDisjoint(with: members) && !$0.isSubset(of: members) }
        return first == 0 ? .within(0) : tied.map { .within($0) } ?? .alone
    }
}
