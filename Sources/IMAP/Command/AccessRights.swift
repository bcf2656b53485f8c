/// Rights on a mailbox (RFC 4314 §2.1), the obsolete `c` and `d` taken apart.
package struct AccessRights: OptionSet, Hashable, Sendable {
    /// The bits.
    package let rawValue: UInt16
    /// From bits.
    package init(rawValue: UInt16) { self.rawValue = rawValue }
    /// `l`: the mailbox is seen by LIST, and may be subscribed.
    package static let lookup = AccessRights(rawValue: 1)
    /// `r`: SELECT, STATUS.
    package static let read = AccessRights(rawValue: 2)
    /// `s`: keep `\Seen` over sessions.
    package static let seen = AccessRights(rawValue: 4)
    /// `w`: flags other than `\Seen` and `\Deleted`.
    package static let write = AccessRights(rawValue: 8)
    /// `i`: APPEND, COPY into it.
    package static let insert = AccessRights(rawValue: 16)
    /// `p`: mail may be sent to the mailbox's own address.
    package static let post = AccessRights(rawValue: 32)
    /// `k`: mailboxes may be made below it.
    package static let create = AccessRights(rawValue: 64)
    /// `x`: DELETE, RENAME.
    package static let deleteMailbox = AccessRights(rawValue: 128)
    /// `t`: `\Deleted`.
    package static let deleteMessages = AccessRights(rawValue: 256)
    /// `e`: EXPUNGE.
    package static let expunge = AccessRights(rawValue: 512)
    /// `a`: the list of rights itself.
    package static let administer = AccessRights(rawValue: 1_024)

    /// Each right's letter, in the order in which they are written.
    static let letters: [(right: AccessRights, letter: UInt8)] = [
        (.lookup, UInt8(ascii: "l")), (.read, UInt8(ascii: "r")), (.seen, UInt8(ascii: "s")),
        (.write, UInt8(ascii: "w")), (.insert, UInt8(ascii: "i")), (.post, UInt8(ascii: "p")),
        (.create, UInt8(ascii: "k")), (.deleteMailbox, UInt8(ascii: "x")), (.deleteMessages, UInt8(ascii: "t")),
        (.expunge, UInt8(ascii: "e")), (.administer, UInt8(ascii: "a")),
    ]

    /// Every right.
    package static let all = AccessRights(letters.map(\.right))

    /// From letters; nil where one is none of RFC 4314's. `c` means `kx`, `d` means `te` (RFC 4314 §2.1.1: we tie `x`
    /// to `c`).
    package init?(letters: some Collection<UInt8>) {
        var rights: AccessRights = []
        for letter in letters {
            switch letter {
            case UInt8(ascii: "c"): rights.formUnion([.create, .deleteMailbox])
            case UInt8(ascii: "d"): rights.formUnion([.deleteMessages, .expunge])
            default:
                guard let known = AccessRights.letters.first(where: { $0.letter == letter }) else { return nil }
                rights.insert(known.right)
            }
        }
        self = rights
    }

    /// A right of RFC 2086 that stands for several (RFC 4314 §2.1.1).
    struct Obsolete {
        let letter: UInt8
        let members: AccessRights
    }

    static let obsolete = [
        Obsolete(letter: UInt8(ascii: "c"), members: [.create, .deleteMailbox]),
        Obsolete(letter: UInt8(ascii: "d"), members: [.deleteMessages, .expunge]),
    ]
}

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

/// What SETACL does with the rights of an identifier (RFC 4314 §3.1).
package enum AccessRightsChange: Hashable, Sendable {
    case add(AccessRights)
    case remove(AccessRights)
    case replace(AccessRights)
}
