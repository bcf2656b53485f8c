/// How a command ended (RFC 9051 §7.1).
package struct IMAPCompletion: Error, Hashable, Sendable {
    /// What it came to.
    package enum Condition: Hashable, Sendable {
        case ok
        /// The server cannot, or will not.
        case no
        /// The client said what it may not say.
        case bad
    }

    /// What it came to.
    package var condition: Condition
    /// Before the text.
    package var code: ResponseCode?
    /// ASCII in one line, for people; nil for the usual one.
    package var text: String?

    /// As above.
    package init(_ condition: Condition, code: ResponseCode? = nil, text: String? = nil) {
        self.condition = condition
        self.code = code
        self.text = text
    }

    /// `OK`.
    package static func ok(_ text: String? = nil, code: ResponseCode? = nil) -> IMAPCompletion {
        IMAPCompletion(.ok, code: code, text: text)
    }

    /// `NO`.
    package static func no(_ text: String, code: ResponseCode? = nil) -> IMAPCompletion {
        IMAPCompletion(.no, code: code, text: text)
    }

    /// `BAD`.
    package static func bad(_ text: String, code: ResponseCode? = nil) -> IMAPCompletion {
        IMAPCompletion(.bad, code: code, text: text)
    }
}
