/// What a client asks for after its login (RFC 1939 §5, §7).
package enum POP3ClientCommand: Hashable, Sendable {
    case stat
    /// The sizes of all messages.
    case list
    /// The unique ids of all messages.
    case uidl
    /// A message.
    case retrieve(Int)
    /// A message's header and the first lines of its body.
    case top(Int, lines: Int)
    case delete(Int)
    case reset
    case noop
    /// What was deleted goes, and the session ends.
    case quit

    /// The line, without its end.
    var line: String {
        switch self {
        case .stat: "STAT"
        case .list: "LIST"
        case .uidl: "UIDL"
        case .retrieve(let number): "RETR \(number)"
        case .top(let number, let lines): "TOP \(number) \(lines)"
        case .delete(let number): "DELE \(number)"
        case .reset: "RSET"
        case .noop: "NOOP"
        case .quit: "QUIT"
        }
    }

    /// Whether lines follow a good reply.
    var isMultiline: Bool {
        switch self {
        case .list, .uidl, .retrieve, .top: true
        case .stat, .delete, .reset, .noop, .quit: false
        }
    }
}
