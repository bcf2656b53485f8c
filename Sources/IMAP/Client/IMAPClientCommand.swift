internal import MailCore

/// What a client asks for after its login.
package enum IMAPClientCommand: Hashable, Sendable {
    /// All mailboxes, with their uses where the server can tell them (RFC 6154, RFC 5258).
    case list
    /// How many messages a mailbox has.
    case status([UInt8])
    /// Opens a mailbox, by its name as the server spelt it.
    case select([UInt8], MailboxAccess)
    /// UIDs of messages that match; the criteria are ours: `ALL`, `UID 5:*`.
    case search(String)
    /// Messages whole, with UID, flags, date and size; their flags stay as they are.
    case fetch([ClosedRange<UInt32>])
    /// UIDs and flags alone.
    case fetchFlags([ClosedRange<UInt32>])
    /// Adds `\Deleted` (RFC 9051 §6.4.6), without being told so.
    case markDeleted([ClosedRange<UInt32>])
    /// Takes these messages away, if they have `\Deleted` (RFC 4315 §2.1).
    case expunge([ClosedRange<UInt32>])
    /// To be told of changes until `endIdle` (RFC 2177).
    case idle
    case noop
    case logout

    /// What stands behind the tag.
    func line(_ capabilities: IMAPClientCapabilities) -> [UInt8] {
        switch self {
        case .list:
            Array((capabilities.hasSpecialUse ? "LIST \"\" \"*\" RETURN (SPECIAL-USE)" : "LIST \"\" \"*\"").utf8)
        case .status(let name): Array("STATUS ".utf8) + Self.quoted(name) + Array(" (MESSAGES)".utf8)
        case .select(let name, let access):
            Array((access == .readOnly ? "EXAMINE " : "SELECT ").utf8) + Self.quoted(name)
        case .search(let criteria): Array("UID SEARCH \(criteria)".utf8)
        case .fetch(let uids):
            Array("UID FETCH \(Self.set(uids)) (UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[])".utf8)
        case .fetchFlags(let uids): Array("UID FETCH \(Self.set(uids)) (UID FLAGS)".utf8)
        case .markDeleted(let uids): Array("UID STORE \(Self.set(uids)) +FLAGS.SILENT (\\Deleted)".utf8)
        case .expunge(let uids): Array("UID EXPUNGE \(Self.set(uids))".utf8)
        case .idle: Array("IDLE".utf8)
        case .noop: Array("NOOP".utf8)
        case .logout: Array("LOGOUT".utf8)
        }
    }

    /// `quoted`; names come from the server, which sent them without line ends.
    static func quoted(_ text: [UInt8]) -> [UInt8] {
        var quoted: [UInt8] = [UInt8(ascii: "\"")]
        for octet in text where octet != 0x0D && octet != 0x0A && octet != 0 {
            if octet == UInt8(ascii: "\"") || octet == UInt8(ascii: "\\") { quoted.append(UInt8(ascii: "\\")) }
            quoted.append(octet)
        }
        quoted.append(UInt8(ascii: "\""))
        return quoted
    }

    private static func set(_ ranges: [ClosedRange<UInt32>]) -> String {
        ranges.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound):\($0.upperBound)" }.joined(separator: ",")
    }
}
