/// Why a line is no command; each has its own reply.
package enum POP3SyntaxError: Error, Hashable, Sendable {
    case unknownCommand
    case argumentMissing
    case argumentUnexpected
    /// Not a number, or one that no maildrop reaches.
    case badNumber
    case badBase64
    /// NUL, a CR without LF, or another control character.
    case controlCharacter

    /// The reply's text.
    package var text: String {
        switch self {
        case .unknownCommand: "Unknown command"
        case .argumentMissing: "An argument is missing"
        case .argumentUnexpected: "Too many arguments"
        case .badNumber: "Not a number of the right kind"
        case .badBase64: "Not valid base64"
        case .controlCharacter: "Control character in command"
        }
    }
}
