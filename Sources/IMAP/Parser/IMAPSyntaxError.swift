/// Why a command is not obeyed before anybody was asked.
enum IMAPSyntaxError: Error, Hashable, Sendable {
    /// The reply to give.
    case refused(IMAPCompletion)
    /// The text ends with a literal's size: its octets are an ordinary argument, and are to be collected first.
    case literalAwaited

    static func bad(_ text: String, code: ResponseCode? = nil) -> IMAPSyntaxError {
        .refused(IMAPCompletion(.bad, code: code, text: text))
    }

    static func no(_ text: String, code: ResponseCode) -> IMAPSyntaxError {
        .refused(IMAPCompletion(.no, code: code, text: text))
    }

    static let unknownCommand = bad("Unknown command")
    static let missingArgument = bad("Missing argument")
    static let extraArgument = bad("Too many arguments")
    static let invalidArgument = bad("Invalid argument")
    static let tooManyItems = bad("Too many items")
    static let invalidMailboxName = no("Not a mailbox name", code: .cannot)
}
