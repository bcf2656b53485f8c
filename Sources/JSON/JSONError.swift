/// Why a text is no I-JSON.
package struct JSONError: Error, Equatable, CustomStringConvertible {
    /// What is wrong.
    package enum Reason: String, Sendable {
        case unexpected = "an unexpected character"
        case ended = "the text ends too early"
        case trailing = "something follows the value"
        case tooDeep = "too many arrays and objects within each other"
        case tooMany = "too many values"
        case duplicate = "a member is there twice"
        case notUnicode = "a string is no Unicode"
        case control = "a control character stands in a string"
        case number = "a number that cannot be kept"
    }

    package let reason: Reason
    /// In octets from the start.
    package let offset: Int

    package var description: String { "\(reason.rawValue), at octet \(offset)" }
}
