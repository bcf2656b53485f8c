internal import MailCore

/// A piece of a command's line.
enum IMAPCommandPiece: Hashable, Sendable {
    case text([UInt8])
    /// A string that no quoted one can carry (RFC 9051 §4.3).
    case literal([UInt8])
    /// A message; the driver has its octets.
    case message(octets: Int64)
}

extension IMAPClientCommand {
    /// What stands behind the tag.
    func pieces(_ capabilities: IMAPClientCapabilities) -> [IMAPCommandPiece] {
        var line = IMAPCommandLine()
        switch self {
        case .list, .listWithStatus, .status, .select, .create: writeMailboxCommand(&line, capabilities)
        case .search(let criteria): line.add("UID SEARCH \(criteria)")
        case .searchKey(let key): line.addSearch(key)
        case .fetch, .fetchFlags, .fetchChangedFlags, .fetchSummaries, .fetchBeginning: writeFetch(&line, capabilities)
        case .store(let uids, let change, let flags):
            line.add("UID STORE \(Self.set(uids)) \(change == .add ? "+" : "-")FLAGS.SILENT ")
            line.add(flags)
        case .markDeleted(let uids): line.add("UID STORE \(Self.set(uids)) +FLAGS.SILENT (\\Deleted)")
        case .expunge(let uids): line.add("UID EXPUNGE \(Self.set(uids))")
        case .copy(let uids, let name):
            line.add("UID COPY \(Self.set(uids)) ")
            line.addQuoted(name)
        case .move(let uids, let name):
            line.add("UID MOVE \(Self.set(uids)) ")
            line.addQuoted(name)
        case .append(let name, let flags, let octets):
            line.add("APPEND ")
            line.addQuoted(name)
            line.add(" ")
            line.add(flags)
            line.add(" ")
            line.add(.message(octets: octets))
        case .idle: line.add("IDLE")
        case .noop: line.add("NOOP")
        case .logout: line.add("LOGOUT")
        }
        return line.pieces
    }

    private func writeMailboxCommand(_ line: inout IMAPCommandLine, _ capabilities: IMAPClientCapabilities) {
        switch self {
        case .list:
            line.add(capabilities.hasSpecialUse ? "LIST \"\" \"*\" RETURN (SPECIAL-USE)" : "LIST \"\" \"*\"")
        case .listWithStatus(let items):
            let uses = capabilities.hasSpecialUse ? "SPECIAL-USE " : ""
            line.add("LIST \"\" \"*\" RETURN (\(uses)STATUS (\(Self.names(items))))")
        case .status(let name, let items):
            line.add("STATUS ")
            line.addQuoted(name)
            line.add(" (\(Self.names(items)))")
        case .select(let name, let access):
            line.add(access == .readOnly ? "EXAMINE " : "SELECT ")
            line.addQuoted(name)
        case .create(let name):
            line.add("CREATE ")
            line.addQuoted(name)
        default: break
        }
    }

    private func writeFetch(_ line: inout IMAPCommandLine, _ capabilities: IMAPClientCapabilities) {
        let whole = "UID FLAGS INTERNALDATE RFC822.SIZE"
        switch self {
        case .fetch(let uids): line.add("UID FETCH \(Self.set(uids)) (\(whole) BODY.PEEK[])")
        case .fetchFlags(let uids): line.add("UID FETCH \(Self.set(uids)) (UID FLAGS)")
        case .fetchChangedFlags(let uids, let modSeq):
            line.add("UID FETCH \(Self.set(uids)) (UID FLAGS) (CHANGEDSINCE \(modSeq))")
        case .fetchBeginning(let uid, let octets):
            line.add("UID FETCH \(uid) (\(whole) BODYSTRUCTURE BODY.PEEK[]<0.\(octets)>)")
        case .fetchSummaries(let numbers, let items):
            switch numbers {
            case .numbers(let ranges): line.add("FETCH \(Self.set(ranges)) (")
            case .uids(let ranges): line.add("UID FETCH \(Self.set(ranges)) (")
            }
            line.add(whole)
            if items.contains(.envelope) { line.add(" ENVELOPE") }
            if items.contains(.structure) { line.add(" BODYSTRUCTURE") }
            if items.contains(.references) { line.add(" BODY.PEEK[HEADER.FIELDS (REFERENCES)]") }
            if items.contains(.preview), capabilities.has("PREVIEW") { line.add(" PREVIEW") }
            line.add(")")
        default: break
        }
    }

    private static func names(_ items: [StatusItem]) -> String {
        items.map { "\($0.name)" }.joined(separator: " ")
    }

    private static func set(_ ranges: [ClosedRange<UInt32>]) -> String {
        ranges.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound):\($0.upperBound)" }.joined(separator: ",")
    }
}

/// A command's line while it is written.
struct IMAPCommandLine {
    private(set) var pieces: [IMAPCommandPiece] = []

    mutating func add(_ text: String) { add(Array(text.utf8)) }

    mutating func add(_ piece: IMAPCommandPiece) { pieces.append(piece) }

    private mutating func add(_ octets: [UInt8]) {
        if case .text(let before)? = pieces.last {
            pieces[pieces.count - 1] = .text(before + octets)
        } else {
            pieces.append(.text(octets))
        }
    }

    /// A name that came from the server, which sent it without line ends.
    mutating func addQuoted(_ octets: [UInt8]) { add(Self.quoted(octets)) }

    /// `astring` of a user's text: quoted where that can carry it, else a literal.
    mutating func addString(_ text: String) {
        let octets = Array(text.utf8).filter { $0 != 0 }
        if octets.allSatisfy({ (0x20...0x7E).contains($0) }) {
            add(Self.quoted(octets))
        } else {
            add(.literal(octets))
        }
    }

    /// `flag-list`
    mutating func add(_ flags: FlagList) {
        let system = SystemFlags.names.filter { flags.system.contains($0.flag) }.map { "\($0.name)" }
        add("(\((system + flags.keywords.map(\.text)).joined(separator: " ")))")
    }

    /// `quoted`; what would end the line is left out.
    static func quoted(_ text: [UInt8]) -> [UInt8] {
        var quoted: [UInt8] = [UInt8(ascii: "\"")]
        for octet in text where octet != 0x0D && octet != 0x0A && octet != 0 {
            if octet == UInt8(ascii: "\"") || octet == UInt8(ascii: "\\") { quoted.append(UInt8(ascii: "\\")) }
            quoted.append(octet)
        }
        quoted.append(UInt8(ascii: "\""))
        return quoted
    }
}
