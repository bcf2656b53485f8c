/// What is said in a dialogue, as it is shown.
package enum DialogueLine: Hashable, Sendable {
    /// `C:`
    case client(String)
    /// `S:`
    case server(String)
    /// What happens beside the lines, such as TLS.
    case note(String)
}

extension DialogueLine: CustomStringConvertible {
    /// As in RFCs.
    package var description: String {
        switch self {
        case .client(let text): "C: \(text)"
        case .server(let text): "S: \(text)"
        case .note(let text): "   \(text)"
        }
    }
}
