/// `class.subject.detail` (RFC 2034 §4, RFC 3463 §2): what a reply means, for programs.
public struct EnhancedStatusCode: Hashable, Sendable {
    /// Whether trying again can help.
    public enum Class: UInt8, Sendable {
        /// Done.
        case success = 2
        /// Try again later.
        case persistentTransientFailure = 4
        /// Do not try again.
        case permanentFailure = 5
    }

    /// The first number.
    public let classCode: Class
    /// The second number, 0 to 999.
    public let subject: UInt16
    /// The third number, 0 to 999.
    public let detail: UInt16

    /// From its numbers.
    public init(_ classCode: Class, _ subject: UInt16, _ detail: UInt16) {
        self.classCode = classCode
        self.subject = min(subject, 999)
        self.detail = min(detail, 999)
    }
}

extension EnhancedStatusCode: CustomStringConvertible {
    /// `5.1.1`.
    public var description: String { "\(classCode.rawValue).\(subject).\(detail)" }
}
