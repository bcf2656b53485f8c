/// Rights on a mailbox (RFC 4314 §2.1), the obsolete `c` and `d` taken apart.
public struct AccessRights: OptionSet, Hashable, Sendable {
    /// The bits.
    public let rawValue: UInt16
    /// From bits.
    public init(rawValue: UInt16) { self.rawValue = rawValue }
    /// `l`: the mailbox is seen by LIST, and may be subscribed.
    public static let lookup = AccessRights(rawValue: 1)
    /// `r`: SELECT, STATUS.
    public static let read = AccessRights(rawValue: 2)
    /// `s`: keep `\Seen` over sessions.
    public static let seen = AccessRights(rawValue: 4)
    /// `w`: flags other than `\Seen` and `\Deleted`.
    public static let write = AccessRights(rawValue: 8)
    /// `i`: APPEND, COPY into it.
    public static let insert = AccessRights(rawValue: 16)
    /// `p`: mail may be sent to the mailbox's own address.
    public static let post = AccessRights(rawValue: 32)
    /// `k`: mailboxes may be made below it.
    public static let create = AccessRights(rawValue: 64)
    /// `x`: DELETE, RENAME.
    public static let deleteMailbox = AccessRights(rawValue: 128)
    /// `t`: `\Deleted`.
    public static let deleteMessages = AccessRights(rawValue: 256)
    /// `e`: EXPUNGE.
    public static let expunge = AccessRights(rawValue: 512)
    /// `a`: the list of rights itself.
    public static let administer = AccessRights(rawValue: 1_024)

    /// Each right's letter, in the order in which they are written.
    public static let letters: [(right: AccessRights, letter: UInt8)] = [
        (.lookup, UInt8(ascii: "l")), (.read, UInt8(ascii: "r")), (.seen, UInt8(ascii: "s")),
        (.write, UInt8(ascii: "w")), (.insert, UInt8(ascii: "i")), (.post, UInt8(ascii: "p")),
        (.create, UInt8(ascii: "k")), (.deleteMailbox, UInt8(ascii: "x")), (.deleteMessages, UInt8(ascii: "t")),
        (.expunge, UInt8(ascii: "e")), (.administer, UInt8(ascii: "a")),
    ]

    /// Every right.
    public static let all = AccessRights(letters.map(\.right))

    /// From letters; nil where one is none of RFC 4314's. `c` means `kx`, `d` means `te` (RFC 4314 §2.1.1: we tie `x`
    /// to `c`).
    public init?(letters: some Collection<UInt8>) {
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
    public struct Obsolete: Sendable {
        /// Its letter.
        public let letter: UInt8
        /// What it stands for.
        public let members: AccessRights
    }

    /// `c` and `d`.
    public static let obsolete = [
        Obsolete(letter: UInt8(ascii: "c"), members: [.create, .deleteMailbox]),
        Obsolete(letter: UInt8(ascii: "d"), members: [.deleteMessages, .expunge]),
    ]
}

extension AccessRights: CustomStringConvertible {
    /// Its letters, without the obsolete ones.
    public var description: String {
        String(
            decoding: AccessRights.letters.filter { contains($0.right) }.map(\.letter), as: UTF8.self)
    }
}
